package sample

// from2025 are the incidents since 2025.
var from2025 = []incident{
	{
		name: "Bybit: 1.5 billion US dollars in one transfer", told: "2025-02-21", where: []string{"AE"},
		facts:   "On 21 February 2025 people of the exchange signed what looked like a usual transfer; the page that showed it to them had been changed at its maker, Safe, for this customer only. About 400,000 ether went, the largest theft known so far. The exchange stayed open.",
		claims:  []claim{{"TraderTraitor", "2025-02-26", "FBI: North Korea, by the activity that it calls TraderTraitor (26 February 2025)."}},
		reports: []report{{"FBI: North Korea responsible for 1.5 billion dollar Bybit hack (PSA250226)", "2025-02-26", "https://www.ic3.gov/psa/2025/psa250226"}},
	},
	{
		name: "Harbin: systems of the Asian Winter Games and of a province attacked", told: "2025-04-15", where: []string{"CN"},
		facts:   "The police of Harbin said on 15 April 2025 that the systems of the games of February, with data of the athletes, and companies of energy, transport and defence in the province had been attacked. They offered a reward for three people whom they named. The evidence is not public.",
		claims:  []claim{{"US National Security Agency", "2025-04-15", "Public security bureau of Harbin: the agency and three of its people, with help of two universities (15 April 2025)."}},
		reports: []report{{"Xinhua: Police of Harbin on attacks during the Asian Winter Games", "2025-04-15", "https://english.news.cn/"}},
	},
	{
		name: "Marks & Spencer: no orders for six weeks", told: "2025-04-22", where: []string{"GB"},
		facts: "The retailer told on 22 April 2025 of an incident that had begun at Easter; shelves were empty, and nothing could be ordered from 25 April to 10 June. It expected a loss of about 300 million pounds. Somebody had passed for another at a help desk of a supplier. Four young people were arrested in July.",
		claims: []claim{
			{"DragonForce", "2025-05-02", "The group itself, to the BBC (2 May 2025). The chairman named it to Parliament on 8 July."},
			{"Scattered Spider", "2025-04-28", "Bleeping Computer, from unnamed people (28 April 2025)."},
		},
		malware: []string{"DragonForce"},
		reports: []report{{"Marks and Spencer: Cyber incident update", "2025-05-21", "https://corporate.marksandspencer.com/"}},
	},
	{
		name: "SK Telecom: keys of nearly all its 27 million telephone cards", told: "2025-04-22", where: []string{"KR"},
		facts:   "The company noticed on 18 April 2025 that data of its core network had left. An inquiry by the government found 28 servers with programs, the first from 2021, and keys that were not encrypted. The privacy commission fined about 134.8 billion won. Who did it is not known.",
		malware: []string{"BPFDoor"},
		reports: []report{{"Personal Information Protection Commission of South Korea: Sanctions on SK Telecom", "2025-08-28", "https://www.pipc.go.kr/eng/"}},
	},
	{
		name: "Coinbase: support staff paid to copy customers' records", told: "2025-05-15", where: []string{"US", "IN"},
		facts:   "The exchange said on 15 May 2025 that people who worked for its support abroad had been paid for records of 69,461 customers, used to talk them out of their money. It did not pay the 20 million US dollars that were asked and offered as much for word of who did it.",
		claims:  []claim{{"Support staff abroad of Coinbase", "2025-05-15", "Coinbase: a small number of them, dismissed (15 May 2025). Who paid them is not known."}},
		reports: []report{{"Coinbase: Protecting our customers, standing up to extortionists", "2025-05-15", "https://www.coinbase.com/blog/protecting-our-customers-standing-up-to-extortionists"}},
	},
	{
		name: "C&M Software: instant payments of Brazil drained with an employee's password", told: "2025-07-02", where: []string{"BR"},
		facts:   "On 30 June 2025 hundreds of millions of reais left reserve accounts of banks through a company that connects them to the central bank. An employee had given his access for about 15,000 reais. The central bank cut the company off on 2 July; counts of the loss differ.",
		claims:  []claim{{"Employee of C&M Software", "2025-07-04", "Civil Police of São Paulo: arrested; he admitted that he gave his access to strangers (4 July 2025). Who they are was not known then."}},
		reports: []report{{"Secretariat of Public Security of São Paulo: Arrest in the C&M Software case", "2025-07-04", "https://www.ssp.sp.gov.br/"}},
	},
	{
		name: "ToolShell: SharePoint servers entered by a hole that was closed only by half", told: "2025-07-19", where: []string{"US", "DE", "ZA"},
		facts:   "From 18 July 2025 servers in companies and governments were entered by a way around an update of 8 July; keys taken from them open the server again after the next update. Eye Security counted about 400 victims within a week, the US agency for nuclear weapons among them.",
		claims:  []claim{{"Linen Typhoon and Violet Typhoon", "2025-07-22", "Microsoft: two groups of the Chinese state, and Storm-2603, which it places in China (22 July 2025). Many others came after."}},
		denials: []denial{{"Embassy of China in the United States", "2025-07-22", "China opposes all forms of cyberattack, and to smear others without solid evidence (22 July 2025)."}},
		cves:    []string{"CVE-2025-53770", "CVE-2025-49704", "CVE-2025-49706"},
		reports: []report{{"Microsoft: Disrupting active exploitation of on-premises SharePoint vulnerabilities", "2025-07-22", "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"}},
	},
	{
		name: "Salesloft Drift: a chat program opens the customer files of 700 companies", told: "2025-08-26", where: []string{"US"},
		facts:   "From 8 to 18 August 2025 somebody used tokens of the program Drift to copy support cases from Salesforce, and searched them for passwords. Cloudflare, Palo Alto Networks and Zscaler were among those who told of it. The way in was an account at GitHub, from March on.",
		claims:  []claim{{"UNC6395", "2025-08-26", "Google: a group without any other name (26 August 2025). Who stands behind it is not known."}},
		reports: []report{{"Google: Data theft from Salesforce instances via Salesloft Drift", "2025-08-26", "https://cloud.google.com/blog/topics/threat-intelligence/data-theft-salesforce-instances-via-salesloft-drift"}},
	},
	{
		name: "Jaguar Land Rover: no cars built for five weeks", told: "2025-09-02", where: []string{"GB", "SK", "IN", "BR"},
		facts:   "The maker shut its systems down on 1 September 2025 and built again from 8 October. The Cyber Monitoring Centre puts the cost to the British economy at about 1.9 billion pounds, most of it at suppliers. The state stood surety for a loan. What was used is not public.",
		claims:  []claim{{"Scattered Lapsus$ Hunters", "2025-09-03", "The group itself, with pictures from inside (3 September 2025). Neither the company nor the police has named anybody."}},
		reports: []report{{"Cyber Monitoring Centre: Statement on the Jaguar Land Rover incident", "2025-10-22", "https://cybermonitoringcentre.com/"}},
	},
	{
		name: "Shai-Hulud: a worm in packages of program code", told: "2025-09-15",
		facts:   "From 14 September 2025 packages of the JavaScript registry carried a program that looks for passwords and keys on the computer of whoever installs them, publishes them, and puts itself into the packages that they can write. More than 500 packages were hit. Who wrote it is not known.",
		malware: []string{"Shai-Hulud"},
		reports: []report{{"CISA: Widespread supply chain compromise impacting npm ecosystem", "2025-09-23", "https://www.cisa.gov/news-events/alerts/2025/09/23/widespread-supply-chain-compromise-impacting-npm-ecosystem"}},
	},
	{
		name: "Collins Aerospace: passengers of European airports checked in by hand", told: "2025-09-20", where: []string{"GB", "BE", "DE", "IE"},
		facts:   "On the night of 19 September 2025 a program for check-in failed at Heathrow, Brussels, Berlin and other airports; flights were late or cancelled for days. The European agency ENISA confirmed ransomware on 22 September. A man was arrested in England and let go on bail. Who did it is not known.",
		reports: []report{{"UK National Crime Agency: Arrest over the incident at Collins Aerospace", "2025-09-24", "https://www.nationalcrimeagency.gov.uk/news"}},
	},
	{
		name: "Asahi: beer and drinks of Japan ordered on paper", told: "2025-09-29", where: []string{"JP"},
		facts:   "From 29 September 2025 the brewer could not take orders or ship by its systems; works stood still for days. It said in November that data of up to about 1.9 million people may have been taken, and that it did not pay.",
		claims:  []claim{{"Qilin", "2025-10-07", "The group itself, on its site (7 October 2025). The company has named nobody."}},
		malware: []string{"Qilin"},
		reports: []report{{"Asahi Group Holdings: Notices on the system disruption caused by a cyberattack", "2025-11-27", "https://www.asahigroup-holdings.com/en/newsroom/"}},
	},
	{
		name: "F5: source code and unpublished holes of a maker of network devices", told: "2025-10-15", where: []string{"US"},
		facts:   "F5 said on 15 October 2025 that somebody had been in its development network for long and had taken source code of BIG-IP and notes on holes that were not yet repaired. It found it on 9 August; the Department of Justice let it wait. It has seen no change to its products, and others have checked that.",
		claims:  []claim{{"UNC5221", "2025-10-16", "Bloomberg, from unnamed people: hackers backed by the Chinese state (16 October 2025); others name this group, by the program Brickstorm. F5 and CISA speak of a state and name none."}},
		denials: []denial{{"Ministry of Foreign Affairs of China", "2025-10-16", "China opposes and fights hacking under its law, and opposes false reports for political ends (16 October 2025)."}},
		malware: []string{"BRICKSTORM"},
		reports: []report{{"F5: Security incident (K000154696)", "2025-10-15", "https://my.f5.com/manage/s/article/K000154696"}},
	},
	{
		name: "National Time Service Center of China: telephones of staff, then the network that gives the time", told: "2025-10-19", where: []string{"CN"},
		facts:   "The Ministry of State Security said on 19 October 2025 that telephones of people of the centre in Xi'an were entered from 25 March 2022, by a hole in the messages of a foreign brand, and its network from April 2023 to June 2024 with 42 tools. It says that it stopped it. The evidence published is a technical report of CNCERT.",
		claims:  []claim{{"US National Security Agency", "2025-10-19", "Ministry of State Security of China (19 October 2025). The agency told journalists that it neither confirms nor denies such reports."}},
		reports: []report{{"Xinhua: Ministry of State Security on attacks on the National Time Service Center", "2025-10-19", "https://english.news.cn/"}},
	},
	{
		name: "Poland: wind farms, solar farms and a heating plant on a winter day", told: "2026-01-15", where: []string{"PL"},
		facts: "On 29 December 2025 more than 30 wind and solar sites lost the line to those who steer the grid, and controllers were damaged; at a plant that heats for half a million customers a wiper was stopped. Power and heat went on. The prime minister told of it on 15 January 2026. Passwords without a second factor had opened firewalls.",
		claims: []claim{
			{"Sandworm Team", "2026-01-23", "ESET: Sandworm, with medium confidence, by the program DynoWiper (23 January 2026)."},
			{"Berserk Bear", "2026-01-30", "CERT Polska: by the servers used, the cluster known as Static Tundra and Berserk Bear; the likeness of the wiper is too weak to tell (30 January 2026)."},
		},
		malware: []string{"DynoWiper"},
		reports: []report{{"CERT Polska: Energy sector incident report, 29 December 2025", "2026-01-30", "https://cert.pl/en/"}},
	},
	{
		name: "Stryker: computers and telephones of a medical company erased by its own administration", told: "2026-03-11", where: []string{"US", "IE"},
		facts:   "On 11 March 2026 devices of the company all over the world were set back at once, by the service that manages them; in Ireland more than 5,000 people were sent home. The company said that it found no ransomware or other program. The number of 200,000 devices is that of those who claim it.",
		claims:  []claim{{"Handala", "2026-03-11", "The group itself, as an answer to a strike on a school in Iran (11 March 2026). US Department of Justice and Palo Alto Networks: a front of the Ministry of Intelligence of Iran (March 2026)."}},
		reports: []report{{"Stryker: Customer updates on the network disruption", "2026-03-11", "https://www.stryker.com/"}},
	},
}
