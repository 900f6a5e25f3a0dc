package stix

import (
	"net/netip"
	"net/url"
	"strings"
)

// Wider lists the values that cover a value as a person would type it: the networks around an address, the names above a name, the host of a URL.
func Wider(s string) (out []string) {
	for _, posting := range CanonValue(s) {
		class, value, _ := strings.Cut(posting, ":")
		switch class {
		case "ipv4-addr", "ipv6-addr":
			p, err := netip.ParsePrefix(value)
			if a, e := netip.ParseAddr(value); e == nil {
				p, err = netip.PrefixFrom(a, a.BitLen()), nil
			}
			if err != nil {
				continue
			}
			for bits := p.Bits() - 1; bits >= 8; bits-- {
				out = append(out, class+":"+netip.PrefixFrom(p.Addr(), bits).Masked().String())
			}
		case "domain-name":
			out = append(out, above(value)...)
		case "url":
			if u, err := url.Parse(value); err == nil && u.Hostname() != "" {
				host := u.Hostname()
				out = append(out, host)
				out = append(out, above(host)...)
			}
		}
	}
	return out
}

// above lists the names above a domain name, down to two labels: a top-level domain is nobody's value.
func above(name string) (out []string) {
	if _, err := netip.ParseAddr(name); err == nil {
		return nil
	}
	for {
		_, parent, ok := strings.Cut(name, ".")
		if !ok || !strings.Contains(parent, ".") {
			return out
		}
		out = append(out, "domain-name:"+parent)
		name = parent
	}
}
