package sample

// from2013 are the incidents of 2013 and 2014.
var from2013 = []incident{
	{
		name: "New York Times: passwords of all its staff taken during a report on China", told: "2013-01-30", where: []string{"US"},
		victim: "New York Times", operations: []string{"espionage"}, sectors: []string{"communications"}, data: []string{"Credentials", "Internal"}, steps: []step{{"compromise", "2012"}},
		facts:   "The newspaper said on 30 January 2013 that intruders had been in its network for four months, from the time when it worked on the fortune of the family of China's prime minister. They took the passwords of every employee and used them on 53 personal computers.",
		claims:  []claim{{"APT12", "Mandiant", research, "2013-01-30", "A group that it follows as number 12 and places in China (30 January 2013)."}},
		denials: []denial{{"Ministry of National Defense of China", "2013-01-30", "Chinese law forbids hacking; to accuse its military without solid proof is unprofessional and baseless (printed by the newspaper on 30 January 2013)."}},
		reports: []report{{"New York Times", "Hackers in China attacked The Times for last 4 months", "2013-01-30", "https://www.nytimes.com/2013/01/31/technology/chinese-hackers-infiltrate-new-york-times-computers.html"}},
	},
	{
		name: "DarkSeoul: broadcasters and banks of South Korea erased on one afternoon", told: "2013-03-20", where: []string{"KR"},
		operations: []string{"destruction"}, sectors: []string{"communications", "financial-services"}, steps: []step{{"first_action", "2013-03-20"}, {"discovery", "2013-03-20"}},
		facts: "At 14:00 on 20 March 2013 computers of three broadcasters and three banks erased themselves and did not start again. Cash machines stopped. Some count 32,000 machines, the inquiry about 48,000.",
		claims: []claim{
			{"Lazarus Group", "Government of South Korea", statement, "2013-04-10", "The Reconnaissance General Bureau of North Korea, prepared over eight months; six computers there were used (10 April 2013). It did not use the name of the group, which researchers gave later."},
			{"Whois Team", "", self, "2013-03-20", "A page left on a telecommunications site (20 March 2013). Nobody is known behind it; a second name, NewRomanic Cyber Army Team, was used as well."},
		},
		denials: []denial{{"General Staff of the Korean People's Army of North Korea", "2013-04-12", "The charge is a deliberate provocation (12 April 2013)."}},
		malware: []string{"Jokra"},
		reports: []report{
			{"Voice of America", "South Korea probe blames North for cyber attack", "2013-04-10", "https://www.voanews.com/a/skorea-probe-blames-north-for-cyber-attack/1638361.html"},
			{"Korea Herald", "Pyongyang denies role in recent hacking case in South Korea", "2013-04-13", "https://m.koreaherald.com/view.php?ud=20130413000028"},
		},
	},
	{
		name: "National Security Agency: its own documents given to journalists by a contractor", told: "2013-06-05", where: []string{"US", "GB"},
		victim: "National Security Agency", operations: []string{"leak"}, sectors: []string{"defense", "government-national"}, data: []string{"Classified"}, insider: true,
		facts: "The Guardian and the Washington Post began on 5 June 2013 to publish from files of the NSA and its partners: on records of all calls, on PRISM, on the tapping of cables. How many files were copied is disputed: 1.5 million, says a committee of the House; the source calls that wrong. Courts later found one of the programmes unlawful.",
		claims: []claim{
			{"Edward Snowden", "", self, "2013-06-09", "He himself, to the Guardian: to tell the public what is done in its name (9 June 2013)."},
			{"Edward Snowden", "US Department of Justice", indictment, "2013-06-21", "Charged with espionage and theft (made public on 21 June 2013). No court has tried it."},
		},
		reports: []report{{"Guardian", "Edward Snowden: the whistleblower behind the NSA surveillance revelations", "2013-06-09", "https://www.theguardian.com/world/2013/jun/09/edward-snowden-nsa-whistleblower-surveillance"}},
	},
	{
		name: "Petrobras and the president of Brazil: networks and calls listened to", told: "2013-09-08", where: []string{"BR", "MX"},
		operations: []string{"espionage"}, sectors: []string{"government-national", "energy"}, data: []string{"Internal", "Classified"},
		facts:   "Brazilian television showed on 1 September 2013 documents on the reading of messages of the presidents of Brazil and Mexico, and on 8 September slides that name the network of the oil company Petrobras. What was taken is not known. The president of Brazil put off a visit to Washington.",
		claims:  []claim{{"US National Security Agency", "TV Globo", leaked, "2013-09-08", "TV Globo, from slides that Edward Snowden made public (1 and 8 September 2013)."}},
		denials: []denial{{"US Director of National Intelligence", "2013-09-08", "The United States collects information on economic matters, but does not steal trade secrets for its companies (8 September 2013)."}},
		reports: []report{{"Business Insider", "Statement by the Director of National Intelligence on allegations of economic espionage", "2013-09-08", "https://www.businessinsider.com/intelligence-chief-were-not-stealing-secrets-from-companies-2013-9"}},
	},
	{
		name: "Belgacom: staff attacked to reach the network of an international carrier", told: "2013-09-16", where: []string{"BE"},
		victim: "Belgacom", operations: []string{"espionage"}, sectors: []string{"telecommunications"}, data: []string{"Internal"}, steps: []step{{"compromise", "2010"}, {"containment", "2013-09-16"}},
		facts:   "Belgacom said on 16 September 2013 that it had found and removed an unknown intrusion in its own systems. Its daughter BICS carries calls and data between operators of many countries. The Intercept reported in December 2014 that the intrusion had begun in 2010 or 2011.",
		claims:  []claim{{"Operation Socialist", "Der Spiegel", leaked, "2013-09-20", "The British GCHQ (20 September 2013). GCHQ does not comment, and says that its work keeps to the law."}},
		denials: []denial{{"GCHQ", "2013-09-20", "It does not comment on what it does, and says that its work keeps to the law."}},
		malware: []string{"Regin"},
		reports: []report{{"Der Spiegel", "British spy agency GCHQ hacked Belgian telecoms firm", "2013-09-20", "https://www.spiegel.de/international/europe/british-spy-agency-gchq-hacked-belgian-telecoms-firm-a-923406.html"}},
	},
	{
		name: "Adobe: source code and 38 million accounts taken", told: "2013-10-03", where: []string{"US"},
		victim: "Adobe", operations: []string{"data-theft"}, sectors: []string{"technology"}, data: []string{"Source code", "Payment", "Credentials"}, steps: []step{{"victims_notice_begin", "2013-10-03"}},
		facts:   "Adobe said on 3 October 2013 that source code of several products and encrypted card numbers of 2.9 million customers had been taken, and raised the count to 38 million active accounts by the end of the month. The passwords were encrypted all with one key. Who did it is not known.",
		reports: []report{{"Krebs on Security", "Adobe to announce source code, customer data breach", "2013-10-03", "https://krebsonsecurity.com/2013/10/adobe-to-announce-source-code-customer-data-breach/"}},
	},
	{
		name: "Target: 40 million cards taken at the till, by way of a supplier of cooling", told: "2013-12-19", where: []string{"US"},
		victim: "Target", operations: []string{"financial-theft", "data-theft"}, sectors: []string{"retail"}, data: []string{"Payment", "Personal"}, steps: []step{{"first_action", "2013-11-27"}, {"containment", "2013-12-15"}, {"victims_notice_begin", "2013-12-19"}},
		facts:   "From 27 November to 15 December 2013 a program on the tills of the chain copied card numbers; names and addresses of up to 70 million people were taken as well. The way in was the account of a company for refrigeration. Alarms had come before the first card left. Nobody has been convicted for the theft itself.",
		malware: []string{"BlackPOS"},
		reports: []report{{"US Senate Committee on Commerce", "A kill chain analysis of the 2013 Target data breach", "2014-03-26", "https://www.commerce.senate.gov/services/files/24d3c229-4f2f-405d-b8db-a3a67f183883"}},
	},
	{
		name: "Card companies of South Korea: records of 20 million people copied by an employee of the credit bureau", told: "2014-01-08", where: []string{"KR"},
		operations: []string{"data-theft"}, sectors: []string{"financial-services"}, data: []string{"Payment", "Personal"}, insider: true, steps: []step{{"first_action", "2012"}},
		facts:  "Prosecutors said on 8 January 2014 that an employee lent to three card companies to build a system against fraud had copied their files, unencrypted, to a memory stick between May 2012 and December 2013, and sold some of them. About 104 million records were concerned; supervisors estimate 20 million people, others 15 million. The companies could not take on new customers for three months.",
		claims: []claim{{"Employee of Korea Credit Bureau", "Prosecutors in Changwon", indictment, "2014-01-08", "Arrested and charged, with two who bought from him (8 January 2014). The sentence is not known to us."}},
		reports: []report{
			{"Bloomberg, in the Japan Times", "Korean credit card firms under fire as 20M user details are swiped", "2014-01-21", "https://www.japantimes.co.jp/news/2014/01/21/world/korean-credit-card-firms-under-fire-as-20m-user-details-are-swiped/"},
			{"Agence France-Presse, on Phys.org", "South Korean credit card firms punished for data leak", "2014-02-16", "https://phys.org/news/2014-02-korean-credit-card-firms-leak.html"},
		},
	},
	{
		name: "Mt. Gox: 650,000 bitcoin gone from what was the largest exchange", told: "2014-02-28", where: []string{"JP"},
		operations: []string{"financial-theft"}, sectors: []string{"financial-services"}, data: []string{"Virtual currency"}, steps: []step{{"first_action", "2011-09"}},
		facts:   "The exchange in Tokyo asked for protection from its creditors on 28 February 2014 and missed 850,000 bitcoin; 200,000 were found in an old wallet in March. Most had gone since September 2011, unseen.",
		claims:  []claim{{"Two people charged in the Mt. Gox case", "US Department of Justice", indictment, "2023-06-09", "Two Russian nationals charged with the theft of about 647,000 bitcoin (9 June 2023). They have not been tried."}},
		reports: []report{{"US Department of Justice", "Russian nationals charged with hacking one cryptocurrency exchange", "2023-06-09", "https://www.justice.gov/opa/pr/russian-nationals-charged-hacking-one-cryptocurrency-exchange-and-illicitly-operating-another"}},
	},
	{
		name: "Las Vegas Sands: computers of a casino company erased", told: "2014-02-11", where: []string{"US"},
		victim: "Las Vegas Sands", operations: []string{"destruction", "defacement"}, sectors: []string{"hospitality-leisure"}, steps: []step{{"first_action", "2014-02-10"}, {"discovery", "2014-02-10"}},
		facts:  "On 10 February 2014 computers of the company were erased and its sites shown with a protest against its owner, who had spoken of a nuclear strike on Iran. That it was more than defaced sites became public in December.",
		claims: []claim{{"Government of Iran", "US Director of National Intelligence", statement, "2015-02-26", "Iran, as he told the Senate (26 February 2015)."}},
		reports: []report{
			{"Bloomberg", "Iranian hackers hit Sheldon Adelson's Sands casino in Las Vegas", "2014-12-11", "https://www.bloomberg.com/news/articles/2014-12-11/iranian-hackers-hit-sheldon-adelsons-sands-casino-in-las-vegas"},
			{"CNN", "Iran hacked an American casino, US says", "2015-02-27", "https://money.cnn.com/2015/02/27/technology/security/iran-hack-casino/index.html"},
		},
	},
	{
		name: "Huawei: mail and source code at its headquarters read", told: "2014-03-22", where: []string{"CN"},
		victim: "Huawei", operations: []string{"espionage"}, sectors: []string{"telecommunications", "technology"}, data: []string{"Source code", "Internal"}, steps: []step{{"compromise", "2010"}},
		facts:   "Documents of 2010 published on 22 March 2014 tell of entry into servers in Shenzhen: to learn whether the company works for the Chinese military, and to be able to reach networks that buy its products. The name of the operation was Shotgiant.",
		claims:  []claim{{"Tailored Access Operations", "New York Times and Der Spiegel", leaked, "2014-03-22", "New York Times and Der Spiegel, from slides that Edward Snowden made public (22 March 2014). The White House did not comment on the operation, and said that it gives no company what it collects."}},
		reports: []report{{"New York Times", "NSA breached Chinese servers seen as security threat", "2014-03-22", "https://www.nytimes.com/2014/03/23/world/asia/nsa-breached-chinese-servers-seen-as-spy-peril.html"}},
	},
	{
		name: "Westinghouse, US Steel and others: plans of reactors and papers of trade cases taken", told: "2014-05-19", where: []string{"US"},
		operations: []string{"espionage"}, sectors: []string{"nuclear", "manufacturing", "mining", "energy"}, data: []string{"Secrets", "Internal"}, steps: []step{{"first_action", "2006"}},
		facts:   "Between 2006 and 2014 mail and plans of Westinghouse, SolarWorld, US Steel, Allegheny Technologies, Alcoa and a union were taken, some of them while the companies dealt with or sued Chinese firms. It was the first time that the United States charged members of another state's military with hacking.",
		claims:  []claim{{"APT1", "US Department of Justice", indictment, "2014-05-19", "Five officers of Unit 61398 of the Chinese military charged (19 May 2014)."}},
		denials: []denial{{"Ministry of Foreign Affairs of China", "2014-05-19", "The charges are made up; China suspends the working group on these matters (19 May 2014)."}},
		reports: []report{{"US Department of Justice", "US charges five Chinese military hackers", "2014-05-19", "https://www.justice.gov/opa/pr/us-charges-five-chinese-military-hackers-cyber-espionage-against-us-corporations-and-labor"}},
	},
	{
		name: "Boeing: files on military aeroplanes copied to order", told: "2014-07-11", where: []string{"US"},
		victim: "Boeing", operations: []string{"espionage"}, sectors: []string{"aerospace", "defense"}, data: []string{"Secrets"}, steps: []step{{"first_action", "2008"}},
		facts:   "From 2008 to 2014 data on the C-17, the F-22 and the F-35 were taken from Boeing and other companies. One man in the trade chose what to take and translated it for two others, who did the entering.",
		claims:  []claim{{"Su Bin", "US Department of Justice", indictment, "2016-03-23", "He pleaded guilty to a conspiracy with two people in China, said to be of its military (23 March 2016)."}},
		reports: []report{{"US Department of Justice", "Chinese national pleads guilty to conspiring to hack into US defense contractors", "2016-03-23", "https://www.justice.gov/opa/pr/chinese-national-pleads-guilty-conspiring-hack-us-defense-contractors-systems-steal-sensitive"}},
	},
	{
		name: "JPMorgan Chase: addresses of 83 million customers taken", told: "2014-08-27", where: []string{"US"},
		victim: "JPMorgan Chase", operations: []string{"data-theft", "fraud"}, sectors: []string{"financial-services"}, data: []string{"Personal"}, steps: []step{{"victims_notice_begin", "2014-10-02"}},
		facts:   "The bank said on 2 October 2014 that names, addresses and telephone numbers of 76 million households and 7 million businesses had been taken; no account numbers. One server had lacked the second factor. Newspapers first suspected a state; it was for stock fraud.",
		claims:  []claim{{"Andrei Tyurin", "US District Court in Manhattan", court, "2021-01-07", "Sentenced to 12 years, after he had pleaded guilty in September 2019 (7 January 2021)."}},
		reports: []report{{"US Attorney in Manhattan, at the US Secret Service", "Russian hacker sentenced to 12 years in prison", "2021-01-07", "https://www.secretservice.gov/newsroom/releases/2021/01/russian-hacker-sentenced-12-years-prison-involvement-massive-network"}},
	},
	{
		name: "Home Depot: 56 million cards taken at the self-service till", told: "2014-09-02", where: []string{"US", "CA"},
		victim: "Home Depot", operations: []string{"financial-theft", "data-theft"}, sectors: []string{"retail"}, data: []string{"Payment", "Personal"}, steps: []step{{"compromise", "2014-04"}, {"discovery", "2014-09-02"}, {"victims_notice_begin", "2014-09-08"}},
		facts:   "The cards were for sale on 2 September 2014; the chain confirmed it on 8 September. Intruders with the account of a supplier had been on the tills since April. 53 million mail addresses were taken as well. Who did it is not known.",
		reports: []report{{"Krebs on Security", "Banks: credit card breach at Home Depot", "2014-09-02", "https://krebsonsecurity.com/2014/09/banks-credit-card-breach-at-home-depot/"}},
	},
	{
		name: "Sony Pictures: films, mail and staff records taken, then machines erased", told: "2014-11-24", where: []string{"US"},
		victim: "Sony Pictures", operations: []string{"destruction", "leak"}, sectors: []string{"entertainment"}, data: []string{"Copyrighted", "Internal", "Personal"}, steps: []step{{"discovery", "2014-11-24"}},
		facts: "On 24 November 2014 staff of Sony Pictures Entertainment found their machines unusable. Unreleased films, e-mail and personal records were published in the weeks after.",
		claims: []claim{
			{"Guardians of Peace", "", self, "2014-11-24", "The name on the screens (24 November 2014). It asked for money first, and later that a film about the ruler of North Korea be not shown."},
			{"Lazarus Group", "FBI", statement, "2014-12-19", "The government of North Korea is responsible (19 December 2014)."},
		},
		denials: []denial{
			{"Government of North Korea", "2014-12-20", "It had no part in it, and proposed a joint investigation (20 December 2014)."},
			{"Norse", "2014-12-30", "The traces lead to six people, one of them a former employee, and away from North Korea (30 December 2014). The FBI heard it and said that it has no credible sign of anybody else."},
		},
		malware: []string{"Destover"},
		reports: []report{
			{"FBI", "Update on Sony investigation", "2014-12-19", "https://www.fbi.gov/news/press-releases/update-on-sony-investigation"},
			{"The Independent", "Sony hack was angry employee and gang of hackers, experts believe", "2014-12-30", "https://www.the-independent.com/tech/sony-hack-was-angry-employee-and-gang-of-hackers-experts-believe-9950449.html"},
		},
	},
	{
		name: "Steelworks in Germany: a furnace could not be shut down", told: "2014-12-17", where: []string{"DE"},
		operations: []string{"sabotage"}, sectors: []string{"manufacturing"},
		facts:   "The Federal Office for Information Security told in its report of 17 December 2014 of intruders who came by mail into the office network and from there to the controls; a furnace was damaged massively. It names neither the works nor the day, and nobody else has confirmed it. Who did it is not known.",
		reports: []report{{"Federal Office for Information Security of Germany", "The state of IT security 2014", "2014-12-17", "https://www.bsi.bund.de/SharedDocs/Downloads/DE/BSI/Publikationen/Lageberichte/Lagebericht2014.pdf"}},
	},
	{
		name: "Korea Hydro and Nuclear Power: plans of reactors published with threats", told: "2014-12-17", where: []string{"KR"},
		victim: "Korea Hydro and Nuclear Power", operations: []string{"leak"}, sectors: []string{"nuclear"}, data: []string{"Secrets", "Personal"}, steps: []step{{"discovery", "2014-12-15"}},
		facts: "From 15 December 2014 somebody published plans and manuals of the South Korean operator and personal data of its staff, and asked that three reactors be stopped. The operator said that nothing needed for safety was lost; the reactors ran on.",
		claims: []claim{
			{"Kimsuky", "Prosecutors in Seoul", indictment, "2015-03-17", "A North Korean group, by the likeness of the programs (17 March 2015)."},
			{"President of the anti-nuclear reactor group", "", self, "2014-12-17", "The sender's own name for himself, from Hawaii, as he wrote (from 15 December 2014). No such group is known."},
		},
		reports: []report{{"Reuters", "South Korea blames North Korea for December hack on nuclear operator", "2015-03-17", "https://www.reuters.com/article/us-nuclear-southkorea-northkorea-idUSKBN0MD0GR20150317"}},
	},
}
