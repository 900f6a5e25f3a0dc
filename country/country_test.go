package country

import "testing"

func TestCode(t *testing.T) {
	for name, want := range map[string]string{
		"DE": "DE", "de": "DE", "DEU": "DE", "Germany": "DE", "United States": "US", "Korea, Republic of": "KR", "Korea, Democratic People's Republic of": "KP", "Iran, Islamic Republic of": "IR",
		"Russia": "RU", "Russian Federation": "RU", "Viet Nam": "VN", "Vietnam": "VN", "Czech Republic": "CZ", "Bosnia & Herzegovina": "BA", "Bosnia and Herzegovina": "BA", "Kosovo": "XK",
		"Hong Kong": "HK", "Taiwan": "TW", "Palestine": "PS", "UK": "GB", "Türkiye": "TR", "Turkey": "TR", "Myanmar": "MM", "South Korea": "KR", "North Korea": "KP",
		"Atlantis": "", "Unknown": "", "": "", "Europe": "", "EU": "",
	} {
		if got := Code(name); got != want {
			t.Errorf("Code(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestEveryCountryHasNameAndRegion(t *testing.T) {
	if n := len(Codes()); n < 245 || n > 252 {
		t.Errorf("%d countries", n)
	}
	for _, code := range Codes() {
		if name := Name(code); name == "" || name == code || Code(name) != code {
			t.Errorf("%s is called %q, which is %q", code, name, Code(name))
		}
		if Region(code) == "" && code != "BV" && code != "HM" && code != "GS" && code != "TF" && code != "IO" {
			t.Errorf("%s %s has no region", code, Name(code))
		}
	}
}
