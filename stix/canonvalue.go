package stix

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// Canonical values, canon/1: "class:value", one spelling for what is the same, so that equal means equal in the store, in lookups
// and in exports.
//
//	ipv4-addr    no leading zeros; networks masked, /32 dropped; IPv6 that carries IPv4 (::ffff:a.b.c.d) is that IPv4
//	ipv6-addr    RFC 5952; networks masked, /128 dropped; no zones
//	domain-name  lower-case A-labels, no root dot
//	url          scheme and host in lower case, host like domain-name, default port dropped, empty path of a host is "/"
//	email-addr   domain in lower case, local part as it is
//	file-md5 …   lower-case hexadecimal of the right length; x509-… the same for certificates
//	mac-addr     lower case, colons
//	windows-registry-key  lower case, full hive names
//	autonomous-system     decimal
//	cve, external-id      upper case
//	file-name    lower case
//	mutex, user-agent, user-account and what custom types hold: as it is, without blanks around
//
// What has no canonical form (an IPv4 address with leading zeros, a hash of the wrong length) is nobody's value.

// canonical returns the posting for a value of a class, or "".
func canonical(class, s string) string {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 8192 {
		return ""
	}
	switch class {
	case "ipv4-addr", "ipv6-addr":
		return canonicalAddr(s)
	case "domain-name":
		return canonicalHost(s)
	case "url":
		if u := canonicalURL(s); u != "" {
			return "url:" + u
		}
		return ""
	case "email-addr":
		if e := canonicalEmail(s); e != "" {
			return "email-addr:" + e
		}
		return ""
	case "mac-addr":
		if m := canonicalMAC(s); m != "" {
			return "mac-addr:" + m
		}
		return ""
	case "windows-registry-key":
		if k := canonicalKey(s); k != "" {
			return "windows-registry-key:" + k
		}
		return ""
	case "autonomous-system":
		if n, err := strconv.ParseUint(s, 10, 32); err == nil {
			return "autonomous-system:" + strconv.FormatUint(n, 10)
		}
		return ""
	case "cve", "external-id":
		return class + ":" + strings.ToUpper(s)
	case "file-name":
		return "file-name:" + strings.ToLower(s)
	}
	return class + ":" + s
}

// canonicalAddr reads an address or a network of either family.
func canonicalAddr(s string) string {
	if strings.IndexByte(s, '/') < 0 {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return ""
		}
		return addrClass(a.Unmap())
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return ""
	}
	if a := p.Addr(); a.Is4In6() {
		if p.Bits() < 96 {
			return ""
		}
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	if p.IsSingleIP() {
		return addrClass(p.Addr())
	}
	p = p.Masked()
	if p.Addr().Is4() {
		return "ipv4-addr:" + p.String()
	}
	return "ipv6-addr:" + p.String()
}

func addrClass(a netip.Addr) string {
	b := make([]byte, 0, 56)
	if a.Is4() {
		b = append(b, "ipv4-addr:"...)
	} else {
		b = append(b, "ipv6-addr:"...)
	}
	return string(a.AppendTo(b))
}

// canonicalHost reads what stands where a domain name should: an address written there is that address.
func canonicalHost(s string) string {
	if c := s[len(s)-1]; c >= '0' && c <= '9' || strings.IndexByte(s, ':') >= 0 {
		if a := canonicalAddr(s); a != "" {
			return a
		}
	}
	if d := canonicalDomain(s); d != "" {
		return "domain-name:" + d
	}
	return ""
}

// canonicalDomain returns the lower-case A-label form without root dot, "" for what is no name.
func canonicalDomain(s string) string {
	plain, lower := true, true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '*':
		case c >= 'A' && c <= 'Z':
			lower = false
		case c >= 0x80:
			plain = false
		default:
			return ""
		}
	}
	if !plain || strings.Contains(s, "--") && containsFold(s, "xn--") {
		if a, err := hostProfile().ToASCII(s); err == nil {
			if strings.ContainsFunc(a, notHost) {
				return "" // mapped to what cannot stand in a name, as a no-break space to a space
			}
			s = a
		} else if !plain {
			return ""
		} // a label that only claims to be punycode keeps its spelling and equals nothing else
		lower = false
	}
	if !lower {
		s = strings.ToLower(s)
	}
	if strings.Contains(s, "..") {
		return ""
	}
	s = strings.TrimSuffix(s, ".")
	if s == "" || len(s) > 253 || s[0] == '.' {
		return ""
	}
	return s
}

// notHost says that a character of an ASCII name is none of the characters above.
func notHost(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._*", r))
}

// hostProfile is UTS 46 for lookups, non-transitional, with underscores allowed.
func hostProfile() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(false))
}

func containsFold(s, lower string) bool {
	for i := 0; i+len(lower) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(lower)], lower) {
			return true
		}
	}
	return false
}

