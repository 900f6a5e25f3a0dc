package match

import (
	"bytes"
	"strings"

	"golang.org/x/net/idna"
)

// hostProfile is UTS 46 for lookups, non-transitional, with underscores allowed.
var hostProfile = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(false))

// Of each byte: may it stand in a name as it is; must it be lowered; does it need more than that.
const (
	hostPlain = iota + 1
	hostUpper
	hostWide
)

var hostByte = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '*':
			t[c] = hostPlain
		case c >= 'A' && c <= 'Z':
			t[c] = hostUpper
		case c >= 0x80:
			t[c] = hostWide
		}
	}
	return
}()

// plainDomain says that a name needs no change at all.
func plainDomain(s []byte) bool {
	for _, c := range s {
		if hostByte[c] != hostPlain {
			return false
		}
	}
	return len(s) > 0 && s[len(s)-1] != '.' && s[0] != '.' && len(s) <= 253 && !bytes.Contains(s, []byte("--")) && !bytes.Contains(s, []byte(".."))
}

// appendDomain appends the lower-case A-label form without a final dot; false for what is no name.
func appendDomain(dst, s []byte) ([]byte, bool) {
	if plainDomain(s) {
		return append(dst, s...), true
	}
	wide := false
	for _, c := range s {
		switch hostByte[c] {
		case 0:
			return dst, false
		case hostWide:
			wide = true
		}
	}
	name := strings.ToLower(string(s))
	if wide || strings.Contains(name, "xn--") {
		a, err := hostProfile.ToASCII(name)
		switch {
		case err == nil && strings.ContainsFunc(a, notHost):
			return dst, false // mapped to what cannot stand in a name, as a no-break space to a space
		case err == nil:
			name = strings.ToLower(a)
		case wide:
			return dst, false
		} // a label that only claims to be punycode keeps its spelling and equals nothing else
	}
	if strings.Contains(name, "..") {
		return dst, false
	}
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > 253 || name[0] == '.' {
		return dst, false
	}
	return append(dst, name...), true
}

func notHost(r rune) bool { return r >= 0x80 || hostByte[r] != hostPlain && hostByte[r] != hostUpper }
