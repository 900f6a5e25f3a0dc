package sample

import "strings"

// ref is a source one can look up.
type ref struct{ name, url, id string }

// incident is one famous incident with what is said about it, and by whom.
type incident struct {
	name, told string // told: the day it became public
	facts      string
	actor      string // an intrusion set, by the name most used
	aliases    []string
	claim      string // who attributes it, when
	claimed    string // the day of the claim
	denial     string // who denies it, in which words; empty: no denial known to us
	denier     string
	malware    []string
	cves       []string
	domains    []string // indicators, with what they mean
	sources    []ref
}

// catalogue is what the public sample holds.
func catalogue() [][]byte {
	w := &writer{marking: clear, seen: map[string]bool{}}
	w.author = w.add("identity", "editors", "2024-01-01", props{"name": "Threatwatch sample catalogue", "identity_class": "group",
		"description": "The editors of the sample that a demonstration starts with. Facts are from the sources named at each object."})
	for _, in := range incidents {
		w.incident(in)
	}
	return w.out
}

func (w *writer) incident(in incident) {
	sources := refs(in.sources)
	event := w.add("incident", in.name, in.told, props{"name": in.name, "description": in.facts, "external_references": sources})
	about := []string{event}
	if in.actor != "" {
		p := props{"name": in.actor}
		if len(in.aliases) > 0 {
			p["aliases"] = in.aliases
		}
		actor := w.add("intrusion-set", in.actor, "2024-01-01", p)
		claim := w.relate(event, "attributed-to", actor, in.claimed, props{"description": in.claim, "external_references": sources})
		about = append(about, actor)
		if in.denial != "" {
			w.add("opinion", "denial of "+in.name, in.claimed, props{"opinion": "strongly-disagree", "authors": []string{in.denier},
				"explanation": in.denial, "object_refs": []string{claim, event}})
		}
	}
	for _, m := range in.malware {
		x := w.add("malware", m, in.told, props{"name": m, "is_family": true})
		w.relate(event, "related-to", x, in.told, nil)
		about = append(about, x)
	}
	for _, c := range in.cves {
		x := w.add("vulnerability", c, in.told, props{"name": c, "external_references": refs([]ref{{name: "cve", id: c}})})
		w.relate(event, "related-to", x, in.told, nil)
		about = append(about, x)
	}
	for _, d := range in.domains {
		domain, what, _ := strings.Cut(d, " | ")
		x := w.add("indicator", domain, in.told, props{"name": domain, "description": what, "indicator_types": []string{"malicious-activity"},
			"pattern": "[domain-name:value = '" + domain + "']", "pattern_type": "stix", "valid_from": stamp(in.told)})
		w.relate(x, "related-to", event, in.told, nil)
		about = append(about, x)
	}
	w.add("report", in.name, in.told, props{"name": "Dossier: " + in.name, "published": stamp(in.told), "report_types": []string{"incident"},
		"description": "What is public about it, who says so, and who denies it.", "object_refs": about, "external_references": sources})
}

