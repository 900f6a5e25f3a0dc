package watch

import "strings"

// naics places industries by the longest prefix of their NAICS 2022 code in the sectors of STIX 2.1 (§10.18, industry-sector-ov).
var naics = map[string]string{
	"11": "agriculture", "21": "mining", "211": "energy", "22": "utilities", "2211": "energy", "221113": "nuclear", "2212": "energy", "2213": "water", "23": "construction",
	"31": "manufacturing", "32": "manufacturing", "33": "manufacturing", "324": "energy", "325": "chemical", "3254": "pharmaceuticals", "3361": "automotive", "3362": "automotive", "3363": "automotive", "3364": "aerospace", "332994": "defense", "336992": "defense", "3341": "technology", "3342": "technology", "3344": "technology",
	"42": "commercial", "44": "retail", "45": "retail", "48": "transportation", "49": "transportation",
	"51": "entertainment", "511": "technology", "5132": "technology", "517": "telecommunications", "518": "technology", "519": "technology", "515": "communications", "516": "communications", "513": "communications",
	"52": "financial-services", "524": "insurance", "53": "commercial", "54": "commercial", "5411": "legal", "5415": "technology", "55": "commercial", "56": "commercial",
	"61": "education", "62": "healthcare", "624": "non-profit", "71": "entertainment", "72": "hospitality-leisure", "81": "commercial", "813": "non-profit",
	"92": "government", "922": "emergency-services", "9281": "government-national", "92811": "defense",
}

// SectorOfNAICS is the sector of an industry by its NAICS code; "" when it is unknown (000, or no code).
func SectorOfNAICS(code string) string {
	code = strings.TrimRight(strings.TrimSpace(code), "0")
	for n := len(code); n >= 2; n-- {
		if s, ok := naics[code[:n]]; ok {
			return s
		}
	}
	return ""
}
