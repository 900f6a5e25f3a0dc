package sample

// from2021 are the incidents of 2021 and 2022.
var from2021 = []incident{
	{
		name: "Microsoft Exchange: mail servers entered through four unknown holes", told: "2021-03-02", where: []string{"US", "NO", "CZ"},
		facts:   "Microsoft repaired four holes in Exchange Server on 2 March 2021 and said that they were being used. Tens of thousands of servers were entered, many by other groups in the days after.",
		claims:  []claim{{"HAFNIUM", "2021-07-19", "Microsoft: assessed with high confidence to be state-sponsored and operating out of China (2 March 2021). United Kingdom and United States: actors backed by the Chinese state; European Union: from the territory of China (19 July 2021)."}},
		denials: []denial{{"Ministry of Foreign Affairs of China", "2021-07-20", "The accusation is made up out of thin air; China opposes all forms of cyberattack (20 July 2021)."}},
		cves:    []string{"CVE-2021-26855", "CVE-2021-26857", "CVE-2021-26858", "CVE-2021-27065"}, malware: []string{"China Chopper"},
		reports: []report{{"Microsoft: HAFNIUM targeting Exchange Servers with 0-day exploits", "2021-03-02", "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"}},
	},
	{
		name: "Colonial Pipeline: fuel for the east of the United States stopped for five days", told: "2021-05-08", where: []string{"US"},
		facts:   "The company shut its pipeline on 7 May 2021 after ransomware was found in its office network, and paid 75 bitcoin, about 4.4 million US dollars. It worked again from 12 May. On 7 June the US Department of Justice said that it had seized 63.7 of the bitcoin.",
		claims:  []claim{{"DarkSide", "2021-05-10", "FBI: the ransomware DarkSide is responsible (10 May 2021). The group wrote on the same day that it wants money and is part of no politics."}},
		malware: []string{"DarkSide"},
		reports: []report{
			{"FBI: Statement on compromise of Colonial Pipeline networks", "2021-05-10", "https://www.fbi.gov/news/press-releases/fbi-statement-on-compromise-of-colonial-pipeline-networks"},
			{"US Department of Justice: 2.3 million dollars in cryptocurrency seized", "2021-06-07", "https://www.justice.gov/opa/pr/department-justice-seizes-23-million-cryptocurrency-paid-ransomware-extortionists-darkside"},
		},
	},
	{
		name: "Health service of Ireland: systems of all hospitals off for weeks", told: "2021-05-14", where: []string{"IE"},
		facts:   "Ransomware was set off on 14 May 2021 in the network of the Health Service Executive, eight weeks after a mail attachment had been opened on 18 March. All systems were switched off. The attackers gave the key on 20 May; it took until 21 September to decrypt all servers.",
		claims:  []claim{{"Wizard Spider", "2021-05-16", "National Cyber Security Centre of Ireland: the ransomware is Conti (16 May 2021). Researchers tie Conti to the group called Wizard Spider; no government has charged anybody in this case."}},
		malware: []string{"Conti"}, tools: []string{"Cobalt Strike"},
		reports: []report{{"HSE and PwC: Conti cyber attack on the HSE, independent review", "2021-12-03", "https://www.hse.ie/eng/services/publications/conti-cyber-attack-on-the-hse-full-report.pdf"}},
	},
	{
		name: "Viasat KA-SAT: satellite modems in Ukraine and Europe made useless", told: "2022-02-28", where: []string{"UA", "DE"},
		facts:      "On 24 February 2022, the day on which Russia invaded Ukraine, tens of thousands of modems of the KA-SAT network stopped for good. About 5,800 wind turbines in Germany lost their remote control. The attackers had entered a management network through a VPN that was not set up properly.",
		claims:     []claim{{"Russian military", "2022-05-10", "European Union, United Kingdom, United States and others: Russia is responsible (10 May 2022)."}},
		malware:    []string{"AcidRain"},
		indicators: []indicator{sha256("AcidRain", "9b4dfaca873961174ba935fddaf696145afe7bbf5734509f95feb54f3584fd9a", "The program for MIPS modems (ukrop).", "AcidRain")},
		reports: []report{
			{"Viasat: KA-SAT network cyber attack overview", "2022-03-30", "https://news.viasat.com/blog/corporate/ka-sat-network-cyber-attack-overview"},
			{"Council of the European Union: Declaration on Russian cyber operations against Ukraine", "2022-05-10", "https://www.consilium.europa.eu/en/press/press-releases/2022/05/10/russian-cyber-operations-against-ukraine-declaration-by-the-high-representative-on-behalf-of-the-european-union/"},
		},
	},
	{
		name: "Northwestern Polytechnical University: a Chinese university for aviation and space entered", told: "2022-06-22", where: []string{"CN"},
		facts:   "The university in Xi'an told the police in June 2022 of mails meant to take over accounts. The National Computer Virus Emergency Response Center of China and the company 360 published a report on 5 September 2022: 41 tools, and more than 140 gigabytes taken over the years, as they say. The files behind it are not public.",
		claims:  []claim{{"Tailored Access Operations", "2022-09-05", "National Computer Virus Emergency Response Center of China: the US National Security Agency (5 September 2022)."}},
		reports: []report{{"CVERC: Investigation report on the attack on Northwestern Polytechnical University, part 1", "2022-09-05", "https://www.cverc.org.cn/head/zhaiyao/news20220905-NPU.htm"}},
	},
}
