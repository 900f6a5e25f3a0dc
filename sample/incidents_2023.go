package sample

// from2023 are the incidents of 2023 and 2024.
var from2023 = []incident{
	{
		name: "MOVEit Transfer: files of more than 2,000 organisations taken", told: "2023-05-31", where: []string{"US", "GB", "CA"},
		facts:  "Progress Software published on 31 May 2023 a hole in its file-transfer product that had been used since 27 May 2023. Later counts name more than 2,000 organisations.",
		claims: []claim{{"Cl0p", "2023-06-07", "The group itself claimed it (6 June 2023); FBI and CISA name it as well (7 June 2023)."}},
		cves:   []string{"CVE-2023-34362"}, malware: []string{"LEMURLOOT"},
		indicators: []indicator{{"LEMURLOOT: human2.aspx", "[file:name = 'human2.aspx']", "The name of the web shell on a MOVEit server. The product has a human.aspx of its own.", "LEMURLOOT"}},
		reports:    []report{{"CISA and FBI Advisory AA23-158A: CL0P ransomware gang exploits MOVEit vulnerability", "2023-06-07", "https://www.cisa.gov/news-events/cybersecurity-advisories/aa23-158a"}},
	},
	{
		name: "Storm-0558: mail of governments read with a stolen signing key", told: "2023-07-11", where: []string{"US"},
		facts:   "From 15 May 2023 forged tokens, signed with a consumer key of Microsoft of 2016, opened mailboxes of 22 organisations, among them the US Departments of State and Commerce. The State Department noticed on 15 June 2023. How the key was taken is not known.",
		claims:  []claim{{"Storm-0558", "2023-07-11", "Microsoft: an actor based in China (11 July 2023)."}},
		denials: []denial{{"Ministry of Foreign Affairs of China", "2023-07-12", "The statement is disinformation (12 July 2023)."}},
		reports: []report{{"US Cyber Safety Review Board: Review of the Summer 2023 Microsoft Exchange Online intrusion", "2024-03-20", "https://www.cisa.gov/resources-tools/resources/CSRB-Review-Summer-2023-MEO-Intrusion"}},
	},
	{
		name: "Change Healthcare: payments of US hospitals and pharmacies stopped, records of about 190 million people taken", told: "2024-02-21", where: []string{"US"},
		facts:   "Intruders used an account for remote access without a second factor from 12 February 2024 and set off ransomware on 21 February. The company paid about 22 million US dollars. The count of people concerned was raised to about 190 million in January 2025.",
		claims:  []claim{{"ALPHV", "2024-02-28", "The group itself claimed it (28 February 2024); the company named it on the day after. The affiliate who says that he did the work said that the group kept his share."}},
		malware: []string{"BlackCat"},
		reports: []report{{"US Department of Health and Human Services: Change Healthcare cybersecurity incident, questions and answers", "2025-01-24", "https://www.hhs.gov/hipaa/for-professionals/special-topics/change-healthcare-cybersecurity-incident-frequently-asked-questions/index.html"}},
	},
	{
		name: "Telephone companies of the United States: call records and some calls taken", told: "2024-11-13", where: []string{"US"},
		facts:   "FBI and CISA said on 13 November 2024 that networks of several companies had been entered: to take records of calls, to read and hear a limited number of people in government and politics, and to copy what courts had ordered to be intercepted. How long it went on is not public.",
		claims:  []claim{{"Salt Typhoon", "2024-11-13", "FBI and CISA: actors affiliated with the People's Republic of China (13 November 2024). Newspapers and later US statements use Microsoft's name Salt Typhoon."}},
		denials: []denial{{"Embassy of China in the United States", "2024-12-04", "China rejected the accusations several times in the autumn of 2024 and said that it opposes cyberattacks and theft of every kind."}},
		reports: []report{{"FBI and CISA: Joint statement on targeting of commercial telecommunications infrastructure", "2024-11-13", "https://www.cisa.gov/news-events/news/joint-statement-fbi-and-cisa-peoples-republic-china-prc-targeting-commercial-telecommunications"}},
	},
}
