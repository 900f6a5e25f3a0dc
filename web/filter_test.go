package web

import "testing"

// TestFilterInWords: a filter as people read it, with names for codes.
func TestFilterInWords(t *testing.T) {
	for filter, want := range map[string]string{
		"":                         "",
		"country=DE&country=FR":    "country Germany or France",
		"status=denied&country=US": "country United States and attribution Denied",
		"sector=%21energy":         "sector not energy",
		"severity%3E=4":            "severity at least 4",
		"q=two+words":              "words two words",
		"by=occurred":              "by occurred",
		"%zz":                      "%zz",
	} {
		if got := inWords(filter); got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
}

// TestSentence: what is wrong is told as a sentence, and a term of a filter as it is written.
func TestSentence(t *testing.T) {
	for s, want := range map[string]string{"": "", "there is no such organisation": "There is no such organisation.", "A code.": "A code.", "country=Germany: write a code": "country=Germany: write a code.", "write a=b": "Write a=b."} {
		if got := sentence(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
