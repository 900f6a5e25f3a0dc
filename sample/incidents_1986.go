package sample

// before2010 are the incidents from the first that were written about to GhostNet.
var before2010 = []incident{
	{
		name: "Lawrence Berkeley Laboratory: an accounting error of 75 cents leads to spies", told: "1988-05-01", where: []string{"US"},
		facts:   "In August 1986 an astronomer at the laboratory looked for 75 cents that the accounts of a computer lacked, and found an intruder who searched military machines across the networks. A file made up to hold his interest kept him on the line until he was traced to Hannover. The search is told in an article of May 1988; its day is not known.",
		claims:  []claim{{"Three men of Hannover", "1990-02-15", "Higher Regional Court of Celle, Germany: three men convicted of espionage for the Soviet KGB, with suspended sentences (15 February 1990)."}},
		reports: []report{{"Stoll, Communications of the ACM: Stalking the wily hacker", "1988-05-01", "https://dl.acm.org/doi/10.1145/42411.42412"}},
	},
	{
		name: "Morris worm: thousands of computers of the Internet slowed to a halt", told: "1988-11-03", where: []string{"US"},
		facts:   "A program set free on the evening of 2 November 1988 copied itself through sendmail, finger and guessed passwords, many times to the same machine. The number of 6,000 machines is an estimate; nobody counted. It erased nothing.",
		claims:  []claim{{"Robert Tappan Morris", "1990-01-22", "US District Court in Syracuse: a jury found the student guilty under the Computer Fraud and Abuse Act, the first to be tried under it (22 January 1990). He did not deny that he wrote it; he denied that he meant to do harm."}},
		malware: []string{"Morris worm"},
		reports: []report{{"RFC 1135: The Helminthiasis of the Internet", "1989-12-01", "https://www.rfc-editor.org/rfc/rfc1135"}},
	},
	{
		name: "Rome Laboratory: research of the US Air Force read and copied", told: "1996-05-22", where: []string{"US"},
		facts:   "In March and April 1994 the laboratory was entered more than 150 times, and from it other government systems. The intruders went through several countries to hide their path. They took files on air tasking orders; what became of them is not known.",
		claims:  []claim{{"Datastream Cowboy and Kuji", "1996-05-22", "US General Accounting Office, from Air Force investigators: two people known by these names, one of them 16 years old and in the United Kingdom (22 May 1996)."}},
		reports: []report{{"US General Accounting Office: Computer attacks at Department of Defense pose increasing risks (AIMD-96-84)", "1996-05-22", "https://www.gao.gov/products/aimd-96-84"}},
	},
	{
		name: "Solar Sunrise: military systems of the United States entered while troops were sent to the Gulf", told: "1998-02-25", where: []string{"US"},
		facts:   "In February 1998 many unclassified systems of the Department of Defense were entered through a known hole in Solaris. The Deputy Secretary of Defense called it the most organized attack so far (25 February 1998), and some suspected Iraq. Within weeks it was traced to young people.",
		claims:  []claim{{"Two pupils in California and a youth in Israel", "1998-03-18", "US Department of Justice and Israeli police: two pupils, and a youth of 18 who taught them and was arrested in Israel (18 March 1998)."}},
		reports: []report{{"National Security Archive: Cyber Vault", "2016-03-30", "https://nsarchive.gwu.edu/project/cyber-vault-project"}},
	},
	{
		name: "Moonlight Maze: files taken for years from research and military networks", told: "1999-10-06", where: []string{"US", "GB"},
		facts:  "From 1996 or before, intruders copied large amounts of unclassified files from the Department of Defense, NASA, the Department of Energy and universities. The head of the National Infrastructure Protection Center spoke of it to the Senate on 6 October 1999. In 2016 a British system administrator still had a server that they had used, with their programs on it.",
		claims: []claim{{"Turla", "2017-04-03", "Kaspersky Lab and King's College London: the back door of 1998 and one that Turla used in 2011 share their origin, which makes a link likely but does not prove it (3 April 2017). The US inquiry had led to Russia in 1999; no government was accused."}},
		reports: []report{
			{"Vatis, National Infrastructure Protection Center: Testimony before the US Senate", "1999-10-06", "https://irp.fas.org/congress/1999_hr/"},
			{"Kaspersky: Moonlight Maze, lessons from history", "2017-04-03", "https://www.kaspersky.com/blog/moonlight-maze-the-lessons/6713/"},
		},
	},
	{
		name: "ILOVEYOU: a letter that sent itself on to all addresses", told: "2000-05-04", where: []string{"GB", "US", "PH"},
		facts:   "On 4 May 2000 an attachment named as a love letter overwrote pictures and other files and mailed itself to everybody in the address book. Mail was shut off at the House of Commons and in many companies. Estimates of the cost run to billions of US dollars and are guesses.",
		claims:  []claim{{"Former student in Manila", "2020-05-04", "The man told a journalist that he wrote it, to get passwords for Internet access (published by the BBC on 4 May 2020). Charges in the Philippines had been dropped in August 2000: no law there forbade it then."}},
		malware: []string{"ILOVEYOU"},
		reports: []report{{"BBC: Love Bug's creator tracked down to repair shop in Manila", "2020-05-04", "https://www.bbc.com/news/technology-52458765"}},
	},
	{
		name: "Code Red: 359,000 web servers infected in fourteen hours", told: "2001-07-19", where: []string{"US"},
		facts:   "On 19 July 2001 a worm spread through a hole in Microsoft's web server for which an update had been out since 18 June. It was made to flood an address of the White House, which was moved in time. Who wrote it is not known.",
		malware: []string{"Code Red"}, cves: []string{"CVE-2001-0500"},
		reports: []report{{"CAIDA: The spread of the Code Red worm", "2001-07-24", "https://www.caida.org/archive/code-red/"}},
	},
	{
		name: "Maroochy Shire: sewage let out by radio", told: "2001-10-31", where: []string{"AU"},
		facts:   "Between 28 February and 23 April 2000 pumps of the sewage works in Queensland were disturbed 46 times from a car with a radio and a stolen controller. About 800,000 litres ran into parks, rivers and the grounds of a hotel. It was found when the police stopped the car.",
		claims:  []claim{{"Former employee of a contractor of Maroochy Shire", "2001-10-31", "District Court in Maroochydore: a man who had helped to install the system, and whom the council had not hired, convicted to two years of prison (31 October 2001)."}},
		reports: []report{{"Abrams and Weiss, MITRE: Malicious control system cyber security attack case study", "2008-08-01", "https://www.mitre.org/sites/default/files/pdf/08_1145.pdf"}},
	},
	{
		name: "SQL Slammer: the fastest worm until then", told: "2003-01-25", where: []string{"KR", "US"},
		facts:   "On 25 January 2003 one packet of 376 bytes infected at least 75,000 database servers, most of them within ten minutes. The networks of South Korea, cash machines in the United States and a monitoring system of the nuclear plant Davis-Besse went down. The update had been out since July 2002. Who wrote it is not known.",
		malware: []string{"Slammer"}, cves: []string{"CVE-2002-0649"},
		reports: []report{{"CAIDA and others: The spread of the Sapphire/Slammer worm", "2003-02-01", "https://www.caida.org/catalog/papers/2003_sapphire/"}},
	},
	{
		name: "Amundsen-Scott South Pole station: data of the station held for ransom in winter", told: "2003-07-18", where: []string{"AQ"},
		facts:   "On 3 May 2003 the US National Science Foundation got a mail with data of the station's servers and a demand for money, while about fifty people wintered there and no aeroplane could land. Agents found the sender through an address in Romania. The money was not paid.",
		claims:  []claim{{"Two men in Romania", "2003-07-18", "FBI: two people arrested by the Romanian police (told on 18 July 2003)."}},
		reports: []report{{"FBI: The case of the hacked South Pole", "2003-07-18", "https://archives.fbi.gov/archives/news/stories/2003/july/hack071803"}},
	},
	{
		name: "Titan Rain: defence networks of the United States searched and copied", told: "2005-08-25", where: []string{"US"},
		facts:   "Newspapers reported in August 2005 that intruders had copied unclassified files from military bases, laboratories and contractors for at least two years. An analyst of a national laboratory followed them on his own and was dismissed for it. What was taken is not public.",
		claims:  []claim{{"Titan Rain", "2005-08-29", "Time, from the analyst's tracing: machines in the Chinese province of Guangdong (29 August 2005). US officials told the magazine that whether the government stood behind them was not known."}},
		denials: []denial{{"State Council Information Office of China", "2005-08-29", "It told Time that the charges are groundless and irresponsible (29 August 2005)."}},
		reports: []report{{"Time: The invasion of the Chinese cyberspies", "2005-08-29", "https://content.time.com/time/subscriber/article/0,33009,1098961,00.html"}},
	},
	{
		name: "TJX: card numbers taken over the radio network of shops", told: "2007-01-17", where: []string{"US", "CA"},
		facts:  "The owner of T.J. Maxx and Winners said on 17 January 2007 that its systems had been entered since July 2005. It counted at least 45.7 million card numbers; banks said 94 million. The way in was a weakly encrypted radio network of shops.",
		claims: []claim{{"Albert Gonzalez", "2010-03-25", "US District Court in Boston: sentenced to 20 years for leading the ring (25 March 2010)."}},
		reports: []report{
			{"Privacy Commissioner of Canada: Report of an investigation into TJX and Winners", "2007-09-25", "https://www.priv.gc.ca/en/opc-actions-and-decisions/investigations/investigations-into-businesses/2007/tjx_rep_070925/"},
			{"US Department of Justice: Leader of hacking ring sentenced", "2010-03-25", "https://www.justice.gov/opa/pr/leader-hacking-ring-sentenced-massive-identity-thefts-payment-processor-and-us-retail"},
		},
	},
	{
		name: "Estonia: parliament, banks and newspapers cut off for days at a time", told: "2007-04-27", where: []string{"EE"},
		facts: "From 27 April 2007, when a Soviet war memorial in Tallinn was moved, floods of traffic came for about three weeks. One student in Estonia was fined for taking part (January 2008). Who organized the rest is disputed.",
		claims: []claim{
			{"Government of Russia", "2007-05-01", "Foreign Minister of Estonia: addresses of Russian government bodies took part (1 May 2007). The Minister of Defence said in September 2007 that there is no evidence of it."},
			{"Nashi", "2009-03-11", "A member of the Russian youth movement told the Financial Times that he and friends did it, on their own account (11 March 2009)."},
		},
		denials: []denial{{"Spokesman of the President of Russia", "2007-05-17", "The state had no part in it; addresses can be forged (17 May 2007)."}},
		reports: []report{
			{"BBC: The cyber raiders hitting Estonia", "2007-05-17", "https://news.bbc.co.uk/2/hi/europe/6665195.stm"},
			{"BBC: Estonia fines man for cyber war", "2008-01-25", "https://news.bbc.co.uk/2/hi/technology/7208511.stm"},
		},
	},
	{
		name: "HM Revenue and Customs: two disks with records of 25 million people lost in the post", told: "2007-11-20", where: []string{"GB"},
		facts:   "The Chancellor told Parliament on 20 November 2007 that two disks with the records of all families that get child benefit had been posted on 18 October and never arrived. They were not encrypted. A review found no single person at fault but the way of working. Nothing shows that anybody found them.",
		reports: []report{{"HM Revenue and Customs: Statements on the loss of child benefit data", "2007-11-20", "https://www.gov.uk/government/organisations/hm-revenue-customs"}},
	},
	{
		name: "San Francisco: the city locked out of its own network", told: "2008-07-14", where: []string{"US"},
		facts:   "An engineer of the city alone had the passwords of the network that carries its records, and would not give them up. The network went on working. He told them to the mayor in prison on 21 July 2008.",
		claims:  []claim{{"Network engineer of San Francisco", "2010-04-27", "Superior Court in San Francisco: a jury found him guilty of denying computer services (27 April 2010). He said that he protected the network from people who could not handle it."}},
		reports: []report{{"San Francisco Chronicle: S.F. officials locked out of computer network", "2008-07-15", "https://www.sfgate.com/bayarea/article/S-F-officials-locked-out-of-computer-network-3205200.php"}},
	},
	{
		name: "Georgia: government and news sites cut off during the war", told: "2008-08-11", where: []string{"GE"},
		facts:   "While Russian troops entered Georgia in August 2008, sites of the president, ministries, news agencies and banks were flooded or defaced. First floods had been seen on 20 July. Lists of targets and tools were on public forums, which anybody could join.",
		claims:  []claim{{"Government of Russia", "2008-08-11", "Ministry of Foreign Affairs of Georgia: part of a Russian campaign (11 August 2008). Researchers of the time found no proof of a hand of the state."}},
		denials: []denial{{"Embassy of Russia in the United States", "2008-08-13", "Russian officials and the military had nothing to do with it (13 August 2008)."}},
		reports: []report{{"New York Times: Before the gunfire, cyberattacks", "2008-08-13", "https://www.nytimes.com/2008/08/13/technology/13cyber.html"}},
	},
	{
		name: "agent.btz: a memory stick infects classified networks of the United States", told: "2008-11-19", where: []string{"US"},
		facts:   "In the autumn of 2008 a worm was found on classified and unclassified networks of US Central Command. The Deputy Secretary of Defense wrote on 25 August 2010 that a foreign intelligence agency had put it on a stick in the Middle East; he did not name which. The work against it was called Buckshot Yankee.",
		malware: []string{"agent.btz"},
		reports: []report{{"Lynn, Foreign Affairs: Defending a new domain", "2010-08-25", "https://www.foreignaffairs.com/articles/united-states/2010-09-01/defending-new-domain"}},
	},
	{
		name: "GhostNet: 1,295 computers of embassies, ministries and Tibetan offices", told: "2009-03-28", where: []string{"IN", "ID", "VN"},
		facts:   "Researchers in Toronto who looked into the computers of the Dalai Lama's office found a network of 1,295 infected machines in 103 countries, about a third of them of diplomatic or other high value. They left open who is behind it.",
		claims:  []claim{{"GhostNet", "2009-03-29", "University of Cambridge: agents of the Chinese government (29 March 2009). The report from Toronto warns against that conclusion: it could be others, in China or elsewhere."}},
		denials: []denial{{"Ministry of Foreign Affairs of China", "2009-03-31", "It called the reports rumours and a ghost of the Cold War (31 March 2009)."}},
		malware: []string{"Gh0st RAT"},
		reports: []report{
			{"Information Warfare Monitor: Tracking GhostNet", "2009-03-29", "https://www.scribd.com/doc/13731776/Tracking-GhostNet-Investigating-a-Cyber-Espionage-Network"},
			{"Nagaraja and Anderson, University of Cambridge: The snooping dragon (UCAM-CL-TR-746)", "2009-03-29", "https://www.cl.cam.ac.uk/techreports/UCAM-CL-TR-746.pdf"},
		},
	},
	{
		name: "Joint Strike Fighter: design data of the F-35 copied", told: "2009-04-21", where: []string{"US"},
		facts:   "The Wall Street Journal reported on 21 April 2009 that several terabytes on design and electronics had been copied from contractors of the fighter from 2007 on. The most secret parts were on machines without a network. Lockheed Martin said that it knew of no loss of classified data. The Department of Defense told the Senate in June 2013 that data had been taken.",
		claims:  []claim{{"Government of China", "2009-04-21", "Wall Street Journal, from unnamed former officials: the attacks appear to come from China (21 April 2009). They added that this is hard to tell."}},
		denials: []denial{{"Embassy of China in the United States", "2009-04-21", "China opposes and forbids all forms of computer crime; the report is a product of the Cold War (21 April 2009)."}},
		reports: []report{{"Wall Street Journal: Computer spies breach fighter-jet project", "2009-04-21", "https://www.wsj.com/articles/SB124027491029837401"}},
	},
	{
		name: "University of East Anglia: mail of climate researchers published before a summit", told: "2009-11-20", where: []string{"GB"},
		facts:   "More than a thousand mails and many documents of the Climatic Research Unit were put on the Internet from 17 November 2009, three weeks before the climate conference in Copenhagen. The police called it a careful attack from outside and closed the case on 18 July 2012. Who did it is not known.",
		reports: []report{{"Norfolk Constabulary: Operation Cabin", "2012-07-18", "https://www.norfolk.police.uk/"}},
	},
}
