package sample

// intrusionSets are groups by the names that researchers gave them, or that they gave themselves; who stands behind a name is a claim, and
// stands as such at each incident.
var intrusionSets = map[string]struct {
	aliases []string
	about   string
}{
	"ALPHV":                               {[]string{"BlackCat"}, "Rented out its ransomware to others from November 2021 until March 2024."},
	"Anonymous":                           {nil, "A name that anybody may use: there are no members and no head, and a claim under it binds nobody else."},
	"APT1":                                {[]string{"Comment Crew", "Comment Panda"}, "Named by Mandiant on 19 February 2013, which takes it to be Unit 61398 of the Chinese military. China denies it."},
	"APT10":                               {[]string{"menuPass", "Stone Panda", "Red Apollo", "Cicada"}, "Known since about 2009. Named by Mandiant; described at length by PwC and BAE Systems in 2017."},
	"APT12":                               {[]string{"Numbered Panda", "IXESHE", "DynCalc"}, "Named by Mandiant. Known for mails to journalists, governments and makers of electronics in East Asia and the United States."},
	"APT28":                               {[]string{"Fancy Bear", "Sofacy", "Pawn Storm", "Sednit", "STRONTIUM", "Forest Blizzard"}, "Known since at least 2004 to 2007. Several governments take it to be a unit of the Russian GRU; Russia denies it."},
	"APT29":                               {[]string{"Cozy Bear", "NOBELIUM", "Midnight Blizzard", "The Dukes", "UNC2452"}, "Known since at least 2008. The name UNC2452 was given by FireEye to those behind the SolarWinds back door before they were joined to APT29."},
	"BRONZE BUTLER":                       {[]string{"Tick", "REDBALDKNIGHT"}, "Named by Secureworks. Known for entering Japanese organisations since 2008 or so."},
	"Cl0p":                                {[]string{"TA505", "Lace Tempest", "FIN11"}, "A group that extorts money with stolen files. The aliases are of groups that overlap with it; researchers do not agree how far."},
	"Cutting Sword of Justice":            {nil, "Known only from what was written on Pastebin in August 2012."},
	"CyberCaliphate":                      {nil, "A name used in 2015 with signs of the group that calls itself Islamic State. Investigators in several countries hold that it hid others."},
	"DarkSide":                            {nil, "Rented out its ransomware to others from August 2020 and said in May 2021 that it ended."},
	"Deep Panda":                          {[]string{"Shell Crew", "Black Vine"}, "Named by CrowdStrike. Whether all that others describe under their own names is the same group is disputed."},
	"Elderwood":                           {[]string{"Elderwood Gang", "Sneaky Panda"}, "Named by Symantec in September 2012 after a word in the source code of its tools. Known for the number of unknown holes that it used."},
	"HAFNIUM":                             {[]string{"Silk Typhoon"}, "Named by Microsoft on 2 March 2021."},
	"Impact Team":                         {nil, "Known only from what it published in July and August 2015."},
	"Izz ad-Din al-Qassam Cyber Fighters": {[]string{"QCF"}, "Known from its announcements of 2012 and 2013. US officials hold that Iran stood behind it."},
	"Kimsuky":                             {[]string{"Velvet Chollima", "Black Banshee", "Emerald Sleet"}, "Named by Kaspersky in September 2013. Governments and researchers tie it to North Korea."},
	"Lazarus Group":                       {[]string{"HIDDEN COBRA", "Guardians of Peace", "Diamond Sleet"}, "A name for several clusters of activity that researchers tie together by shared code and infrastructure. \"Guardians of Peace\" is what those called themselves who published the files of Sony Pictures."},
	"LulzSec Pilipinas":                   {nil, "A group in the Philippines that took the name of an older one."},
	"Magecart":                            {nil, "A name for many groups that put scripts into payment pages; it tells how, not who."},
	"Nashi":                               {nil, "A youth movement in Russia, until 2013. That some of its members took part is what they said themselves."},
	"RedDelta":                            {nil, "Named by Recorded Future. Overlaps with the group called Mustang Panda by others."},
	"Salt Typhoon":                        {[]string{"GhostEmperor", "Earth Estries", "FamousSparrow"}, "Named by Microsoft. The aliases are of groups that others describe; how far they are the same is disputed."},
	"Sandworm Team":                       {[]string{"Voodoo Bear", "TeleBots", "IRIDIUM", "Seashell Blizzard"}, "Named by iSIGHT Partners in 2014 after words from a novel in its code. Attacks on the power supply of Ukraine in 2015 and 2016 are attributed to it as well."},
	"Shadow Brokers":                      {nil, "Known only from what it published between August 2016 and 2017. Its broken English may be put on."},
	"Storm-0558":                          {nil, "Named by Microsoft in July 2023. Storm with a number is Microsoft's name for what is not fully understood yet."},
	"Turla":                               {[]string{"Snake", "Uroburos", "Venomous Bear", "Waterbug", "Secret Blizzard"}, "Known since 2008 or before. The United States takes it to be a unit of the Russian FSB (9 May 2023)."},
	"Whitefly":                            {nil, "Named by Symantec on 6 March 2019. Known for attacks on organisations in Singapore."},
	"Whois Team":                          {nil, "Known only from the pages that it left on 20 March 2013."},
	"Winnti Group":                        {[]string{"Wicked Panda", "BARIUM", "APT41"}, "First described by Kaspersky in April 2013 after thefts from makers of games. Several groups share the program Winnti; how many is disputed."},
	"Wizard Spider":                       {[]string{"UNC1878", "Periwinkle Tempest"}, "Named by CrowdStrike. Tied by researchers to TrickBot, Ryuk and Conti."},
	"XENOTIME":                            {[]string{"TEMP.Veles"}, "Named by Dragos for those behind Triton."},
}

// campaigns are operations that are known by a name of their own.
var campaigns = map[string]string{
	"GhostNet":            "The name that its finders gave to a network of infected computers in 2009.",
	"Night Dragon":        "The name that McAfee gave to intrusions into energy companies in February 2011.",
	"Operation Shady RAT": "The name that McAfee gave to intrusions of 2006 to 2011 that used one command server.",
	"Titan Rain":          "The code name of US authorities for intrusions into defence networks from about 2003.",
	"Olympic Games":       "The code name of a programme against the enrichment of uranium in Iran, as the New York Times reported on 1 June 2012.",
	"Operation Socialist": "The code name in slides of the British GCHQ that Der Spiegel published on 20 September 2013.",
}
