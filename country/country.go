// Package country knows the countries by their ISO 3166-1 codes: English names, the names and codes that other catalogues use for them, and
// the region of each as STIX 2.1 names it (§10.20, region-ov). The lists are those of Unicode's CLDR.
package country

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Valid says whether code is the alpha-2 code of a country or territory.
func Valid(code string) bool { _, ok := all().names[code]; return ok }

// Codes lists all codes, ascending.
func Codes() []string { return all().codes }

// Name is the English name of a country by its code, and the code itself of one that is not known.
func Name(code string) string {
	if name, ok := all().names[code]; ok {
		return name
	}
	return code
}

// Region is the region of a country as STIX 2.1 §10.20 has it; "" when it is not known.
func Region(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !Valid(code) {
		return ""
	}
	if name, ok := apart[code]; ok {
		return name
	}
	for _, r := range regions {
		if language.MustParseRegion(r.m49).Contains(region) {
			return r.name
		}
	}
	return ""
}

// Code finds the alpha-2 code of a country by its name, as people and other catalogues write it, or by its alpha-2 or alpha-3 code; "" when
// it is none that is known.
func Code(name string) string {
	name = strings.TrimSpace(name)
	t := all()
	if code := strings.ToUpper(name); Valid(code) {
		return code
	}
	if len(name) == 3 {
		if r, err := language.ParseRegion(name); err == nil && Valid(r.String()) {
			return r.String()
		}
	}
	return t.byName[plain(name)]
}

// regions pairs regions of UN M.49 with their names in STIX; the narrower ones first.
var regions = []struct{ m49, name string }{
	{"014", "eastern-africa"}, {"017", "middle-africa"}, {"015", "northern-africa"}, {"018", "southern-africa"}, {"011", "western-africa"},
	{"005", "south-america"}, {"029", "caribbean"}, {"013", "central-america"}, {"021", "northern-america"},
	{"143", "central-asia"}, {"030", "eastern-asia"}, {"034", "southern-asia"}, {"035", "south-eastern-asia"}, {"145", "western-asia"},
	{"151", "eastern-europe"}, {"154", "northern-europe"}, {"039", "southern-europe"}, {"155", "western-europe"},
	{"053", "australia-new-zealand"}, {"054", "melanesia"}, {"057", "micronesia"}, {"061", "polynesia"},
}

// apart are territories that the tables place in no region.
var apart = map[string]string{"AQ": "antarctica", "CC": "australia-new-zealand", "CX": "australia-new-zealand", "UM": "micronesia"}

// preferred are names that differ from those of CLDR.
var preferred = map[string]string{
	"BA": "Bosnia and Herzegovina", "CD": "Democratic Republic of the Congo", "CG": "Republic of the Congo", "CI": "Côte d’Ivoire", "CZ": "Czechia", "HK": "Hong Kong",
	"MM": "Myanmar", "MO": "Macao", "PS": "Palestine", "TR": "Turkey", "KN": "Saint Kitts and Nevis", "LC": "Saint Lucia", "VC": "Saint Vincent and the Grenadines",
	"ST": "São Tomé and Príncipe", "TT": "Trinidad and Tobago", "AG": "Antigua and Barbuda",
}

// others are more names for countries, as catalogues of incidents write them.
var others = map[string]string{
	"usa": "US", "united states of america": "US", "u s": "US", "u s a": "US", "america": "US", "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
	"northern ireland": "GB", "united kingdom of great britain and northern ireland": "GB",
	"russian federation": "RU", "korea republic of": "KR", "republic of korea": "KR", "south korea": "KR", "korea democratic people s republic of": "KP", "dprk": "KP",
	"democratic people s republic of korea": "KP", "iran islamic republic of": "IR", "islamic republic of iran": "IR", "syrian arab republic": "SY", "viet nam": "VN", "peoples republic of china": "CN",
	"people s republic of china": "CN", "prc": "CN", "mainland china": "CN", "taiwan province of china": "TW", "republic of china": "TW", "czech republic": "CZ", "macedonia": "MK", "north macedonia": "MK",
	"macedonia the former yugoslav republic of": "MK", "moldova republic of": "MD", "republic of moldova": "MD", "venezuela bolivarian republic of": "VE", "bolivia plurinational state of": "BO",
	"tanzania united republic of": "TZ", "lao people s democratic republic": "LA", "brunei darussalam": "BN", "burma": "MM", "türkiye": "TR", "turkiye": "TR", "holland": "NL", "the netherlands": "NL",
	"ivory coast": "CI", "cote d ivoire": "CI", "swaziland": "SZ", "cape verde": "CV", "east timor": "TL", "palestinian territories": "PS", "state of palestine": "PS", "palestinian territory occupied": "PS",
	"vatican": "VA", "holy see": "VA", "holy see vatican city state": "VA", "hong kong sar china": "HK", "congo the democratic republic of the": "CD", "congo": "CG", "micronesia federated states of": "FM", "uae": "AE", "ksa": "SA",
	"bosnia": "BA", "saint martin french part": "MF", "virgin islands u s": "VI", "virgin islands british": "VG", "falkland islands malvinas": "FK", "kosovo": "XK", "xkx": "XK",
}

type table struct {
	codes  []string
	names  map[string]string
	byName map[string]string
}

// all makes the tables once.
var all = sync.OnceValue(func() table {
	t := table{names: map[string]string{}, byName: map[string]string{}}
	namer := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			r, err := language.ParseRegion(code)
			if err != nil || !r.IsCountry() || r.Canonicalize().String() != code || slices.Contains(noCountry, code) {
				continue
			}
			name := namer.Name(r)
			if name == "" { // a country that is no more
				continue
			}
			t.byName[plain(name)] = code
			if p, ok := preferred[code]; ok {
				name = p
			}
			t.codes, t.names[code], t.byName[plain(name)] = append(t.codes, code), name, code
		}
	}
	for name, code := range others {
		t.byName[name] = code
	}
	return t
})

// noCountry are codes of CLDR that stand for no country: groups, islands without people of their own, and tests.
var noCountry = []string{"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ", "FQ", "PC"}

// plain is a name in small letters without punctuation.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(s, "&", "and")), func(r rune) bool { return strings.ContainsRune(" ,.()'’-/", r) }), " ")
}
