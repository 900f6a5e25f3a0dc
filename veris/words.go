package veris

import (
	"strings"
	"sync"
)

// Lists of words that several properties share.
const (
	units   = "Seconds|Minutes|Hours|Days|Weeks|Months|Years|Never|NA|Unknown"
	results = "Infiltrate|Exfiltrate|Elevate|Lateral movement|Deploy payload|Persist|Other|Unknown|NA"
	motives = "Convenience|Espionage|Fear|Financial|Fun|Grudge|Ideology|Secondary|NA|Other|Unknown"
)

// words are the enumerations of VERIS 1.4.1, by the path of the property; a bar separates two words.
var words = sync.OnceValue(func() sets {
	return table(map[string]string{
		"security_incident":                             "Confirmed|Suspected|Near miss|False positive",
		"confidence":                                    "High|Medium|Low|None",
		"timeline.compromise.unit":                      units,
		"timeline.exfiltration.unit":                    units,
		"timeline.discovery.unit":                       units,
		"timeline.containment.unit":                     units,
		"victim.government":                             "Federal|Regional|Local|Unknown|Other|NA",
		"victim.employee_count":                         "Small|1 to 10|11 to 100|101 to 1000|Large|1001 to 10000|10001 to 25000|25001 to 50000|50001 to 100000|Over 100000|Unknown",
		"action.hacking.variety":                        "Abuse of functionality|Backdoor|Brute force|Buffer overflow|Cache poisoning|Cryptanalysis|CSRF|Disable controls|DoS|Evade Defenses|Exploit misconfig|Exploit vuln|Forced browsing|Format string attack|Fuzz testing|Hijack|HTTP request smuggling|HTTP request splitting|HTTP response smuggling|HTTP response splitting|Insecure deserialization|Integer overflows|LDAP injection|Mail command injection|AitM|Null byte injection|Offline cracking|OS commanding|Pass-the-hash|Path traversal|Profile host|Prompt injection|Reverse engineering|RFI|Routing detour|Scan network|Session fixation|Session prediction|Session replay|Soap array abuse|Special element injection|SQLi|SSI injection|URL redirector abuse|Use of stolen creds|User breakout|Virtual machine escape|XML attribute blowup|XML entity expansion|XML external entities|XML injection|XPath injection|XQuery injection|XSS|Other|Unknown",
		"action.hacking.vector":                         "3rd party desktop|Backdoor|Command shell|Desktop sharing|Desktop sharing software|Hypervisor|Inter-tenant|Other network service|Partner|Physical access|VPN|Web application|Other|Unknown",
		"action.hacking.result":                         results,
		"action.malware.variety":                        "Adminware|Adware|Backdoor|Backdoor or C2|Brute force|C2|Capture app data|Capture stored data|Click fraud|Click fraud and cryptocurrency mining|Client-side attack|Cryptocurrency mining|Destroy data|In-memory|AitM|Modify data|Disable controls|DoS|Downloader|Exploit misconfig|Evade Defenses|Exploit vuln|Export data|Packet sniffer|Pass-the-hash|Password dumper|Profile host|RAM scraper|Ransomware|RAT|Rootkit|Scan network|Spam|Spyware/Keylogger|Trojan|Worm|Other|Unknown",
		"action.malware.vector":                         "C2|Direct install|Download by malware|Email|Email attachment|Email autoexecute|Email link|Email unknown|Email other|Instant messaging|Network propagation|Partner|Remote injection|Removable media|Software update|Web application|Web application - download|Web application - drive-by|Other|Unknown",
		"action.malware.result":                         results,
		"action.social.variety":                         "Baiting|Bribery|Elicitation|Evade Defenses|Extortion|Forgery|Influence|Phishing|Pretexting|Prompt bombing|Propaganda|Scam|Spam|Other|Unknown",
		"action.social.vector":                          "Documents|Email|IM|In-person|Partner|Phone|Removable media|SMS|Social media|Software|Virtual meeting|Web application|Other|Unknown",
		"action.social.target":                          "Auditor|Call center|Cashier|Customer|Developer|End-user|End-user or employee|Executive|Finance|Former employee|Guard|Helpdesk|Human resources|Maintenance|Manager|Other employee|Partner|System admin|Other|Unknown",
		"action.social.result":                          results,
		"action.error.variety":                          "Capacity shortage|Classification error|Data entry error|Disposal error|Gaffe|Loss|Maintenance error|Malfunction|Misconfiguration|Misdelivery|Misinformation|Physical accidents|Programming error|Publishing error|Other|Unknown",
		"action.error.vector":                           "Carelessness|Inadequate personnel|Inadequate processes|Inadequate technology|Other|Random error|Web application|Unknown",
		"action.misuse.variety":                         "Data mishandling|Email misuse|Evade Defenses|Illicit content|Knowledge abuse|Net misuse|Password or Session Sharing|Possession abuse|Privilege abuse|Snap picture|Unapproved hardware|Unapproved software|Unapproved workaround|Other|Unknown",
		"action.misuse.vector":                          "LAN access|Non-corporate|Physical access|Remote access|Web application|Other|Unknown",
		"action.misuse.result":                          results,
		"action.physical.variety":                       "Assault|Bypassed controls|Connection|Destruction|Disabled controls|Evade Defenses|Skimmer|Snooping|Surveillance|Tampering|Theft|Wiretapping|Other|Unknown",
		"action.physical.vector":                        "Partner facility|Partner vehicle|Personal residence|Personal vehicle|Public facility|Public vehicle|Victim grounds|Victim public area|Victim secure area|Victim work area|Unknown|Other",
		"action.physical.result":                        results,
		"action.environmental.variety":                  "Deterioration|Earthquake|EMI|ESD|Fire|Flood|Hazmat|Humidity|Hurricane|Ice|Landslide|Leak|Lightning|Meteorite|Particulates|Pathogen|Power failure|Temperature|Tornado|Tsunami|Vermin|Volcano|Wind|Other|Unknown",
		"action.unknown.result":                         results,
		"actor.external.variety":                        "Acquaintance|Activist|Auditor|Competitor|Customer|Force majeure|Former employee|Nation-state|Organized crime|State-affiliated|Terrorist|Unaffiliated|Other|Unknown",
		"actor.external.motive":                         motives,
		"actor.internal.variety":                        "Auditor|Call center|Cashier|Developer|End-user|Executive|Finance|Guard|Helpdesk|Human resources|Maintenance|Manager|System admin|Doctor or nurse|Other|Unknown",
		"actor.internal.motive":                         motives,
		"actor.internal.job_change":                     "Demoted|Hired|Job eval|Lateral move|Let go|Passed over|Personal issues|Promoted|Reprimanded|Resigned|Other|Unknown",
		"actor.partner.motive":                          motives,
		"asset.assets.variety":                          "M - Disk drive|M - Disk media|M - Documents|M - Flash drive|M - Payment card|M - Smart card|M - SIM card|M - Tapes|M - Other|M - Unknown|M - Fax|N - Access reader|N - Broadband|N - Camera|N - Firewall|N - IDS|N - LAN|N - NAS|N - PBX|N - PLC|N - Private WAN|N - Public WAN|N - Remote access|N - Router or switch|N - RTU|N - SAN|N - Telephone|N - VoIP adapter|N - WLAN|N - Other|N - Unknown|P - Auditor|P - Call center|P - Cashier|P - Customer|P - Developer|P - End-user|P - End-user or employee|P - Executive|P - Finance|P - Former employee|P - Guard|P - Helpdesk|P - Human resources|P - Maintenance|P - Manager|P - Other employee|P - Partner|P - System admin|P - Other|P - Unknown|S - Authentication|S - Backup|S - Configuration or patch management|S - Code repository|S - Database|S - DCS|S - DHCP|S - Directory|S - DNS|S - File|S - ICS|S - LLM application|S - Log|S - Mail|S - Mainframe|S - Payment switch|S - POS controller|S - Print|S - Proxy|S - Secrets vault|S - VM host|S - Web application|S - Other|S - Unknown|T - ATM|T - Gas terminal|T - Kiosk|T - PED pad|T - Other|T - Unknown|U - Auth token|U - Desktop|U - Desktop or laptop|U - Laptop|U - Media|U - Mobile phone|U - Peripheral|U - POS terminal|U - Tablet|U - Telephone|U - VoIP phone|U - Other|U - Unknown|E - Telemetry|E - Telematics|E - Other|E - Unknown|Unknown|Other",
		"asset.ownership":                               "Customer|Employee|NA|Partner|Unknown|Victim|Other",
		"asset.cloud":                                   "On-Premise Asset(s)|External Cloud Asset(s)|Other|Unknown|NA",
		"asset.hosting":                                 "External - unknown environment|External - dedicated environment|External - shared environment|Internal|NA|Other|Unknown",
		"asset.management":                              "External|Internal|Co-managed|NA|Unknown|Other",
		"asset.role":                                    "IT|OT|Unknown|Other|NA",
		"attribute.confidentiality.data_disclosure":     "No|Potentially|Yes|Unknown",
		"attribute.confidentiality.data.variety":        "API key|Bank|Classified|Copyrighted|Credentials|Digital certificate|Internal|Medical|Multi-factor credential|Payment|Personal|Sensitive Personal|Secrets|Session key|Source code|System|Virtual currency|Other|Unknown",
		"attribute.confidentiality.data_victim":         "Customer|Employee|Partner|Patient|Student|Victim organization|Other|Unknown",
		"attribute.confidentiality.state":               "Processed|Stored|Stored encrypted|Stored unencrypted|Transmitted|Transmitted encrypted|Transmitted unencrypted|Other|Unknown|Printed",
		"attribute.integrity.variety":                   "Alter behavior|Created account|Defacement|Fraudulent transaction|Hardware tampering|Log tampering|Misrepresentation|Modify authentication|Modify configuration|Modify data|Modify privileges|Register MFA device|Repurpose|Software installation|Other|Unknown",
		"attribute.availability.variety":                "Acceleration|Degradation|Destruction|Interruption|Loss|Obscuration|Other|Unknown",
		"attribute.availability.duration.unit":          units,
		"targeted":                                      "Opportunistic|Targeted|NA|Unknown",
		"discovery_method.external.variety":             "Actor disclosure|Audit|Customer|Emergency response team|Found documents|Fraud detection|Incident response|Law enforcement|Security researcher|Suspicious traffic|Unrelated 3rd party|Other|Unknown",
		"discovery_method.internal.variety":             "Antivirus|Break in discovered|Data loss prevention|Financial audit|Fraud detection|Hids|Incident response|Infrastructure monitoring|It review|Log review|Nids|Offboarding|Reported by employee|Security alarm|Other|Unknown",
		"discovery_method.partner.variety":              "Antivirus|Audit|Incident response|Monitoring service|Other|Unknown",
		"value_chain.development.variety":               "Bot|Email|Exploit|Exploit Kits|Payload|Persona|Physical|Ransomware|Trojan|Website|NA|Other|Unknown",
		"value_chain.non-distribution services.variety": "C2|Counter AV|DNS|Escrow|Hashcracking|Marketplace|Proxy|VPN|NA|Other|Unknown",
		"value_chain.targeting.variety":                 "Default credentials|Email addresses|Lost or stolen credentials|Misconfigurations|Partner|Personal Information|Physical|Organizational Information|Vulnerabilities|Weaknesses|NA|Other|Unknown",
		"value_chain.distribution.variety":              "Botnet|Compromised server|Direct|Email|Loader|Partner|Phone|Physical|Website|NA|Other|Unknown",
		"value_chain.cash-out.variety":                  "Cryptocurrency|Direct|Fraud|Hijacked rewards|Provide service|Sell stolen goods|Purchase stolen goods|NA|Other|Unknown",
		"value_chain.money laundering.variety":          "Bank|Company|Cryptocurrency tumbling|Employment|Gambling|Physical|Provide service|Re-shipping|Smurfing|Sell stolen goods|NA|Other|Unknown",
		"impact.loss.variety":                           "Asset and fraud|Brand damage|Business disruption|Competitive advantage|Legal and regulatory|Operating costs|Response and recovery|Other",
		"impact.loss.rating":                            "Major|Moderate|Minor|None|Unknown",
		"impact.overall_rating":                         "Catastrophic|Damaging|Painful|Distracting|Insignificant|Unknown",
		"cost_corrective_action":                        "Difficult and expensive|Something in-between|Simple and cheap|Unknown",
	})
})

