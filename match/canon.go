package match

import (
	"bytes"
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/publicsuffix"
)

// One spelling for what is the same, on both sides of the comparison:
//
//	address       RFC 5952; IPv6 that carries IPv4 (::ffff:a.b.c.d) is that IPv4; no zone
//	network       masked; of a single address that address
//	domain        lower-case A-labels (UTS 46), no final dot; an address where a name should be is that address
//	URL           no scheme (http and https are compared alike, others kept), no user, host like a domain, default port dropped, no fragment,
//	              no path is "/", percent-encoding as RFC 3986 §6.2.2: unreserved characters plain, digits upper case, dot segments removed
//	hash          lower-case hexadecimal, colons dropped
//	e-mail        lower case, host like a domain
//	file, path    lower case, backslashes as slashes
//	registry key  lower case, hives by their full names
//	user agent, JA4   as they are
//
// These are looser than the postings of room stix, which must give back what was said; here a miss costs more than a look.

// maxValue is the longest value that is indexed or looked up.
const maxValue = 8192

// Canon brings a text of a known class to its one spelling; false when it cannot be a value of that class. An address given as a
// domain is an address, a network of one address too.
func Canon(c Class, s string) (Value, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxValue {
		return Value{}, false
	}
	switch c {
	case Address, Network:
		return canonNetwork(s)
	case Domain:
		return canonDomainValue(s)
	case URL:
		return canonURLValue(s)
	}
	var key []byte
	ok := true
	switch c {
	case URLPath:
		key = appendPath(nil, []byte(s))
		ok = s[0] == '/' && len(key) > 3 // "/" and "/a" would be everywhere
	case Digest:
		key, ok = appendDigest(nil, []byte(s))
	case Email:
		key, ok = appendEmail(nil, []byte(s))
	case FileName:
		key = bytes.ToLower([]byte(s))
	case FilePath:
		key = appendFilePath(nil, []byte(s))
	case RegistryKey:
		key = appendRegistryKey(nil, []byte(s))
	case UserAgent, JA4:
		key = []byte(s)
	default:
		ok = false
	}
	return Value{Class: c, key: string(key)}, ok && len(key) > 0
}

func canonNetwork(s string) (Value, bool) {
	if strings.IndexByte(s, '/') < 0 {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return Value{}, false
		}
		return addressValue(a), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return Value{}, false
	}
	if a := p.Addr(); a.Is4In6() {
		if p.Bits() < 96 {
			return Value{}, false
		}
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	if p.IsSingleIP() {
		return addressValue(p.Addr()), true
	}
	return Value{Class: Network, net: p.Masked()}, true
}

func addressValue(a netip.Addr) Value {
	return Value{Class: Address, key: string(a.Unmap().WithZone("").AsSlice())}
}

func canonDomainValue(s string) (Value, bool) {
	v := Value{Class: Domain}
	s = strings.TrimPrefix(s, ".") // as lists of known values write it
	if rest, ok := strings.CutPrefix(s, "*."); ok {
		s, v.rule = rest, below
	}
	if strings.HasPrefix(s, "*.") {
		return Value{}, false // what lies two below is a rule that we do not have
	}
	key, ok := appendDomain(nil, []byte(s))
	if !ok {
		return canonNetwork(strings.Trim(s, "[]"))
	}
	if looksLikeAddress(key) {
		return canonNetwork(string(key))
	}
	v.key = string(key)
	if suffix, icann := publicsuffix.PublicSuffix(v.key); v.rule == reaching && suffix == v.key && (icann || strings.IndexByte(suffix, '.') < 0) {
		v.rule = exactly // nobody who names "co.uk" means everything below it
	}
	return v, true
}

// looksLikeAddress says that a host cannot be a name: its last label is a number (WHATWG URL §3.5).
func looksLikeAddress(host []byte) bool {
	if len(host) == 0 {
		return false
	}
	c := host[len(host)-1]
	return c >= '0' && c <= '9' && bytes.IndexFunc(host[bytes.LastIndexByte(host, '.')+1:], func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// appendDigest lowers hexadecimal of a length that a digest has.
func appendDigest(dst, s []byte) ([]byte, bool) {
	from := len(dst)
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'f':
		case c >= 'A' && c <= 'F':
			c |= 0x20
		case c == ':':
			continue
		default:
			return dst[:from], false
		}
		dst = append(dst, c)
	}
	switch len(dst) - from {
	case 32, 40, 56, 64, 96, 128:
		return dst, true
	}
	return dst[:from], false
}

func appendEmail(dst, s []byte) ([]byte, bool) {
	if i := bytes.LastIndexByte(s, '<'); i >= 0 && s[len(s)-1] == '>' { // Name <user@host>
		s = s[i+1 : len(s)-1]
	}
	at := bytes.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || bytes.ContainsAny(s[:at], " \t\r\n") {
		return dst, false
	}
	dst = append(append(dst, bytes.ToLower(s[:at])...), '@')
	return appendDomain(dst, s[at+1:])
}

func appendFilePath(dst, s []byte) []byte {
	from := len(dst)
	dst = append(dst, bytes.ToLower(s)...)
	for i := from; i < len(dst); i++ {
		if dst[i] == '\\' {
			dst[i] = '/'
		}
	}
	return dst
}

// hives are the full names of registry hives, by what people and Windows write for them.
var hives = map[string]string{
	"hklm": "hkey_local_machine", "hkcu": "hkey_current_user", "hkcr": "hkey_classes_root", "hku": "hkey_users", "hkcc": "hkey_current_config",
	"registry/machine": "hkey_local_machine", "registry/user": "hkey_users",
}

func appendRegistryKey(dst, s []byte) []byte {
	k := bytes.ToLower(s)
	for bytes.Contains(k, []byte(`\\`)) {
		k = bytes.ReplaceAll(k, []byte(`\\`), []byte(`\`))
	}
	k = bytes.TrimFunc(k, blankOrBackslash)
	for rest, ok := bytes.CutPrefix(k, []byte(`computer\`)); ok; rest, ok = bytes.CutPrefix(k, []byte(`computer\`)) {
		k = bytes.TrimLeftFunc(rest, blankOrBackslash)
	}
	if rest, ok := bytes.CutPrefix(k, []byte(`registry\`)); ok { // the kernel's own spelling
		k = append([]byte("registry/"), rest...)
	}
	hive, rest, more := bytes.Cut(k, []byte(`\`))
	if full := hives[string(hive)]; full != "" {
		hive = []byte(full)
	}
	dst = append(dst, hive...)
	if more {
		dst = append(append(dst, '\\'), rest...)
	}
	return dst
}

func blankOrBackslash(r rune) bool { return r == '\\' || unicode.IsSpace(r) }
