package stix

import (
	"net/netip"
	"strings"
)

// CanonValue returns the postings that something typed by a person may stand for, the likeliest first: defanged forms are put right,
// "class:value" is taken at its word, and text that looks like nothing is tried as a name. Nil for nothing or far too much.
func CanonValue(s string) []string {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 8192 {
		return nil
	}
	if class, value, ok := strings.Cut(s, ":"); ok && isClass(class) {
		if p := classed(class, value); p != "" {
			return []string{p}
		}
	}
	c := guesses{}
	c.guess(refang(strings.Trim(s, "\"'`<>")))
	c.guessExact(s)
	return c.out
}

type guesses struct{ out []string }

func (c *guesses) add(p string) {
	if p == "" {
		return
	}
	for _, have := range c.out {
		if have == p {
			return
		}
	}
	c.out = append(c.out, p)
}

// guess adds what s looks like.
func (c *guesses) guess(s string) {
	if s == "" {
		return
	}
	if isHex(s) {
		c.hash(s)
	}
	if isCVE(s) {
		c.add(canonical("cve", s))
	}
	c.add(canonicalAddr(strings.Trim(s, "[]")))
	if n := len(s); n > 2 && strings.EqualFold(s[:2], "as") {
		c.add(canonical("autonomous-system", s[2:]))
	}
	spaced := strings.ContainsAny(s, " \t\n")
	switch {
	case strings.Contains(s, "://"):
		c.add(canonical("url", s))
		return
	case strings.IndexByte(s, '@') > 0 && !strings.ContainsAny(s, "/"):
		c.add(canonical("email-addr", s))
	case !spaced && strings.IndexByte(s, '.') > 0:
		c.hostOrPath(s)
	}
	if strings.Count(s, ":") == 5 || strings.Count(s, "-") == 5 || len(s) == 14 && strings.Count(s, ".") == 2 {
		c.add(canonical("mac-addr", s))
	}
	if strings.HasPrefix(strings.ToLower(s), "hk") && strings.IndexByte(s, '\\') > 0 {
		c.add(canonical("windows-registry-key", s))
	}
}

// hostOrPath takes a name, a name with a port, or an address of a page without its scheme.
func (c *guesses) hostOrPath(s string) {
	if host, rest := cutHost(s); rest != "" {
		if _, err := netip.ParsePrefix(s); err != nil && host != "" {
			c.add(canonical("url", "http://"+s))
			c.add(canonical("url", "https://"+s))
			c.add(canonical("url", s))
		}
		return
	}
	c.add(canonicalHost(s))
	if ap, err := netip.ParseAddrPort(s); err == nil {
		c.add(addrClass(ap.Addr().Unmap()))
	} else if i := strings.LastIndexByte(s, ':'); i > 0 && i < len(s)-1 && strings.Trim(s[i+1:], "0123456789") == "" {
		c.add(canonicalHost(s[:i]))
	}
}

func (c *guesses) hash(s string) {
	for _, a := range []string{"MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-512", "IMPHASH"} {
		c.add(canonicalHash("file-", a, s))
		if a[:3] != "SHA" || a == "SHA-1" || a == "SHA-256" || a == "SHA-512" {
			if a != "IMPHASH" {
				c.add(canonicalHash("x509-", a, s))
			}
		}
	}
}

// guessExact adds what any text may be.
func (c *guesses) guessExact(s string) {
	if len(s) <= 250 && !strings.ContainsAny(s, " \t\n/") {
		c.add(canonical("external-id", s))
	}
	for _, class := range []string{"file-name", "mutex", "user-agent", "user-account"} {
		c.add(canonical(class, s))
	}
}

// isClass says whether s is a class that a posting can begin with and a person may type.
func isClass(s string) bool {
	switch s {
	case "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "mac-addr", "windows-registry-key", "autonomous-system", "cve",
		"external-id", "file-name", "mutex", "user-agent", "user-account", "x509-serial":
		return true
	}
	return strings.HasPrefix(s, "file-") || strings.HasPrefix(s, "x509-")
}

// classed takes class and value at their word.
func classed(class, value string) string {
	for _, prefix := range []string{"file-", "x509-"} {
		if a, ok := strings.CutPrefix(class, prefix); ok && a != "name" && a != "serial" {
			return canonicalHash(prefix, a, value)
		}
	}
	return canonical(class, refang(value))
}

// refang puts right what people write so that nobody clicks it: hxxp://example[.]com, user[at]example(.)org.
func refang(s string) string {
	if !strings.ContainsAny(s, `[({\`) && !strings.HasPrefix(strings.ToLower(s), "hxxp") && !strings.Contains(s, "。") {
		return s
	}
	s = strings.NewReplacer(
		"[://]", "://", "[:]//", "://", "[:]", ":", "[/]", "/", "(:)", ":",
		"[.]", ".", "(.)", ".", "{.}", ".", "[.", ".", ".]", ".", `\.`, ".",
		"[dot]", ".", "(dot)", ".", "{dot}", ".", "[DOT]", ".", "(DOT)", ".", "[punkt]", ".",
		"[at]", "@", "(at)", "@", "{at}", "@", "[AT]", "@", "(AT)", "@", "[@]", "@", "(@)", "@",
	).Replace(s)
	lower := strings.ToLower(s)
	for _, p := range [][2]string{{"hxxps", "https"}, {"hxxp", "http"}, {"hxtps", "https"}, {"hxtp", "http"}, {"h**p", "http"}, {"fxp", "ftp"}} {
		if strings.HasPrefix(lower, p[0]+":") || p[0] == "h**p" && strings.HasPrefix(lower, p[0]) {
			return p[1] + s[len(p[0]):]
		}
	}
	return s
}
