package mojibake

import (
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

func TestRepair(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "plain": "plain", "ThÃ¼ringen": "Thüringen", "Ã¢â‚¬Å“intenseÃ¢â‚¬Â\u009d attacks": "“intense” attacks", "â€œonceâ€\u009d": "“once”",
		"é, São Paulo, Ångström, ½, “quoted” – right already": "é, São Paulo, Ångström, ½, “quoted” – right already", "Ã": "Ã", "cut Ã¢â‚": "cut ââ‚", "Київ": "Київ", "ÐšÐ¸Ñ—Ð²": "Київ",
		"a broken byte \xff stays": "a broken byte \xff stays",
	} {
		if got := Repair(s); got != want {
			t.Errorf("Repair(%q) = %q, want %q", s, got, want)
		}
	}
}

// FuzzRepair: what is read wrong once or twice is repaired, unless the text itself looks like a wrong reading.
func FuzzRepair(f *testing.F) {
	f.Add("“ναι”, ja – 是")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || Repair(s) != s {
			return
		}
		wrong := s
		for range 2 {
			wrong = misread(wrong)
			if got := Repair(wrong); got != s {
				t.Errorf("Repair(%q) = %q, want %q", wrong, got, s)
			}
		}
	})
}

func misread(s string) (out string) {
	for _, b := range []byte(s) {
		r := charmap.Windows1252.DecodeByte(b)
		if r == utf8.RuneError {
			r = rune(b)
		}
		out += string(r)
	}
	return out
}
