package sample

// actors are the intrusion sets of the catalogue. Names are those that researchers gave them; who stands behind a name is a claim, and
// stands as such at each incident.
var actors = map[string]struct {
	aliases []string
	about   string
}{
	"Elderwood":                    {[]string{"Elderwood Gang", "Sneaky Panda"}, "Named by Symantec in September 2012 after a word in the source code of its tools. Known for the number of unknown holes that it used."},
	"Lazarus Group":                {[]string{"HIDDEN COBRA", "Guardians of Peace", "Diamond Sleet"}, "A name for several clusters of activity that researchers tie together by shared code and infrastructure. \"Guardians of Peace\" is what those called themselves who published the files of Sony Pictures."},
	"Deep Panda":                   {[]string{"Shell Crew", "Black Vine"}, "Named by CrowdStrike. Whether all that others describe under their own names is the same group is disputed."},
	"APT10":                        {[]string{"menuPass", "Stone Panda", "Red Apollo", "Cicada"}, "Known since about 2009. Named by Mandiant; described at length by PwC and BAE Systems in 2017."},
	"Sandworm Team":                {[]string{"Voodoo Bear", "TeleBots", "IRIDIUM", "Seashell Blizzard"}, "Named by iSIGHT Partners in 2014 after words from a novel in its code. Attacks on the power supply of Ukraine in 2015 and 2016 are attributed to it as well."},
	"54th Research Institute case": {nil, "A name of this catalogue for the four people charged in the United States in the Equifax case. No researcher has named a group for it."},
	"APT29":                        {[]string{"Cozy Bear", "NOBELIUM", "Midnight Blizzard", "The Dukes", "UNC2452"}, "Known since at least 2008. The name UNC2452 was given by FireEye to those behind the SolarWinds back door before they were joined to APT29."},
	"HAFNIUM":                      {[]string{"Silk Typhoon"}, "Named by Microsoft on 2 March 2021."},
	"Cl0p":                         {[]string{"TA505", "Lace Tempest", "FIN11"}, "A group that extorts money with stolen files. The aliases are of groups that overlap with it; researchers do not agree how far."},
	"Storm-0558":                   {nil, "Named by Microsoft in July 2023. Storm with a number is Microsoft's name for what is not fully understood yet."},
	"DarkSide":                     {nil, "Rented out its ransomware to others from August 2020 and said in May 2021 that it ended."},
	"Wizard Spider":                {[]string{"UNC1878", "Periwinkle Tempest"}, "Named by CrowdStrike. Tied by researchers to TrickBot, Ryuk and Conti."},
	"ALPHV":                        {[]string{"BlackCat"}, "Rented out its ransomware to others from November 2021 until March 2024."},
	"Tailored Access Operations":   {[]string{"TAO"}, "A department of the US National Security Agency, named in documents that Edward Snowden made public in 2013. It appears here as the actor that reports name, not as a name given by researchers."},
	"Salt Typhoon":                 {[]string{"GhostEmperor", "Earth Estries", "FamousSparrow"}, "Named by Microsoft. The aliases are of groups that others describe; how far they are the same is disputed."},
	"Russian military":             {nil, "Named as such by governments, without the name of a group."},
}

// campaigns are operations that are known by a name of their own.
var campaigns = map[string]string{
	"Olympic Games":       "The code name of a programme against the enrichment of uranium in Iran, as the New York Times reported on 1 June 2012.",
	"Operation Socialist": "The code name in slides of the British GCHQ that Der Spiegel published on 20 September 2013.",
}

// families are the malware of the catalogue; types are from the open vocabulary of STIX 2.1 §10.15.
var families = map[string]struct {
	types []string
	about string
}{
	"Hydraq":        {[]string{"backdoor"}, "Installed through the hole in Internet Explorer."},
	"Stuxnet":       {[]string{"worm"}, "Spread over memory sticks and networks to computers that program Siemens controllers, and changed the speed of centrifuges while it showed normal values."},
	"Regin":         {[]string{"spyware"}, "A modular espionage program in stages, each hidden by the one before. Described by Symantec and Kaspersky in November 2014."},
	"Destover":      {[]string{"wiper"}, "Erases the disks of the computers that it reaches."},
	"PlugX":         {[]string{"remote-access-trojan"}, "In use since about 2008, by several groups: finding it does not tell who came."},
	"Sakula":        {[]string{"remote-access-trojan"}, "Seen since 2012."},
	"RedLeaves":     {[]string{"remote-access-trojan"}, "Seen since 2016 in the campaign against managed-service providers."},
	"WannaCry":      {[]string{"ransomware", "worm"}, "Spreads by itself through a hole in Windows file sharing and encrypts files."},
	"NotPetya":      {[]string{"wiper", "worm"}, "Looks like ransomware, but what it encrypts cannot be restored."},
	"SUNBURST":      {[]string{"backdoor"}, "Sat in signed updates of SolarWinds Orion; asked for names below a domain of its own, in which it hid who it was."},
	"TEARDROP":      {[]string{"dropper"}, "Ran only in memory and loaded a Cobalt Strike beacon."},
	"China Chopper": {[]string{"webshell"}, "A few lines on a web server that run what is sent to them. In use since about 2012, by many."},
	"LEMURLOOT":     {[]string{"webshell"}, "Written for MOVEit Transfer; passed itself off as human2.aspx."},
	"DarkSide":      {[]string{"ransomware"}, "Encrypts files and copies them first, to extort twice."},
	"Conti":         {[]string{"ransomware"}, "Encrypts files and copies them first, to extort twice."},
	"BlackCat":      {[]string{"ransomware"}, "Written in Rust; encrypts files and copies them first, to extort twice."},
	"AcidRain":      {[]string{"wiper"}, "Overwrites the memory of modems and routers."},
}

// holes are the vulnerabilities of the catalogue in a line.
var holes = map[string]string{
	"CVE-2010-0249":  "Use after free in Internet Explorer; repaired on 21 January 2010 (MS10-002).",
	"CVE-2010-2568":  "Windows runs code when it shows the icon of a shortcut; repaired on 2 August 2010 (MS10-046).",
	"CVE-2017-0144":  "Windows SMBv1 runs code from the network (EternalBlue); repaired on 14 March 2017 (MS17-010).",
	"CVE-2017-5638":  "Apache Struts runs code from a request header; repaired in March 2017.",
	"CVE-2021-26855": "Exchange Server lets requests through without signing in (ProxyLogon); repaired on 2 March 2021.",
	"CVE-2021-26857": "Exchange Server trusts data that a sender made; repaired on 2 March 2021.",
	"CVE-2021-26858": "Exchange Server writes files to any place; repaired on 2 March 2021.",
	"CVE-2021-27065": "Exchange Server writes files to any place; repaired on 2 March 2021.",
	"CVE-2023-34362": "MOVEit Transfer passes text of a request to its database; repaired on 31 May 2023.",
}
