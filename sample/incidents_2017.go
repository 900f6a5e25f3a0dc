package sample

// from2017 are the incidents of 2017 and 2018.
var from2017 = []incident{
	{
		name: "Waymo: files on self-driving cars carried to a rival", told: "2017-02-23", where: []string{"US"},
		facts:   "Waymo sued Uber on 23 February 2017: an engineer of Google had copied about 14,000 files, 9.7 gigabytes, before he left in January 2016 for a company that Uber bought. The two settled in February 2018.",
		claims:  []claim{{"Anthony Levandowski", "2020-08-04", "US District Court in San Francisco: sentenced to 18 months for the theft of one file, to which he had pleaded guilty (4 August 2020). The President pardoned him on 20 January 2021."}},
		denials: []denial{{"Uber", "2018-02-09", "It does not believe that trade secrets of Waymo came to it, or that it used any (9 February 2018, on the settlement)."}},
		reports: []report{{"US Attorney in San Francisco: Former Uber executive sentenced to 18 months", "2020-08-04", "https://www.justice.gov/usao-ndca/pr/former-uber-executive-sentenced-18-months-jail-trade-secret-theft-google"}},
	},
	{
		name: "Vault 7: programs of the CIA published", told: "2017-03-07", where: []string{"US"},
		facts:   "WikiLeaks published from 7 March 2017 descriptions of tools of the Central Intelligence Agency, taken in 2016 from a network of its own developers. A review of the agency found that it could not tell how much was lost: people shared passwords of administrators, and nothing was logged.",
		claims:  []claim{{"Joshua Schulte", "2022-07-13", "US District Court in Manhattan: a jury found the former developer of the agency guilty (13 July 2022; sentenced to 40 years on 1 February 2024, for other crimes as well). He denied it; a first jury in 2020 had not agreed."}},
		reports: []report{{"US Department of Justice: Charged with the unauthorized disclosure of classified information", "2018-06-18", "https://www.justice.gov/opa/pr/joshua-adam-schulte-charged-unauthorized-disclosure-classified-information-and-other-offenses"}},
	},
	{
		name: "Operation Cloud Hopper: managed-service providers entered to reach their clients", told: "2017-04-03", where: []string{"JP", "GB", "US", "IN"},
		facts:   "PwC and BAE Systems described in April 2017 a campaign against providers of managed IT services, through which business secrets of their clients in many countries were reached. It had run since at least 2014.",
		claims:  []claim{{"APT10", "2018-12-20", "US Department of Justice: two men charged, said to act with the Ministry of State Security of China (20 December 2018)."}},
		denials: []denial{{"Ministry of Foreign Affairs of China", "2018-12-21", "The accusation is made up; China never took part in theft of commercial secrets (21 December 2018)."}},
		malware: []string{"RedLeaves", "PlugX"},
		reports: []report{
			{"PwC and BAE Systems: Operation Cloud Hopper", "2017-04-03", "https://www.pwc.co.uk/issues/cyber-security-services/insights/operation-cloud-hopper.html"},
			{"US Department of Justice: Two Chinese hackers charged with global computer intrusion campaigns", "2018-12-20", "https://www.justice.gov/opa/pr/two-chinese-hackers-associated-ministry-state-security-charged-global-computer-intrusion"},
		},
	},
	{
		name: "WannaCry: about 200,000 computers in 150 countries encrypted", told: "2017-05-12", where: []string{"GB", "ES", "RU", "DE"},
		facts:   "From 12 May 2017 a worm spread through a hole in Windows file sharing for which an update had been out since March. Hospitals of the British NHS were among the victims. A domain that the worm asked for stopped it when it was registered.",
		claims:  []claim{{"Lazarus Group", "2017-12-19", "United States, United Kingdom and others: North Korea is responsible (19 December 2017)."}},
		denials: []denial{{"Ministry of Foreign Affairs of North Korea", "2017-12-21", "The accusation is a grave political provocation (21 December 2017)."}},
		cves:    []string{"CVE-2017-0144"}, malware: []string{"WannaCry"},
		indicators: []indicator{
			domain("iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com", "The stop switch: a machine that asks for it may be infected. Let it answer.", "WannaCry"),
			sha256("WannaCry: the worm", "24d004a104d4d54034dbcffc2a4b19a11f39008a575aa614ea04703480b1022c", "The program that spreads (mssecsvc.exe).", "WannaCry"),
			sha256("WannaCry: the part that encrypts", "ed01ebfbc9eb5bbea545af4d01bf5f1071661840480439c6e5babe8e080e41aa", "What the worm leaves behind (tasksche.exe).", "WannaCry"),
		},
		reports: []report{{"UK National Audit Office: Investigation: WannaCry cyber attack and the NHS", "2017-10-27", "https://www.nao.org.uk/reports/investigation-wannacry-cyber-attack-and-the-nhs/"}},
	},
	{
		name: "Qatar News Agency: words put into the mouth of the emir", told: "2017-05-24", where: []string{"QA"},
		facts:   "In the night to 24 May 2017 the agency's site showed praise of Iran and Hamas as said by the emir, who had not said it. Four states broke off relations with Qatar on 5 June.",
		claims:  []claim{{"Government of the United Arab Emirates", "2017-07-16", "Washington Post, from unnamed US officials: it was discussed and arranged there; whether the work was done or paid for is not known (16 July 2017)."}},
		denials: []denial{{"Embassy of the United Arab Emirates in the United States", "2017-07-16", "They had no part in it whatever (16 July 2017)."}},
		reports: []report{{"Washington Post: UAE orchestrated hacking of Qatari government sites, according to US intelligence officials", "2017-07-16", "https://www.washingtonpost.com/world/national-security/uae-hacked-qatari-government-sites-sparking-regional-upheaval-according-to-us-intelligence-officials/2017/07/16/00c46e54-698f-11e7-8eb5-cbccc2e7bfbf_story.html"}},
	},
	{
		name: "NotPetya: data destroyed through a Ukrainian accounting program", told: "2017-06-27", where: []string{"UA", "DK", "US"},
		facts:   "On 27 June 2017 an update of the accounting program M.E.Doc carried code that made data unreadable for good. Maersk, Merck and others lost their systems for days; a White House assessment put the damage at more than 10 billion US dollars.",
		claims:  []claim{{"Sandworm Team", "2018-02-15", "United Kingdom and United States: the Russian military is responsible (15 February 2018). US Department of Justice: six officers of the Russian GRU charged (19 October 2020)."}},
		denials: []denial{{"Spokesman of the President of Russia", "2018-02-15", "He denied it and called the accusation without ground (15 February 2018)."}},
		cves:    []string{"CVE-2017-0144"}, malware: []string{"NotPetya"},
		indicators: []indicator{sha256("NotPetya: the library", "027cc450ef5f8c5f653329641ec1fed91f694e0d229928963b30f6b0d7d3a745", "The library that encrypts and spreads (perfc.dat).", "NotPetya")},
		reports: []report{
			{"UK Foreign Office: Minister condemns Russia for NotPetya attacks", "2018-02-15", "https://www.gov.uk/government/news/foreign-office-minister-condemns-russia-for-notpetya-attacks"},
			{"US Department of Justice: Six Russian GRU officers charged", "2020-10-19", "https://www.justice.gov/opa/pr/six-russian-gru-officers-charged-connection-worldwide-deployment-destructive-malware-and"},
		},
	},
	{
		name: "Equifax: credit records of about 147 million people taken", told: "2017-09-07", where: []string{"US", "GB", "CA"},
		facts:   "Attackers used a hole in Apache Struts, two months after its repair was published, from 13 May 2017 until they were noticed on 29 July 2017. Equifax announced it on 7 September 2017.",
		claims:  []claim{{"54th Research Institute case", "2020-02-10", "US Department of Justice: four members of the Chinese military charged (10 February 2020)."}},
		denials: []denial{{"Ministry of Foreign Affairs of China", "2020-02-11", "Its government and military never take part in theft of trade secrets over networks (11 February 2020)."}},
		cves:    []string{"CVE-2017-5638"},
		reports: []report{
			{"US Government Accountability Office: Actions taken by Equifax and federal agencies (GAO-18-559)", "2018-08-30", "https://www.gao.gov/products/gao-18-559"},
			{"US Department of Justice: Chinese military personnel charged", "2020-02-10", "https://www.justice.gov/opa/pr/chinese-military-personnel-charged-computer-fraud-economic-espionage-and-wire-fraud-hacking"},
		},
	},
	{
		name: "Register of deeds of South Africa: identity numbers of about 60 million people on an open server", told: "2017-10-18", where: []string{"ZA"},
		facts:   "A file with identity numbers, incomes and addresses, of the dead as well, lay on the web server of a property company, open since at least March 2017. Who took copies is not known.",
		reports: []report{{"Hunt: Questions about the massive South African master deeds data breach answered", "2017-10-18", "https://www.troyhunt.com/questions-about-the-massive-south-african-master-deeds-data-breach-answered/"}},
	},
	{
		name: "Triton: the safety controllers of a petrochemical plant reprogrammed", told: "2017-12-14", where: []string{"SA"},
		facts:   "In the summer of 2017 intruders in a plant in Saudi Arabia put a program into the controllers that shut it down when it becomes dangerous. A mistake of theirs shut it down, in June and in August. The owner's name was not told at first.",
		claims:  []claim{{"XENOTIME", "2018-10-23", "FireEye: a state institute in Moscow, TsNIIKhM, most likely built the tools (23 October 2018). US Treasury: sanctions on the institute (23 October 2020). US Department of Justice: an employee charged (24 March 2022)."}},
		malware: []string{"Triton"},
		reports: []report{
			{"FireEye: Triton attribution", "2018-10-23", "https://www.fireeye.com/blog/threat-research/2018/10/triton-attribution-russian-government-owned-lab-most-likely-built-tools.html"},
			{"US Treasury: Sanctions on a Russian government research institution connected to Triton", "2020-10-23", "https://home.treasury.gov/news/press-releases/sm1162"},
		},
	},
	{
		name: "Aadhaar: access to the register of a billion people of India sold for 500 rupees", told: "2018-01-04", where: []string{"IN"},
		facts:   "A journalist paid 500 rupees over a messenger and got an account that showed name, address and telephone number for any number of the register. The accounts had been made for officials who help with complaints.",
		denials: []denial{{"Unique Identification Authority of India", "2018-01-04", "There was no breach; fingerprints and eye scans are safe, and a search by number alone does no harm (4 January 2018)."}},
		reports: []report{{"Tribune of India: Rs 500, 10 minutes, and you have access to billion Aadhaar details", "2018-01-04", "https://www.tribuneindia.com/news/archive/nation/rs-500-10-minutes-and-you-have-access-to-billion-aadhaar-details-523361"}},
	},
	{
		name: "African Union: servers at headquarters sent files away every night", told: "2018-01-26", where: []string{"ET"},
		facts:  "Le Monde reported on 26 January 2018 that from 2012 to January 2017, between midnight and two, data went from Addis Ababa to Shanghai; China had paid for the building and its network. The Union got servers of its own.",
		claims: []claim{{"Government of China", "2018-01-26", "Le Monde, from unnamed people in the Union (26 January 2018)."}},
		denials: []denial{
			{"Ambassador of China to the African Union", "2018-01-29", "He called the report absurd (29 January 2018)."},
			{"Chairman of the Commission of the African Union", "2018-02-08", "He called the allegations false (8 February 2018, in Beijing)."},
		},
		reports: []report{{"Le Monde: A Addis-Abeba, le siège de l'Union africaine espionné par les Chinois", "2018-01-26", "https://www.lemonde.fr/afrique/article/2018/01/26/a-addis-abeba-le-siege-de-l-union-africaine-espionne-par-les-chinois_5247521_3212.html"}},
	},
	{
		name: "Olympic Destroyer: the opening of the winter games without network", told: "2018-02-11", where: []string{"KR"},
		facts:   "During the opening in Pyeongchang on 9 February 2018 the wireless network, the ticket printing and the pages of the games failed. The program bore marks of three different groups, put there to mislead; several companies were misled.",
		claims:  []claim{{"Sandworm Team", "2018-02-24", "Washington Post, from unnamed US officials: the Russian military, made to look like North Korea (24 February 2018). United Kingdom and United States: the Russian GRU (19 October 2020)."}},
		denials: []denial{{"Embassy of Russia in the United States", "2020-10-19", "Russia does not and did not have the intention to do such things (19 October 2020)."}},
		malware: []string{"Olympic Destroyer"},
		reports: []report{
			{"Cisco Talos: Olympic Destroyer takes aim at winter olympics", "2018-02-12", "https://blog.talosintelligence.com/2018/02/olympic-destroyer.html"},
			{"UK Foreign Office: UK exposes series of Russian cyber attacks against Olympic and Paralympic Games", "2020-10-19", "https://www.gov.uk/government/news/uk-exposes-series-of-russian-cyber-attacks-against-olympic-and-paralympic-games"},
		},
	},
	{
		name: "Banks of Mexico: payments forged on the way to the central bank", told: "2018-05-14", where: []string{"MX"},
		facts:   "From 17 April 2018 forged orders left several banks through their own connections to the payment system SPEI and were drawn in cash. The central bank spoke of about 300 million pesos; its own system was not entered. Who did it is not known.",
		reports: []report{{"Bank of Mexico: Statements on the incidents at participants of SPEI", "2018-05-16", "https://www.banxico.org.mx/"}},
	},
	{
		name: "Banco de Chile: 10 million US dollars sent away while thousands of computers were erased", told: "2018-05-24", where: []string{"CL"},
		facts:   "On 24 May 2018 a wiper stopped about 9,000 workstations and 500 servers of the bank. It covered four payments over SWIFT, about 10 million US dollars, most of them to Hong Kong. No account of a customer was touched.",
		claims:  []claim{{"Lazarus Group", "2018-10-03", "FireEye: the part that it calls APT38 and places in North Korea (3 October 2018)."}},
		reports: []report{{"FireEye: APT38, details on new North Korean regime-backed threat group", "2018-10-03", "https://www.fireeye.com/blog/threat-research/2018/10/apt38-details-on-new-north-korean-regime-backed-threat-group.html"}},
	},
	{
		name: "Tesla: program and pictures of a battery factory given to outsiders", told: "2018-06-20", where: []string{"US"},
		facts:   "Tesla sued a former technician of its factory in Nevada on 20 June 2018 for copying gigabytes to others and changing code. In September 2020 the court dismissed his claim for defamation, and held that what he told did not move the price of the shares.",
		claims:  []claim{{"Former technician of Tesla", "2018-06-20", "Tesla, in its complaint: he wrote a program to take the data, after he had not got the post he wished (20 June 2018)."}},
		denials: []denial{{"The former technician of Tesla", "2018-06-21", "He told a journalist of unsafe batteries and waste; he wrote no such program (21 June 2018)."}},
		reports: []report{{"US District Court for Nevada: Order in the case of Tesla against a former employee (3:18-cv-00296)", "2020-09-17", "https://docs.justia.com/cases/federal/district-courts/nevada/nvdce/3:2018cv00296/131279/217"}},
	},
	{
		name: "SingHealth: records of 1.5 million patients of Singapore taken, the prime minister's sought again and again", told: "2018-07-20", where: []string{"SG"},
		facts:   "From 27 June to 4 July 2018 a quarter of the people of Singapore had their data copied, 160,000 of them with their medicines. Intruders had been inside since August 2017. An inquiry found warnings that were not passed on.",
		claims:  []claim{{"Whitefly", "2019-03-06", "Symantec: a group that it had not described before, at work against Singapore since 2017 (6 March 2019). The government speaks of a state's skill and names nobody."}},
		reports: []report{{"Committee of Inquiry of Singapore: Public report into the cyber attack on SingHealth", "2019-01-10", "https://file.go.gov.sg/singhealthcoi.pdf"}},
	},
	{
		name: "British Airways: card numbers copied as they were typed", told: "2018-09-06", where: []string{"GB"},
		facts:   "From 21 August to 5 September 2018 the payment page of the airline sent what was typed to a strange domain. The intruder had come in on 22 June with the account of a supplier. About 429,000 people were concerned; the regulator fined 20 million pounds.",
		claims:  []claim{{"Magecart", "2018-09-11", "RiskIQ: one of the groups that it calls Magecart, by the way the script was made (11 September 2018)."}},
		reports: []report{{"UK Information Commissioner: Penalty notice, British Airways", "2020-10-16", "https://ico.org.uk/media/action-weve-taken/mpns/2618421/ba-penalty-20201016.pdf"}},
	},
	{
		name: "Cathay Pacific: passport data of 9.4 million passengers, told after seven months", told: "2018-10-24", where: []string{"HK"},
		facts:   "The airline noticed in March 2018 and announced on 24 October that two sets of intruders had been inside, one since October 2014. The privacy commissioner of Hong Kong found a known hole unpatched for years. Who did it is not known.",
		reports: []report{{"Privacy Commissioner for Personal Data of Hong Kong: Investigation report on Cathay Pacific", "2019-06-06", "https://www.pcpd.org.hk/"}},
	},
	{
		name: "Marriott: guest records of the Starwood chain taken, unseen for four years", told: "2018-11-30", where: []string{"US", "GB"},
		facts:   "Marriott announced on 30 November 2018 that the reservation system of Starwood, bought in 2016, had been open to intruders since July 2014. An alert on 8 September 2018 led to the discovery. The British regulator counted about 339 million guest records.",
		claims:  []claim{{"Government of China", "2018-12-11", "New York Times, from unnamed people who know of the inquiry: hackers suspected to work for the Ministry of State Security (11 December 2018). The US Attorney General repeated it on 10 February 2020; nobody has been charged."}},
		denials: []denial{{"Ministry of Foreign Affairs of China", "2018-12-12", "China opposes all forms of cyberattack; who accuses should show evidence (12 December 2018)."}},
		reports: []report{{"UK Information Commissioner: Penalty notice, Marriott International", "2020-10-30", "https://ico.org.uk/media/action-weve-taken/mpns/2618524/marriott-international-inc-mpn-20201030.pdf"}, {"New York Times: Marriott data breach is traced to Chinese hackers", "2018-12-11", "https://www.nytimes.com/2018/12/11/us/politics/trump-china-trade.html"}},
	},
}