// olderWords are those that versions before 1.4 had besides.
var olderWords = sync.OnceValue(func() sets {
	return table(map[string]string{
		"discovery_method":                  "Ext - actor disclosure|Ext - audit|Ext - customer|Ext - emergency response team|Ext - found documents|Ext - fraud detection|Ext - incident response|Ext - law enforcement|Ext - monitoring service|Ext - other|Ext - suspicious traffic|Ext - unknown|Ext - unrelated 3rd party|Int - HIDS|Int - IT review|Int - NIDS|Int - antivirus|Int - break in discovered|Int - data loss prevention|Int - financial audit|Int - fraud detection|Int - incident response|Int - infrastructure monitoring|Int - log review|Int - other|Int - reported by employee|Int - security alarm|Int - unknown|Other|Prt - antivirus|Prt - audit|Prt - incident response|Prt - monitoring service|Prt - other|Prt - unknown|Unknown",
		"asset.accessibility":               "External|Internal|Isolated|NA|Other|Unknown",
		"asset.cloud":                       "Customer attack|Hosting error|Hosting governance|Hypervisor|No|Partner application|User breakout",
		"asset.governance":                  "3rd party hosted|3rd party managed|3rd party owned|Internally isolated|Other|Personally owned|Unknown|Victim governed",
		"asset.hosting":                     "External|External dedicated|External shared",
		"action.error.variety":              "Omission",
		"action.hacking.variety":            "Footprinting|HTTP Response Splitting|MitM|Use of backdoor or C2",
		"action.hacking.vector":             "Backdoor or C2",
		"action.malware.variety":            "Ram scraper|SQL injection",
		"action.malware.vector":             "Web download|Web drive-by",
		"action.physical.vector":            "Privileged access|Uncontrolled location|Visitor privileges",
		"action.social.vector":              "Website",
		"asset.assets.variety":              "N - HSM|S - Remote access",
		"discovery_method.external.variety": "Monitoring service",
	})
})

// sets are words by the path of the property that has them.
type sets map[string]map[string]bool

// table makes a set of each list of words.
func table(lists map[string]string) sets {
	t := make(sets, len(lists))
	for path, list := range lists {
		t[path] = map[string]bool{}
		for w := range strings.SplitSeq(list, "|") {
			t[path][w] = true
		}
	}
	return t
}
