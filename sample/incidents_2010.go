package sample

// from2010 are the incidents of 2010 to 2012.
var from2010 = []incident{
	{
		name: "Operation Aurora: source code taken from Google and others", told: "2010-01-12", where: []string{"US"},
		facts:   "Google said on 12 January 2010 that a targeted attack found in mid-December 2009 had taken intellectual property, and that at least twenty other large companies had been attacked. The way in was an unknown hole in Internet Explorer. Google said that the attack originated from China; it named no author.",
		claims:  []claim{{"Elderwood", "2012-09-06", "Symantec: those behind the Hydraq attacks went on, and are the group that it calls Elderwood (6 September 2012)."}},
		denials: []denial{{"Ministry of Foreign Affairs of China", "2010-01-14", "Chinese law forbids hacking in any form (14 January 2010, to the statement of Google)."}},
		cves:    []string{"CVE-2010-0249"}, malware: []string{"Hydraq"},
		reports: []report{{"Google: A new approach to China", "2010-01-12", "https://googleblog.blogspot.com/2010/01/new-approach-to-china.html"}},
	},
	{
		name: "HSBC in Geneva: client files carried to France", told: "2010-03-11", where: []string{"CH"},
		facts:   "HSBC said on 11 March 2010 that data of about 24,000 clients had been taken from its private bank in Geneva. Tax offices of several states used them; from 8 February 2015 newspapers published what they show.",
		claims:  []claim{{"Computer specialist of HSBC in Geneva", "2015-11-27", "Federal Criminal Court of Switzerland: convicted in his absence to five years for economic espionage (27 November 2015). He calls himself one who told of wrongs; France and Spain did not hand him over."}},
		reports: []report{{"International Consortium of Investigative Journalists: Swiss Leaks", "2015-02-08", "https://www.icij.org/investigations/swiss-leaks/"}},
	},
	{
		name: "Stuxnet: centrifuges for uranium damaged in Natanz, Iran", told: "2010-06-17", where: []string{"IR"},
		facts:  "A worm found by VirusBlokAda in June 2010 reached controllers in the enrichment plant at Natanz and made centrifuges run at harmful speeds. How many broke is not known; the International Atomic Energy Agency saw about 1,000 taken out of service around the turn of 2010.",
		claims: []claim{{"Olympic Games", "2012-06-01", "The New York Times, from unnamed officials: a programme of the United States and Israel (1 June 2012). Neither government has confirmed or denied it."}},
		cves:   []string{"CVE-2010-2568"}, malware: []string{"Stuxnet"},
		reports: []report{
			{"New York Times: Obama order sped up wave of cyberattacks against Iran", "2012-06-01", "https://www.nytimes.com/2012/06/01/world/middleeast/obama-ordered-wave-of-cyberattacks-against-iran.html"},
			{"Langner: To kill a centrifuge", "2013-11-20", "https://www.langner.com/wp-content/uploads/2017/03/to-kill-a-centrifuge.pdf"},
		},
	},
	{
		name: "US Army and Department of State: war logs and 250,000 cables given to WikiLeaks", told: "2010-07-25", where: []string{"US"},
		facts:   "WikiLeaks published logs of the war in Afghanistan on 25 July 2010, of the war in Iraq on 22 October and diplomatic cables from 28 November. An analyst in Iraq had copied them to disks marked as music.",
		claims:  []claim{{"Chelsea Manning", "2013-07-30", "US Army court-martial: convicted of espionage and theft, not of aiding the enemy (30 July 2013). She had said in court on 28 February 2013 that she did it, to start a debate. The sentence of 35 years was shortened by the President on 17 January 2017."}},
		reports: []report{{"White House: President Obama grants commutations and pardons", "2017-01-17", "https://obamawhitehouse.archives.gov/the-press-office/2017/01/17/president-obama-grants-commutations-and-pardons"}},
	},
	{
		name: "Night Dragon: bids and field data of oil companies copied", told: "2011-02-10", where: []string{"US", "KZ", "GR", "TW"},
		facts:   "McAfee described on 10 February 2011 intrusions into oil, energy and petrochemical companies since November 2009 or earlier: through web servers to the machines of managers, with common tools. The companies are not named.",
		claims:  []claim{{"Night Dragon", "2011-02-10", "McAfee: people in China, working at the hours of offices in Beijing (10 February 2011). It did not name a government."}},
		reports: []report{{"McAfee: Global energy cyberattacks: Night Dragon", "2011-02-10", "https://www.mcafee.com/us/resources/white-papers/wp-global-energy-cyberattacks-night-dragon.pdf"}},
	},
	{
		name: "RSA: secrets of sign-in tokens taken, then used on their owners", told: "2011-03-17", where: []string{"US"},
		facts:  "RSA said on 17 March 2011 that data about its SecurID tokens had been taken. Staff had opened a spreadsheet with an unknown hole in Flash. Lockheed Martin said that an attack found on 21 May had used it; RSA then replaced tokens of many customers.",
		claims: []claim{{"Government of China", "2012-03-27", "Director of the US National Security Agency, to a Senate committee: Chinese spies did it (27 March 2012). RSA had spoken of two groups and one state, without a name (October 2011)."}},
		cves:   []string{"CVE-2011-0609"}, malware: []string{"Poison Ivy"},
		reports: []report{
			{"Sophos: RSA warns that its servers have been hacked", "2011-03-18", "https://nakedsecurity.sophos.com/2011/03/18/security-firm-rsa-warns-that-its-servers-have-been-hacked/"},
			{"Dark Reading: China hacked RSA, US official says", "2012-03-29", "https://www.darkreading.com/attacks-breaches/china-hacked-rsa-us-official-says/d/d-id/1137409"},
		},
	},
	{
		name: "PlayStation Network: accounts of 77 million players taken, the network off for weeks", told: "2011-04-26", where: []string{"JP", "US", "GB"},
		facts:   "Sony switched its network off on 20 April 2011 and said on 26 April that names, addresses, birthdays and passwords of about 77 million accounts had been taken. Whether card numbers were among them could not be excluded. The British regulator fined Sony in January 2013: the hole could have been closed.",
		claims:  []claim{{"Anonymous", "2011-05-04", "Sony, to the US House of Representatives: a file named Anonymous was left on a server, in days of floods of traffic under that name (letter of 3 May, published 4 May 2011). It did not say who took the data."}},
		denials: []denial{{"Anonymous", "2011-05-05", "It never took part in theft of card data; others wish to put the blame on it (5 May 2011)."}},
		reports: []report{{"Sony: Response to the US House of Representatives", "2011-05-04", "https://blog.playstation.com/2011/05/04/sonys-response-to-the-u-s-house-of-representatives/"}},
	},
	{
		name: "Operation Shady RAT: 72 organisations entered over five years", told: "2011-08-03", where: []string{"US", "CA", "KR", "TW", "CH"},
		facts:  "McAfee read the logs of one command server and counted 72 victims in 14 countries since 2006: governments, defence companies, the United Nations, Olympic committees. Eugene Kaspersky called the conclusions unfounded and the programs simple (18 August 2011).",
		claims: []claim{{"Operation Shady RAT", "2011-08-03", "McAfee: one actor, and by the choice of victims a state, which it does not name (3 August 2011)."}},
		reports: []report{
			{"McAfee: Revealed: Operation Shady RAT", "2011-08-03", "https://www.mcafee.com/us/resources/white-papers/wp-operation-shady-rat.pdf"},
			{"Kaspersky: Shady RAT, shoddy RAT", "2011-08-18", "https://eugene.kaspersky.com/2011/08/18/shady-rat-shoddy-rat/"},
		},
	},
	{
		name: "DigiNotar: forged certificates used to read the mail of people in Iran", told: "2011-08-29", where: []string{"NL", "IR"},
		facts:   "The Dutch authority was entered in June 2011, and at least 531 certificates were forged, among them one for all of google.com. About 300,000 addresses, nearly all in Iran, met it. The Dutch government took over the company, which went bankrupt in September.",
		claims:  []claim{{"ComodoHacker", "2011-09-05", "Somebody of that name, who had claimed Comodo in March: alone, for reasons of his own, in Iran (5 September 2011). Nobody has shown who he is or for whom he worked."}},
		reports: []report{{"Sophos: Fox-IT's report on the DigiNotar breach", "2011-09-05", "https://nakedsecurity.sophos.com/2011/09/05/operation-black-tulip-fox-its-report-on-the-diginotar-breach/"}},
	},
	{
		name: "AMSC: the program of wind turbines sold to a customer", told: "2011-09-14", where: []string{"AT", "US"},
		facts: "In March 2011 the Chinese company Sinovel stopped taking parts that it had ordered from AMSC. In June an engineer found a turbine in China that ran on a copy of AMSC's program. AMSC lost about 700 jobs and most of its worth.",
		claims: []claim{
			{"Engineer of AMSC in Austria", "2011-09-23", "Court in Klagenfurt: an employee convicted, who had been paid to hand over the code; he confessed (23 September 2011)."},
			{"Sinovel", "2018-01-24", "US District Court in Madison: a jury found the company guilty of theft of trade secrets (24 January 2018)."},
		},
		denials: []denial{{"Sinovel", "2011-10-03", "It never bought business secrets from an employee of AMSC, and has no need to (3 October 2011)."}},
		reports: []report{{"US Department of Justice: Sinovel Wind Group convicted of theft of trade secrets", "2018-01-24", "https://www.justice.gov/opa/pr/chinese-company-sinovel-wind-group-convicted-theft-trade-secrets"}},
	},
	{
		name: "Mitsubishi Heavy Industries: shipyards and missile works infected", told: "2011-09-19", where: []string{"JP"},
		facts:   "The maker of submarines and missiles confirmed on 19 September 2011 that 45 servers and 38 computers at about ten places had been infected since August. It first said that no secrets had left, later that some data may have. Who did it is not known.",
		denials: []denial{{"Ministry of Foreign Affairs of China", "2011-09-20", "To call China a source of such attacks has no ground; it is a victim itself (20 September 2011, after reports in Japanese newspapers)."}},
		reports: []report{{"Reuters: Japan's defence industry hit by its first cyber attack", "2011-09-19", "https://www.reuters.com/article/us-mitsubishiheavy-computer-idUSTRE78I0EL20110919"}},
	},
	{
		name: "Duqu: makers of industrial parts spied on by a relative of Stuxnet", told: "2011-10-18", where: []string{"IR", "SD", "FR", "NL", "UA", "IN", "VN"},
		facts:   "A laboratory in Budapest found it in September 2011; Symantec described it on 18 October. It came in a document through an unknown hole in Windows, listened, and removed itself after 36 days. Symantec said that its authors had Stuxnet's source code; who they are it did not say. Iran said that it had it under control (November 2011).",
		malware: []string{"Duqu"}, cves: []string{"CVE-2011-3402"},
		reports: []report{{"Symantec: W32.Duqu, the precursor to the next Stuxnet", "2011-10-18", "https://docs.broadcom.com/doc/w32-duqu-11-en"}},
	},
	{
		name: "Flame: computers in Iran and the Middle East listened to for years", told: "2012-05-28", where: []string{"IR", "IL", "SD", "SY", "LB"},
		facts:   "Three laboratories described on 28 May 2012 a program of 20 megabytes that recorded sound, screens and keys and spread with a forged certificate of Microsoft. Iran said that it had been found after data were lost in its oil ministry.",
		claims:  []claim{{"Olympic Games", "2012-06-19", "Washington Post, from unnamed Western officials: built by the United States and Israel (19 June 2012). The agencies asked did not comment."}},
		denials: []denial{{"Spokesman of the government of Israel", "2012-05-31", "What a minister said on the radio does not mean that Israel is responsible (31 May 2012)."}},
		malware: []string{"Flame"},
		reports: []report{
			{"New York Times: Iran confirms attack by virus that collects information", "2012-05-30", "https://www.nytimes.com/2012/05/30/world/middleeast/iran-confirms-cyber-attack-by-new-virus-called-flame.html"},
			{"Washington Post: US, Israel developed Flame computer virus", "2012-06-19", "https://www.washingtonpost.com/world/national-security/us-israel-developed-computer-virus-to-slow-iranian-nuclear-efforts-officials-say/2012/06/19/gJQA6xBPoV_story.html"},
		},
	},
	{
		name: "LinkedIn: passwords of 117 million people, four years unknown", told: "2012-06-06", where: []string{"US"},
		facts:   "On 6 June 2012 a list of 6.5 million hashed passwords was found on a Russian forum. Only in May 2016, when they were for sale, did it turn out that 117 million had been taken.",
		claims:  []claim{{"Yevgeniy Nikulin", "2020-07-10", "US District Court in San Francisco: a jury found him guilty (10 July 2020; sentenced to 88 months on 29 September 2020)."}},
		reports: []report{{"US Attorney in San Francisco: Russian hacker sentenced to over 7 years", "2020-09-29", "https://www.justice.gov/usao-ndca/pr/russian-hacker-sentenced-over-7-years-prison-hacking-three-bay-area-tech-companies"}},
	},
	{
		name: "Saudi Aramco: more than 30,000 computers erased", told: "2012-08-15", where: []string{"SA", "QA"},
		facts: "On 15 August 2012, before a holiday, a wiper overwrote the disks of the oil company's office computers with part of a picture of a burning flag. Oil went on flowing. RasGas in Qatar went off the network two weeks later.",
		claims: []claim{
			{"Cutting Sword of Justice", "2012-08-15", "The group itself, in a text on Pastebin: for the crimes of the Saudi rulers (15 August 2012)."},
			{"Government of Iran", "2012-10-24", "New York Times, from unnamed US officials: Iran (24 October 2012). They gave no evidence."},
		},
		denials: []denial{{"National Center of Cyberspace of Iran", "2012-10-14", "Iran had no part in it; the charge has political reasons (14 October 2012)."}},
		malware: []string{"Shamoon"},
		reports: []report{{"New York Times: In cyberattack on Saudi firm, US sees Iran firing back", "2012-10-24", "https://www.nytimes.com/2012/10/24/business/global/cyberattack-on-saudi-oil-firm-disquiets-us.html"}},
	},
	{
		name: "Banks of the United States: sites flooded on 176 days", told: "2012-09-18", where: []string{"US"},
		facts: "From late 2011, and every week from September 2012, traffic up to 140 gigabits a second kept customers of 46 banks and other companies from their accounts. No money was taken.",
		claims: []claim{
			{"Izz ad-Din al-Qassam Cyber Fighters", "2012-09-18", "The group itself, on Pastebin: as an answer to a film (18 September 2012)."},
			{"Seven people of ITSecTeam and Mersad", "2016-03-24", "US Department of Justice: seven people charged, of two companies said to work for the Revolutionary Guards of Iran (24 March 2016)."},
		},
		denials: []denial{{"Civil Defence Organization of Iran", "2012-09-23", "Iran did not attack the banks (23 September 2012)."}},
		reports: []report{{"US Department of Justice: Seven Iranians charged", "2016-03-24", "https://www.justice.gov/opa/pr/seven-iranians-working-islamic-revolutionary-guard-corps-affiliated-entities-charged"}},
	},
}
