package stix

import (
	"slices"
	"testing"
)

func TestWider(t *testing.T) {
	for _, x := range []struct {
		q    string
		n    int
		some []string
	}{
		{"198.51.100[.]7", 24, []string{"ipv4-addr:198.51.100.6/31", "ipv4-addr:198.51.100.0/24", "ipv4-addr:198.0.0.0/8"}},
		{"198.51.100.0/24", 16, []string{"ipv4-addr:198.51.0.0/16"}},
		{"2001:db8::1", 120, []string{"ipv6-addr:2001:db8::/32"}},
		{"a.b.evil[.]example", 2, []string{"domain-name:b.evil.example", "domain-name:evil.example"}},
		{"hxxps://x.evil.example/p?q", 2, []string{"x.evil.example", "domain-name:evil.example"}},
		{"evil.example", 0, nil},
		{"some words", 0, nil},
	} {
		got := Wider(x.q)
		if len(got) != x.n {
			t.Errorf("%s: %d wider values, want %d: %v", x.q, len(got), x.n, got)
		}
		for _, want := range x.some {
			if !slices.Contains(got, want) {
				t.Errorf("%s: %s is missing in %v", x.q, want, got)
			}
		}
	}
}