// canonicalURL lowers scheme and host and drops the scheme's own port; path, query and fragment stay as they are.
func canonicalURL(s string) string {
	colon := strings.Index(s, "://")
	if colon < 0 {
		if i := strings.IndexByte(s, ':'); i > 1 && isScheme(s[:i]) && !strings.ContainsAny(s[:i], ".") { // mailto:, data:
			return strings.ToLower(s[:i]) + s[i:]
		}
		host, rest := cutHost(s)
		if host = canonicalAuthority(host, ""); host == "" {
			return ""
		}
		return host + rest
	}
	scheme := strings.ToLower(s[:colon])
	if !isScheme(scheme) {
		return ""
	}
	host, rest := cutHost(s[colon+3:])
	if host != "" {
		if host = canonicalAuthority(host, scheme); host == "" {
			return ""
		}
	}
	if rest == "" || rest[0] != '/' {
		if rest == "" || rest[0] == '?' || rest[0] == '#' {
			rest = "/" + rest
		}
	}
	return scheme + "://" + host + rest
}

func cutHost(s string) (host, rest string) {
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if !(c >= 'a' && c <= 'z' || i > 0 && (s[i] >= '0' && s[i] <= '9' || s[i] == '+' || s[i] == '-' || s[i] == '.')) {
			return false
		}
	}
	return s != ""
}

// canonicalAuthority reads user@host:port.
func canonicalAuthority(s, scheme string) string {
	user := ""
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		user, s = s[:at+1], s[at+1:]
	}
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 && strings.IndexByte(s[i:], ']') < 0 {
		host, port = s[:i], s[i+1:]
		if port != "" && strings.Trim(port, "0123456789") != "" {
			return ""
		}
	}
	if port != "" && port != defaultPort(scheme) {
		port = ":" + port
	} else {
		port = ""
	}
	if n := len(host); n > 2 && host[0] == '[' && host[n-1] == ']' {
		a, err := netip.ParseAddr(host[1 : n-1])
		if err != nil || a.Is4() {
			return ""
		}
		return user + "[" + a.String() + "]" + port
	}
	if host == "" {
		return ""
	}
	if host = canonicalDomain(host); host == "" {
		return ""
	}
	return user + host + port
}

func defaultPort(scheme string) string {
	switch scheme {
	case "http", "ws":
		return "80"
	case "https", "wss":
		return "443"
	case "ftp":
		return "21"
	}
	return ""
}

func canonicalEmail(s string) string {
	if n := len(s); s[n-1] == '>' { // Name <user@host>
		if i := strings.LastIndexByte(s, '<'); i >= 0 {
			s = s[i+1 : n-1]
		}
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || strings.ContainsAny(s[:at], " \t\r\n") {
		return ""
	}
	domain := canonicalDomain(s[at+1:])
	if domain == "" {
		return ""
	}
	return s[:at+1] + domain
}

func canonicalMAC(s string) string {
	b := make([]byte, 0, 17)
	n := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == ':' || c == '-' || c == '.':
			continue
		case c >= 'A' && c <= 'F':
			c |= 0x20
		case !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f'):
			return ""
		}
		if n > 0 && n%2 == 0 {
			b = append(b, ':')
		}
		b = append(b, c)
		n++
	}
	if n != 12 && n != 16 {
		return ""
	}
	return string(b)
}

// canonicalKey lowers a registry key and spells its hive out.
func canonicalKey(s string) string {
	s = strings.ToLower(s)
	for strings.Contains(s, `\\`) {
		s = strings.ReplaceAll(s, `\\`, `\`)
	}
	s = strings.TrimRight(s, `\`)
	hive, rest, _ := strings.Cut(s, `\`)
	full := map[string]string{"hklm": "hkey_local_machine", "hkcu": "hkey_current_user", "hkcr": "hkey_classes_root",
		"hku": "hkey_users", "hkcc": "hkey_current_config"}[hive]
	switch {
	case full == "":
		return s
	case rest == "":
		return full
	}
	return full + `\` + rest
}

// hashClass returns the class of a hash by the name of its algorithm in any spelling, and how many hexadecimal digits it has (0 for
// fuzzy hashes, which are kept as they are).
func hashClass(prefix, algorithm string) (class string, digits int) {
	switch a := strings.ToUpper(algorithm); a {
	case "MD5":
		return prefix + "md5", 32
	case "SHA-1", "SHA1":
		return prefix + "sha1", 40
	case "SHA-224", "SHA224":
		return prefix + "sha224", 56
	case "SHA-256", "SHA256":
		return prefix + "sha256", 64
	case "SHA-384", "SHA384":
		return prefix + "sha384", 96
	case "SHA-512", "SHA512":
		return prefix + "sha512", 128
	case "SHA3-256":
		return prefix + "sha3-256", 64
	case "SHA3-512":
		return prefix + "sha3-512", 128
	case "IMPHASH", "X_IMPHASH":
		return prefix + "imphash", 32
	case "SSDEEP":
		return prefix + "ssdeep", 0
	case "TLSH":
		return prefix + "tlsh", 0
	}
	return "", 0
}

func canonicalHash(prefix, algorithm, s string) string {
	class, digits := hashClass(prefix, algorithm)
	if class == "" {
		return ""
	}
	s = strings.TrimSpace(s)
	if digits == 0 {
		if s == "" || len(s) > 512 {
			return ""
		}
		return class + ":" + s
	}
	if len(s) != digits || !isHex(s) {
		return ""
	}
	return class + ":" + strings.ToLower(s)
}

func isHex(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f') {
			return false
		}
	}
	return true
}
