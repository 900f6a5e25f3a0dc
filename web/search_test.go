package web

import (
	"strings"
	"testing"
)

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