var incidents = []incident{
	{
		name: "Operation Aurora: source code taken from Google and others", told: "2010-01-12",
		facts:   "Google said on 12 January 2010 that a targeted attack found in mid-December 2009 had taken intellectual property, and that at least twenty other large companies had been attacked. The way in was an unknown hole in Internet Explorer.",
		actor:   "Elderwood",
		claim:   "Google: the attack originated from China (12 January 2010). It named no author.",
		claimed: "2010-01-12", denier: "Ministry of Foreign Affairs of China",
		denial: "China said that its law forbids hacking in any form, and rejected the accusation.",
		cves:   []string{"CVE-2010-0249"}, malware: []string{"Hydraq"},
		sources: []ref{{name: "Google, A new approach to China (12 Jan 2010)", url: "https://googleblog.blogspot.com/2010/01/new-approach-to-china.html"}},
	},
	{
		name: "Sony Pictures: films, mail and staff records taken, then machines erased", told: "2014-11-24",
		facts: "On 24 November 2014 staff of Sony Pictures Entertainment found their machines unusable. Unreleased films, e-mail and personal records were published in the weeks after.",
		actor: "Lazarus Group", aliases: []string{"Hidden Cobra", "Guardians of Peace"},
		claim:   "FBI: the government of North Korea is responsible (19 December 2014).",
		claimed: "2014-12-19", denier: "Government of North Korea",
		denial:  "North Korea denied any part in it and proposed a joint investigation.",
		malware: []string{"Destover"},
		sources: []ref{{name: "FBI, Update on Sony investigation (19 Dec 2014)", url: "https://www.fbi.gov/news/press-releases/update-on-sony-investigation"}},
	},
	{
		name: "US Office of Personnel Management: background investigations of 21.5 million people taken", told: "2015-06-04",
		facts:   "The office announced on 4 June 2015 the theft of personnel files of about 4.2 million people and on 9 July 2015 that of background-investigation records of 21.5 million, with about 5.6 million sets of fingerprints. It was found in April 2015; the intruders had been inside since at least May 2014.",
		actor:   "Deep Panda",
		claim:   "The US Director of National Intelligence called China the leading suspect (25 June 2015).",
		claimed: "2015-06-25", denier: "Ministry of Foreign Affairs of China",
		denial:  "China called the accusation irresponsible and without scientific ground.",
		malware: []string{"PlugX", "Sakula"},
		sources: []ref{{name: "US House Committee on Oversight, The OPM data breach (7 Sep 2016)", url: "https://oversight.house.gov/report/opm-data-breach-government-jeopardized-national-security-generation/"}},
	},
	{
		name: "Bangladesh Bank: 81 million US dollars transferred", told: "2016-03-07",
		facts: "On 4 and 5 February 2016 forged payment orders were sent over the bank's SWIFT terminal. Five transfers of 101 million US dollars passed; 81 million reached casinos in the Philippines, 20 million were recovered from Sri Lanka.",
		actor: "Lazarus Group", aliases: []string{"Hidden Cobra", "Guardians of Peace"},
		claim:   "US Department of Justice: complaint against Park Jin Hyok, said to work for North Korea (6 September 2018).",
		claimed: "2018-09-06", denier: "Ministry of Foreign Affairs of North Korea",
		denial:  "North Korea said that the person named does not exist and called the charge a smear.",
		sources: []ref{{name: "US Department of Justice (6 Sep 2018)", url: "https://www.justice.gov/opa/pr/north-korean-regime-backed-programmer-charged-conspiracy-conduct-multiple-cyber-attacks-and"}},
	},
	{
		name: "Operation Cloud Hopper: managed-service providers entered to reach their clients", told: "2017-04-03",
		facts: "PwC and BAE Systems described in April 2017 a campaign against providers of managed IT services, through which business secrets of their clients in many countries were reached. It had run since at least 2014.",
		actor: "APT10", aliases: []string{"menuPass", "Stone Panda"},
		claim:   "US Department of Justice: two men charged, said to act with the Ministry of State Security of China (20 December 2018).",
		claimed: "2018-12-20", denier: "Ministry of Foreign Affairs of China",
		denial:  "China said that the accusation was made up and that it never took part in theft of commercial secrets.",
		malware: []string{"RedLeaves", "PlugX"},
		sources: []ref{
			{name: "PwC and BAE Systems, Operation Cloud Hopper (Apr 2017)", url: "https://www.pwc.co.uk/issues/cyber-security-services/insights/operation-cloud-hopper.html"},
			{name: "US Department of Justice (20 Dec 2018)", url: "https://www.justice.gov/opa/pr/two-chinese-hackers-associated-ministry-state-security-charged-global-computer-intrusion"},
		},
	},
	{
		name: "WannaCry: about 200,000 computers in 150 countries encrypted", told: "2017-05-12",
		facts: "From 12 May 2017 a worm spread through a hole in Windows file sharing for which an update had been out since March. Hospitals of the British NHS were among the victims. A domain that the worm asked for stopped it when it was registered.",
		actor: "Lazarus Group", aliases: []string{"Hidden Cobra", "Guardians of Peace"},
		claim:   "United States, United Kingdom and others: North Korea is responsible (19 December 2017).",
		claimed: "2017-12-19", denier: "Ministry of Foreign Affairs of North Korea",
		denial: "North Korea called the accusation a grave political provocation.",
		cves:   []string{"CVE-2017-0144"}, malware: []string{"WannaCry"},
		domains: []string{"iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com | The stop switch: a machine that asks for it may be infected; let it answer."},
		sources: []ref{{name: "UK National Audit Office, WannaCry and the NHS (27 Oct 2017)", url: "https://www.nao.org.uk/reports/investigation-wannacry-cyber-attack-and-the-nhs/"}},
	},
	{
		name: "NotPetya: data destroyed through a Ukrainian accounting program", told: "2017-06-27",
		facts: "On 27 June 2017 an update of the accounting program M.E.Doc carried code that made data unreadable for good. Maersk, Merck and others lost their systems for days; the White House put the damage at 10 billion US dollars.",
		actor: "Sandworm Team", aliases: []string{"Voodoo Bear", "TeleBots"},
		claim:   "United Kingdom and United States: the Russian military is responsible (15 February 2018).",
		claimed: "2018-02-15", denier: "Spokesman of the President of Russia",
		denial: "Russia denied it and called the accusation without ground.",
		cves:   []string{"CVE-2017-0144"}, malware: []string{"NotPetya"},
		sources: []ref{{name: "UK Foreign Office (15 Feb 2018)", url: "https://www.gov.uk/government/news/foreign-office-minister-condemns-russia-for-notpetya-attacks"}},
	},
	{
		name: "Equifax: credit records of about 147 million people taken", told: "2017-09-07",
		facts:   "Attackers used a hole in Apache Struts, two months after its repair was published, from 13 May 2017 until they were noticed on 29 July 2017. Equifax announced it on 7 September 2017.",
		actor:   "Actors charged in the Equifax case",
		claim:   "US Department of Justice: four members of the Chinese military charged (10 February 2020).",
		claimed: "2020-02-10", denier: "Ministry of Foreign Affairs of China",
		denial:  "China said that its government and military never take part in theft of trade secrets over networks.",
		cves:    []string{"CVE-2017-5638"},
		sources: []ref{{name: "US GAO-18-559 (30 Aug 2018)", url: "https://www.gao.gov/products/gao-18-559"}, {name: "US Department of Justice (10 Feb 2020)", url: "https://www.justice.gov/opa/pr/chinese-military-personnel-charged-computer-fraud-economic-espionage-and-wire-fraud-hacking"}},
	},
	{
		name: "Marriott: guest records of the Starwood chain taken, unseen for four years", told: "2018-11-30",
		facts:   "Marriott announced on 30 November 2018 that the reservation system of Starwood, bought in 2016, had been open to intruders since July 2014. An alert on 8 September 2018 led to the discovery. The British regulator counted about 339 million guest records.",
		sources: []ref{{name: "UK Information Commissioner, penalty notice (30 Oct 2020)", url: "https://ico.org.uk/media/action-weve-taken/mpns/2618524/marriott-international-inc-mpn-20201030.pdf"}},
	},
	{
		name: "SolarWinds Orion: update of a network product used to enter governments and companies", told: "2020-12-13",
		facts: "Updates of SolarWinds Orion from March 2020 on carried a back door, which about 18,000 customers installed; a far smaller number were then entered. FireEye found it in December 2020 while it looked into its own loss of tools.",
		actor: "APT29", aliases: []string{"Cozy Bear", "NOBELIUM", "Midnight Blizzard"},
		claim:   "United States and United Kingdom: the Russian foreign intelligence service SVR (15 April 2021).",
		claimed: "2021-04-15", denier: "Foreign Intelligence Service of Russia",
		denial:  "The SVR's director denied that his service was responsible.",
		malware: []string{"SUNBURST", "TEARDROP"},
		domains: []string{"avsvmcloud.com | Names below it were asked for by the back door SUNBURST."},
		sources: []ref{{name: "CISA Alert AA20-352A (17 Dec 2020)", url: "https://www.cisa.gov/news-events/cybersecurity-advisories/aa20-352a"}},
	},
	{
		name: "Microsoft Exchange: mail servers entered through four unknown holes", told: "2021-03-02",
		facts: "Microsoft repaired four holes in Exchange Server on 2 March 2021 and said that they were being used. Tens of thousands of servers were entered, many by other groups in the days after.",
		actor: "HAFNIUM", aliases: []string{"Silk Typhoon"},
		claim:   "European Union, NATO, United Kingdom, United States: actors tied to or in the territory of China (19 July 2021).",
		claimed: "2021-07-19", denier: "Ministry of Foreign Affairs of China",
		denial: "China called the accusation made up out of thin air and said that it opposes all forms of cyberattack.",
		cves:   []string{"CVE-2021-26855", "CVE-2021-26857", "CVE-2021-26858", "CVE-2021-27065"}, malware: []string{"China Chopper"},
		sources: []ref{{name: "Microsoft (2 Mar 2021)", url: "https://www.microsoft.com/en-us/security/blog/2021/03/02/hafnium-targeting-exchange-servers/"}},
	},
	{
		name: "MOVEit Transfer: files of more than 2,000 organisations taken", told: "2023-05-31",
		facts: "Progress Software published on 31 May 2023 a hole in its file-transfer product that had been used since 27 May 2023. Later counts name more than 2,000 organisations.",
		actor: "Cl0p", aliases: []string{"TA505", "Lace Tempest"},
		claim:   "The group itself claimed it (6 June 2023); FBI and CISA name it as well (7 June 2023).",
		claimed: "2023-06-07",
		cves:    []string{"CVE-2023-34362"}, malware: []string{"LEMURLOOT"},
		sources: []ref{{name: "CISA and FBI Advisory AA23-158A (7 Jun 2023)", url: "https://www.cisa.gov/news-events/cybersecurity-advisories/aa23-158a"}},
	},
	{
		name: "Storm-0558: mail of governments read with a stolen signing key", told: "2023-07-11",
		facts: "From 15 May 2023 forged tokens, signed with a consumer key of Microsoft of 2016, opened mailboxes of 22 organisations, among them the US Departments of State and Commerce. The State Department noticed on 15 June 2023. How the key was taken is not known.",
		actor: "Storm-0558", claim: "Microsoft: an actor based in China (11 July 2023).",
		claimed: "2023-07-11", denier: "Ministry of Foreign Affairs of China",
		denial:  "China called the statement disinformation.",
		sources: []ref{{name: "US Cyber Safety Review Board, Summer 2023 Microsoft Exchange Online intrusion (20 Mar 2024)", url: "https://www.cisa.gov/resources-tools/resources/CSRB-Review-Summer-2023-MEO-Intrusion"}},
	},
}
