package sample

// from2015 are the incidents of 2015 and 2016.
var from2015 = []incident{
	{
		name: "Anthem: records of 78.8 million insured people taken", told: "2015-02-04", where: []string{"US"},
		facts: "The health insurer said on 4 February 2015 that names, birthdays and social security numbers had been taken; an administrator had seen a search run under his own name. It began with a mail opened on 18 February 2014. None of the records has been seen for sale.",
		claims: []claim{
			{"Deep Panda", "2015-02-27", "ThreatConnect: Chinese espionage, by domains and a signed program (27 February 2015). Insurance regulators of seven US states said in January 2017 that a foreign government stood behind it, without naming it."},
			{"Two people charged in the Anthem case", "2019-05-09", "US Department of Justice: a group in China; two people charged, no government named (9 May 2019)."},
		},
		malware: []string{"Sakula"},
		reports: []report{{"US Department of Justice: Member of sophisticated China-based hacking group indicted", "2019-05-09", "https://www.justice.gov/opa/pr/member-sophisticated-china-based-hacking-group-indicted-series-computer-intrusions-including"}},
	},
	{
		name: "Gemalto: keys of telephone cards sought at the maker", told: "2015-02-19", where: []string{"NL", "FR"},
		facts:   "The Intercept published on 19 February 2015 documents of 2010 on the theft of keys that protect calls, from the maker of SIM cards. Gemalto said on 25 February that it had seen two serious attacks in 2010 and 2011 which may be these, that they reached its office network only, and that keys cannot have been taken in large numbers.",
		claims:  []claim{{"Mobile Handset Exploitation Team", "2015-02-19", "The Intercept, from slides that Edward Snowden made public: a team of the British GCHQ and the US NSA (19 February 2015). GCHQ does not comment."}},
		reports: []report{{"The Intercept: The great SIM heist", "2015-02-19", "https://theintercept.com/2015/02/19/great-sim-heist/"}},
	},
	{
		name: "TV5Monde: eleven channels off the air for hours", told: "2015-04-08", where: []string{"FR"},
		facts: "On the evening of 8 April 2015 the channels of the French broadcaster went dark, and its pages carried the signs of an Islamist group. A technician pulled the right cable in time. Intruders had first come in on 23 January.",
		claims: []claim{
			{"CyberCaliphate", "2015-04-08", "The name on the pages (8 April 2015)."},
			{"APT28", "2015-06-09", "French investigators and FireEye: the Islamist name is a cover; the traces lead to a Russian group (9 June 2015). United Kingdom: officers of the Russian GRU (4 October 2018). The French agency for information security has named no author."},
		},
		denials: []denial{{"Ministry of Foreign Affairs of Russia", "2018-10-04", "It called the British statement wild fantasy (4 October 2018)."}},
		reports: []report{
			{"UK National Cyber Security Centre: Reckless campaign of cyber attacks by Russian military intelligence exposed", "2018-10-04", "https://www.ncsc.gov.uk/news/reckless-campaign-cyber-attacks-russian-military-intelligence-service-exposed"},
			{"Reuters: France probes Russian lead in TV5Monde hacking", "2015-06-10", "https://www.reuters.com/article/us-france-russia-cybercrime/france-probes-russian-lead-in-tv5monde-hacking-sources-idUSKBN0OQ2GG20150610"},
		},
	},
	{
		name: "Bundestag: 16 gigabytes taken from the German parliament", told: "2015-05-15", where: []string{"DE"},
		facts:   "Intruders who came with a mail that seemed to be from the United Nations were in the network of the parliament from late April to 20 May 2015 and copied mail of members, the Chancellor's office among them. The network was shut and set up anew in August.",
		claims:  []claim{{"APT28", "2016-05-13", "Federal Office for the Protection of the Constitution of Germany: the group Sofacy, steered by the Russian state (13 May 2016). Federal prosecutor: arrest warrant against an officer of the GRU (made public on 5 May 2020). European Union: sanctions (22 October 2020)."}},
		denials: []denial{{"Embassy of Russia in Germany", "2020-05-27", "The accusations are false; Russia was ready to look into the facts, and Berlin showed no interest (27 May 2020)."}},
		reports: []report{{"Council of the European Union: Sanctions over the 2015 Bundestag hack", "2020-10-22", "https://www.consilium.europa.eu/en/press/press-releases/2020/10/22/malicious-cyber-attacks-eu-sanctions-two-individuals-and-one-body-over-2015-bundestag-hack/"}},
	},
	{
		name: "US Office of Personnel Management: background investigations of 21.5 million people taken", told: "2015-06-04", where: []string{"US"},
		facts:   "The office announced on 4 June 2015 the theft of personnel files of about 4.2 million people and on 9 July 2015 that of background-investigation records of 21.5 million. The count of fingerprints was raised to about 5.6 million in September. It was found in April 2015; those intruders had been inside since at least May 2014.",
		claims:  []claim{{"Deep Panda", "2016-09-07", "Majority staff of the US House Committee on Oversight: likely the group called Deep Panda (7 September 2016). The Director of National Intelligence had called China the leading suspect (25 June 2015)."}},
		denials: []denial{{"Ministry of Foreign Affairs of China", "2015-06-05", "The accusation is irresponsible and without scientific ground (5 June 2015)."}},
		malware: []string{"PlugX", "Sakula"},
		reports: []report{{"US House Committee on Oversight: The OPM data breach", "2016-09-07", "https://oversight.house.gov/report/opm-data-breach-government-jeopardized-national-security-generation/"}},
	},
	{
		name: "Duqu 2.0: hotels of the talks on Iran's nuclear programme, and a maker of antivirus", told: "2015-06-10", where: []string{"RU", "CH", "AT"},
		facts:   "Kaspersky found in its own network a program that lived in memory only and had used three unknown holes. It was seen as well in hotels where six powers and Iran met. Kaspersky ties it to the authors of Duqu and names no state.",
		claims:  []claim{{"Government of Israel", "2015-06-10", "Wall Street Journal, from unnamed US officials and researchers: thought to be Israel (10 June 2015)."}},
		denials: []denial{{"Deputy Minister of Foreign Affairs of Israel", "2015-06-11", "The reports have no basis (11 June 2015)."}},
		cves:    []string{"CVE-2015-2360"}, malware: []string{"Duqu"},
		reports: []report{{"Guardian: Duqu 2.0 with traces of Israeli code was used to hack Iran talks", "2015-06-11", "https://www.theguardian.com/technology/2015/jun/11/duqu-20-computer-virus-with-traces-of-israeli-code-was-used-to-hack-iran-talks"}},
	},
	{
		name: "Hacking Team: 400 gigabytes of a seller of spying programs published", told: "2015-07-05", where: []string{"IT"},
		facts:   "On 5 July 2015 mail, contracts and source code of the company in Milan were published through its own account. They name its clients, states that it had denied to serve among them, and held unknown holes, which others used within days.",
		claims:  []claim{{"Phineas Fisher", "2016-04-15", "Somebody of that name, in a text on how it was done: alone, against abuse (15 April 2016; first said in July 2015). Italian prosecutors closed the case in 2018 without having found him."}},
		cves:    []string{"CVE-2015-5119"},
		reports: []report{{"Guardian: Hacking Team hacked", "2015-07-06", "https://www.theguardian.com/technology/2015/jul/06/hacking-team-hacked-firm-sold-spying-tools-to-repressive-regimes-documents-claim"}},
	},
	{
		name: "Ashley Madison: 36 million people on a site for affairs made public", told: "2015-07-19", where: []string{"CA"},
		facts:   "The company in Toronto was told to close its site; when it did not, records of about 36 million accounts were published from 18 August 2015, also of people who had paid to be deleted. People were extorted with it. Who did it is not known.",
		claims:  []claim{{"Impact Team", "2015-07-19", "A group of that name itself (19 July 2015). Nothing more is known of it."}},
		reports: []report{{"Privacy Commissioner of Canada: Joint investigation of Ashley Madison", "2016-08-22", "https://www.priv.gc.ca/en/opc-actions-and-decisions/investigations/investigations-into-businesses/2016/pipeda-2016-005/"}},
	},
	{
		name: "Power supply of Ukraine: 225,000 customers without light", told: "2015-12-23", where: []string{"UA"},
		facts:   "On 23 December 2015 switches of three regional companies were opened from afar, one by one, by somebody on the operators' screens; telephones were flooded and firmware was overwritten. It was repaired by hand in one to six hours. It is the first time that this became public anywhere.",
		claims:  []claim{{"Sandworm Team", "2016-01-07", "iSIGHT Partners: the group Sandworm (7 January 2016). Security Service of Ukraine: Russian services (28 December 2015). US Department of Justice: officers of the Russian GRU charged (19 October 2020)."}},
		denials: []denial{{"Embassy of Russia in the United States", "2020-10-19", "Russia does not and did not have the intention to do such things (19 October 2020)."}},
		malware: []string{"BlackEnergy", "KillDisk"},
		reports: []report{
			{"CISA: Cyber-attack against Ukrainian critical infrastructure (IR-ALERT-H-16-056-01)", "2016-02-25", "https://www.cisa.gov/news-events/ics-alerts/ir-alert-h-16-056-01"},
			{"US Department of Justice: Six Russian GRU officers charged", "2020-10-19", "https://www.justice.gov/opa/pr/six-russian-gru-officers-charged-connection-worldwide-deployment-destructive-malware-and"},
		},
	},
	{
		name: "Bangladesh Bank: 81 million US dollars transferred", told: "2016-03-07", where: []string{"BD"},
		facts:   "On 4 and 5 February 2016 forged payment orders were sent over the bank's SWIFT terminal. Five transfers of 101 million US dollars passed; 81 million reached casinos in the Philippines, 20 million were recovered from Sri Lanka.",
		claims:  []claim{{"Lazarus Group", "2018-09-06", "US Department of Justice: complaint against Park Jin Hyok, said to work for North Korea (6 September 2018)."}},
		denials: []denial{{"Ministry of Foreign Affairs of North Korea", "2018-09-14", "The person named does not exist, and the charge is a smear (14 September 2018)."}},
		reports: []report{{"US Department of Justice: North Korean regime-backed programmer charged", "2018-09-06", "https://www.justice.gov/opa/pr/north-korean-regime-backed-programmer-charged-conspiracy-conduct-multiple-cyber-attacks-and"}},
	},
	{
		name: "Panama Papers: 11.5 million files of a law firm given to journalists", told: "2016-04-03", where: []string{"PA"},
		facts:   "Somebody offered a German newspaper the files of Mossack Fonseca, 2.6 terabytes on more than 214,000 companies; more than a hundred newsrooms published from 3 April 2016. The firm said that it was hacked from outside. The source wrote that inequality was the reason.",
		claims:  []claim{{"John Doe", "2016-05-06", "The source, under this name, in a text to the newspaper: he works for no government (6 May 2016). Whether he came from inside or outside is not known."}},
		reports: []report{{"International Consortium of Investigative Journalists: The Panama Papers", "2016-04-03", "https://www.icij.org/investigations/panama-papers/"}},
	},
	{
		name: "Commission on Elections of the Philippines: register of 55 million voters published", told: "2016-03-27", where: []string{"PH"},
		facts:   "On 27 March 2016, six weeks before the election, the site of the commission was defaced and its database published, with fingerprints of people abroad. The National Privacy Commission held the chairman responsible for want of care.",
		claims:  []claim{{"LulzSec Pilipinas", "2016-03-27", "The group itself, which published the data, after Anonymous Philippines had defaced the site (27 March 2016). The police arrested two young men in April."}},
		reports: []report{{"National Privacy Commission of the Philippines: Decision on the COMELEC breach", "2016-12-28", "https://privacy.gov.ph/"}},
	},
	{
		name: "Democratic National Committee: mail of a party taken and published before an election", told: "2016-06-14", where: []string{"US"},
		facts: "The committee said on 14 June 2016 that two groups had been in its network, one for a year. From 22 July WikiLeaks published about 20,000 of its mails, later those of the head of the campaign. Who handed them over was disputed from the first day.",
		claims: []claim{
			{"APT29", "2016-06-14", "CrowdStrike, for the committee: one of the two groups, inside since the summer of 2015 (14 June 2016)."},
			{"APT28", "2016-06-14", "CrowdStrike, for the committee (14 June 2016). US intelligence: directed by the highest Russian officials (7 October 2016). US special counsel: twelve officers of the GRU charged (13 July 2018)."},
			{"Guccifer 2.0", "2016-06-15", "Somebody of that name: alone, from Romania (15 June 2016). The special counsel says that he was a mask of the GRU."},
		},
		denials: []denial{
			{"Spokesman of the President of Russia", "2016-06-14", "He ruled out any part of the government (14 June 2016)."},
			{"WikiLeaks", "2017-01-03", "Its founder said that the source is no state (3 January 2017)."},
		},
		reports: []report{
			{"US Department of Justice: Grand jury indicts 12 Russian intelligence officers", "2018-07-13", "https://www.justice.gov/opa/pr/grand-jury-indicts-12-russian-intelligence-officers-hacking-offenses-related-2016-election"},
			{"US Office of the Director of National Intelligence: Background to assessing Russian activities and intentions", "2017-01-06", "https://www.dni.gov/files/documents/ICA_2017_01.pdf"},
		},
	},
	{
		name: "Shadow Brokers: tools of the NSA put up for sale, then given away", told: "2016-08-13", where: []string{"US"},
		facts:   "From 13 August 2016 to 2017 somebody published programs and unknown holes; on 14 April 2017 those that WannaCry and NotPetya used soon after. That they come from the NSA is held by most; the agency has not said so. How they left is not known: a contractor who had taken home 50 terabytes was sentenced in 2019, but not for giving them to anybody.",
		claims:  []claim{{"Shadow Brokers", "2016-08-13", "The sender's own name (13 August 2016). Who they are is not known; nobody has been charged."}},
		cves:    []string{"CVE-2017-0144"},
		reports: []report{{"US Attorney in Baltimore: Former government contractor sentenced to nine years", "2019-07-19", "https://www.justice.gov/usao-md/pr/former-government-contractor-sentenced-nine-years-federal-prison-willful-retention-national"}},
	},
	{
		name: "Yahoo: all three billion accounts taken in 2013, 500 million more in 2014", told: "2016-09-22", where: []string{"US"},
		facts:   "Yahoo announced on 22 September 2016 a theft of 2014, on 14 December one of August 2013, and on 3 October 2017 that the earlier one concerned every account it had. Who did the earlier one is not known. The US regulator fined the company for having told its investors two years late.",
		claims:  []claim{{"Four people charged in the Yahoo case", "2017-03-15", "US Department of Justice, on the theft of 2014: two officers of the Russian FSB and two criminals charged; one pleaded guilty and was sentenced to five years (15 March 2017; 29 May 2018)."}},
		denials: []denial{{"Spokesman of the President of Russia", "2017-03-16", "There can be no talk of a part of the FSB in unlawful acts (16 March 2017)."}},
		reports: []report{
			{"US Department of Justice: US charges Russian FSB officers and their criminal conspirators", "2017-03-15", "https://www.justice.gov/opa/pr/us-charges-russian-fsb-officers-and-their-criminal-conspirators-hacking-yahoo-and-millions"},
			{"US Securities and Exchange Commission: Altaba to pay 35 million dollars (2018-71)", "2018-04-24", "https://www.sec.gov/newsroom/press-releases/2018-71"},
		},
	},
	{
		name: "Red Cross blood service of Australia: 550,000 donors on an open server", told: "2016-10-28", where: []string{"AU"},
		facts:   "A contractor put a copy of the donors' questionnaires on a public web server by mistake on 5 September 2016; somebody found it on 25 October and told. The regulator praised how the service answered. As far as is known nobody used the data.",
		claims:  []claim{{"Employee of a contractor of the Red Cross blood service", "2016-10-28", "The blood service: a human error at its web contractor (28 October 2016). The Information Commissioner came to the same (7 August 2017)."}},
		reports: []report{{"Australian Information Commissioner: DonateBlood.com.au data breach", "2017-08-07", "https://www.oaic.gov.au/"}},
	},
	{
		name: "Liberia: a telephone company flooded to please a competitor", told: "2016-11-03", where: []string{"LR"},
		facts:   "In October and November 2016 hundreds of thousands of cameras and routers, taken over by Mirai, flooded Lonestar in Liberia until parts of the country were off the Internet. An employee of a rival company paid for it by the month.",
		claims:  []claim{{"Daniel Kaye", "2019-01-11", "Crown Court in London: he pleaded guilty and was sentenced to two years and eight months (11 January 2019)."}},
		malware: []string{"Mirai"},
		reports: []report{{"UK National Crime Agency: International hacker-for-hire jailed for cyber attacks on Liberian telecommunications provider", "2019-01-11", "https://www.nationalcrimeagency.gov.uk/news/international-hacker-for-hire-jailed-for-cyber-attacks-on-liberian-telecommunications-provider"}},
	},
	{
		name: "Power supply of Kyiv: a substation switched off by a program", told: "2016-12-17", where: []string{"UA"},
		facts:   "Just before midnight on 17 December 2016 a transmission station north of Kyiv went off for about an hour. In June 2017 ESET and Dragos described the program: it speaks the protocols of substations itself, the first of its kind.",
		claims:  []claim{{"Sandworm Team", "2017-06-12", "Dragos: the group that it calls ELECTRUM, which has direct ties to Sandworm (12 June 2017). US Department of Justice: officers of the Russian GRU charged (19 October 2020)."}},
		denials: []denial{{"Embassy of Russia in the United States", "2020-10-19", "Russia does not and did not have the intention to do such things (19 October 2020)."}},
		malware: []string{"Industroyer"},
		reports: []report{
			{"ESET: Win32/Industroyer, a new threat for industrial control systems", "2017-06-12", "https://www.welivesecurity.com/wp-content/uploads/2017/06/Win32_Industroyer.pdf"},
			{"US Department of Justice: Six Russian GRU officers charged", "2020-10-19", "https://www.justice.gov/opa/pr/six-russian-gru-officers-charged-connection-worldwide-deployment-destructive-malware-and"},
		},
	},
}
