package pattern

import (
	"net/netip"
	"strings"
)

// network reads an address or a network in CIDR notation, of IPv4 or IPv6; bits of the host do not matter (STIX 2.1 §9.6.1; P024).
func network(s string) (netip.Prefix, bool) {
	if strings.IndexByte(s, '/') >= 0 {
		p, err := netip.ParsePrefix(s)
		return p.Masked(), err == nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}

// subset says whether every address of a is one of b.
func subset(a, b netip.Prefix) bool {
	return a.Addr().BitLen() == b.Addr().BitLen() && a.Bits() >= b.Bits() && b.Contains(a.Addr())
}
