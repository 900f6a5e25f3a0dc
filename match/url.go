package match

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
)

// canonURLValue reads a URL, with or without its scheme. A host alone, written with a scheme, is the URL of its root.
func canonURLValue(s string) (Value, bool) {
	if s[0] == '/' {
		return Canon(URLPath, s)
	}
	key, host, ok := appendURL(nil, []byte(s))
	if !ok {
		return Value{}, false
	}
	return Value{Class: URL, key: string(key), Port: portOf(key[:host.end])}, true
}

// span is a part of a key.
type span struct{ from, end int }

// appendURL appends the one spelling of a URL and says where its host stands in dst; without the port for a host that has one.
func appendURL(dst, s []byte) (out []byte, host span, ok bool) {
	from := len(dst)
	port := ""
	scheme := true
	if i := bytes.Index(s, []byte("://")); i > 0 && isScheme(s[:i]) {
		name := strings.ToLower(string(s[:i]))
		s = s[i+3:]
		switch name {
		case "http", "hxxp":
			port = "80"
		case "https", "hxxps":
			port = "443"
		default:
			dst = append(append(dst, name...), "://"...)
		}
	} else if bytes.HasPrefix(s, []byte("//")) {
		s = s[2:]
	} else {
		scheme = false
	}
	if i := bytes.IndexByte(s, '#'); i >= 0 {
		s = s[:i]
	}
	authority, rest := s, []byte(nil)
	if i := bytes.IndexAny(s, "/?"); i >= 0 {
		authority, rest = s[:i], s[i:]
	}
	if !scheme && len(rest) == 0 {
		return dst[:from], span{}, false // a bare name is no URL
	}
	host.from = len(dst)
	if dst, ok = appendAuthority(dst, authority, port); !ok {
		return dst[:from], span{}, false
	}
	host.end = len(dst)
	if len(rest) == 0 || rest[0] != '/' {
		dst = append(dst, '/')
	}
	return appendPath(dst, rest), host, true
}

func isScheme(s []byte) bool {
	for i, c := range s {
		l := c | 0x20
		if !(l >= 'a' && l <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	return true
}

// withScheme gives the spelling of a URL back the scheme that it leaves out.
func withScheme(s string) string {
	if i := strings.Index(s, "://"); i > 0 && isScheme([]byte(s[:i])) {
		return s
	}
	return "http://" + s
}

// appendAuthority drops the user and the default port. Without a scheme both of the web's ports are default: who logs host and path apart
// does not know which it was.
func appendAuthority(dst, s []byte, port string) ([]byte, bool) {
	if at := bytes.LastIndexByte(s, '@'); at >= 0 {
		s = s[at+1:]
	}
	name, own := s, []byte(nil)
	if i := bytes.LastIndexByte(s, ':'); i >= 0 && bytes.IndexByte(s[i:], ']') < 0 {
		name, own = s[:i], s[i+1:]
		if n, err := strconv.ParseUint(string(own), 10, 16); len(own) > 0 && (err != nil || n == 0) {
			return dst, false
		}
	}
	dst, ok := appendHost(dst, name)
	if !ok {
		return dst, false
	}
	if p := string(own); p == "" || p == port || port == "" && (p == "80" || p == "443") {
		return dst, true
	}
	return append(append(dst, ':'), own...), true
}

func appendHost(dst, name []byte) ([]byte, bool) {
	if n := len(name); n > 2 && name[0] == '[' && name[n-1] == ']' {
		a, err := netip.ParseAddr(string(name[1 : n-1]))
		if err != nil || a.Is4() {
			return dst, false
		}
		if a = a.Unmap().WithZone(""); a.Is4() {
			return a.AppendTo(dst), true
		}
		return append(a.AppendTo(append(dst, '[')), ']'), true
	}
	return appendDomain(dst, name)
}

// portOf is the port at the end of a host, 0 without one.
func portOf(host []byte) uint16 {
	i := bytes.LastIndexByte(host, ':')
	if i < 0 || bytes.IndexByte(host[i:], ']') >= 0 {
		return 0
	}
	n, _ := strconv.ParseUint(string(host[i+1:]), 10, 16)
	return uint16(n)
}

// appendPath appends path and query, percent-encoding normalised and dot segments removed (RFC 3986 §6.2.2).
func appendPath(dst, s []byte) []byte {
	path, query := s, []byte(nil)
	if i := bytes.IndexByte(s, '?'); i >= 0 {
		path, query = s[:i], s[i:]
	}
	from := len(dst)
	dst = appendEncoded(dst, path)
	if bytes.Contains(dst[from:], []byte("/.")) {
		dst = append(dst[:from], removeDots(dst[from:])...)
	}
	return appendEncoded(dst, query)
}

// appendEncoded decodes what needs no encoding, encodes what does, and writes digits in upper case.
func appendEncoded(dst, s []byte) []byte {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '%' {
			if c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' {
				dst = append(dst, '%', hex[c>>4], hex[c&15])
				continue
			}
			dst = append(dst, c)
			continue
		}
		hi, lo := byte(0xff), byte(0xff)
		if i+2 < len(s) {
			hi, lo = unhex(s[i+1]), unhex(s[i+2])
		}
		if hi > 15 || lo > 15 { // a percent sign that encodes nothing
			dst = append(dst, "%25"...)
			continue
		}
		if x := hi<<4 | lo; unreserved(x) {
			dst = append(dst, x)
		} else {
			dst = append(dst, '%', hex[hi], hex[lo])
		}
		i += 2
	}
	return dst
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0xff
}

// unreserved is RFC 3986 §2.3.
func unreserved(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// removeDots is RFC 3986 §5.2.4 for a path that begins with a slash.
func removeDots(path []byte) []byte {
	var out [][]byte
	parts := bytes.Split(path, []byte("/"))
	for i, p := range parts {
		last := i == len(parts)-1
		switch string(p) {
		case ".":
		case "..":
			if len(out) > 1 {
				out = out[:len(out)-1]
			}
		default:
			out = append(out, p)
			continue
		}
		if last {
			out = append(out, nil)
		}
	}
	return bytes.Join(out, []byte("/"))
}
