package web

import (
	"slices"
	"strings"
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
		got := wider(x.q)
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

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("other words ", 40)
	for _, x := range []struct{ text, q, want string }{
		{"Google said that google was hit.", "google", "[Google] said that [google] was hit."},
		{"A googly is no hit of goog.", "goog", "A [goog]ly is no hit of [goog]."},
		{"nothing", "else", "nothing"},
		{"", "x", ""},
		{"<b>bold</b>", "bold", "<b>[bold]</b>"},
		{"Ünïcode ünïcode", "ünïcode", "[Ünïcode] [ünïcode]"},
	} {
		if got := marked(excerpt(x.text, x.q)); got != x.want {
			t.Errorf("%q in %q: %q, want %q", x.q, x.text, got, x.want)
		}
	}
	got := marked(excerpt(long+"needle "+long, "needle"))
	if !strings.HasPrefix(got, "… ") || !strings.Contains(got, "[needle]") || !strings.HasSuffix(got, " …") || len(got) > 300 {
		t.Errorf("a long text: %q", got)
	}
}

func marked(list []segment) string {
	var b strings.Builder
	for _, s := range list {
		if s.Hit {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func FuzzExcerpt(f *testing.F) {
	f.Add("Google said so", "google sa")
	f.Add(strings.Repeat("ä ö ", 100)+"x", "x")
	f.Fuzz(func(t *testing.T, text, q string) {
		got := strings.Map(func(r rune) rune {
			if r == '[' || r == ']' {
				return -1
			}
			return r
		}, marked(excerpt(text, q)))
		if len([]rune(text)) <= 100 && strings.Map(func(r rune) rune {
			if r == '[' || r == ']' {
				return -1
			}
			return r
		}, text) != got {
			t.Errorf("%q became %q", text, got)
		}
	})
}
