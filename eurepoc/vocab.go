package eurepoc

import (
	"slices"
	"strings"

	"threatwatch/watch"
)

// disclosures are who told of the incident first, in the words of the watch. The third party may be a research group, a whistleblower or
// another state.
var disclosures = map[string]string{
	"Incident disclosed by attacker": "attacker", "Incident disclosed by IT-security company": "company", "Incident disclosed by victim": "victim",
	"Incident disclosed by media (without further information on source)": "journalist", "Incident disclosed by authorities of victim state": "government",
	"Incident disclosed by third-party-actor (e.g., Citizen Lab, Amnesty International, whistleblowers) or authorities of another state": "researcher",
}

func reporters(cell string) []string { return translate(cell, disclosures) }

// determination: the table takes in what was publicly reported. Where the victim or its state says so, it is confirmed.
func determination(disclosure string) string {
	for _, p := range parts(disclosure) {
		if by := disclosures[p]; by == "victim" || by == "government" {
			return "confirmed"
		}
	}
	return "suspected"
}

// scope is the rule by which the incident was taken in, without its explanation.
func scope(criteria string) string {
	list := parts(criteria)
	for i, c := range list {
		c, _, _ = strings.Cut(c, " (")
		list[i] = c
	}
	return strings.Join(list, "; ")
}

var incidentTypes = map[string]string{
	"Data theft": "data-theft", "Data theft & Doxing": "data-theft doxing", "Disruption": "disruption", "Hijacking with Misuse": "hijacking", "Hijacking without Misuse": "hijacking", "Ransomware": "ransomware",
}

func operations(cell string) []string { return translate(cell, incidentTypes) }

// attack are techniques of ATT&CK by the names that the table uses. "Data Exfiltration" is a tactic and has none.
var attack = map[string]string{
	"Phishing": "T1566", "Exploit Public-Facing Application": "T1190", "Valid Accounts": "T1078", "External Remote Services": "T1133", "Supply Chain Compromise": "T1195", "Trusted Relationship": "T1199",
	"Drive-By Compromise": "T1189", "Replication Through Removable Media": "T1091", "Hardware Additions": "T1200",
	"Data Encrypted for Impact": "T1486", "Network Denial of Service": "T1498", "Defacement": "T1491", "Data Destruction": "T1485", "Endpoint Denial of Service": "T1499", "Service Stop": "T1489", "Disk Wipe": "T1561",
	"Data Manipulation": "T1565", "Resource Hijacking": "T1496", "Inhibit System Recovery": "T1490", "System Shutdown/Reboot": "T1529", "Account Access Removal": "T1531", "Firmware Corruption": "T1495",
}

func techniques(cell string) []string { return translate(cell, attack) }

// translate gives the words of the watch for the values of a cell, each once. A value of the table may stand for several.
func translate(cell string, words map[string]string) (list []string) {
	for _, p := range parts(cell) {
		for w := range strings.FieldsSeq(words[p]) {
			if !slices.Contains(list, w) {
				list = append(list, w)
			}
		}
	}
	return list
}

// stolen is what the table says of data: whether it was sensitive, not what it was.
func stolen(cell string) (list []watch.Data) {
	for _, p := range parts(cell) {
		switch {
		case strings.Contains(p, "non-sensitive information"):
			list = append(list, watch.Data{Variety: "Unknown", Loss: "confirmed-loss", Words: "non-sensitive information"})
		case strings.Contains(p, "sensitive information"):
			list = append(list, watch.Data{Variety: "Unknown", Loss: "confirmed-loss", Words: "sensitive information"})
		}
	}
	return list
}
