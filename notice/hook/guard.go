package hook

import (
	"net/netip"
	"slices"
	"syscall"

	"threatwatch"
)

// Guard says which addresses may be connected to. Receivers are named by subscribers, and a name can lead anywhere: to the exchange's own host, to
// its network, to the service that gives a machine in a cloud its keys. So the address is looked at that is dialled, after the name was resolved.
type Guard struct {
	Allow []netip.Prefix // networks that may be connected to although they are not public, and without TLS
}

// Allowed says that an address is in a network that the operator has allowed.
func (g Guard) allowed(a netip.Addr) bool {
	return slices.ContainsFunc(g.Allow, func(p netip.Prefix) bool { return p.Contains(a) })
}

// check refuses what must not be connected to. plain says that there will be no TLS.
func (g Guard) check(address string, plain bool) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return threatwatch.Errorf(threatwatch.Forbidden, "this is no address of the internet")
	}
	a := to.Addr().Unmap()
	switch {
	case g.allowed(a):
		return nil
	case !public(a):
		return threatwatch.Errorf(threatwatch.Forbidden, "its address is not one of the public internet")
	case plain:
		return threatwatch.Errorf(threatwatch.Forbidden, "without TLS nothing is sent over the public internet")
	}
	return nil
}

// control is check as a net.Dialer asks for it: before each connection, with the address that it goes to.
func (g Guard) control(plain bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error { return g.check(address, plain) }
}

// reserved are the networks of IPv4 that are not public (RFC 6890, IANA "IPv4 Special-Purpose Address Registry").
var reserved = networks("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
	"192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")

// Of IPv6 what is not global unicast is not public; of that, neither is what is reserved, nor what leads to an address of IPv4 that is hidden in
// it (Teredo, 6to4; NAT64 lies outside of global unicast).
var (
	global    = networks("2000::/3")
	reserved6 = networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

func networks(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func public(a netip.Addr) bool {
	in := func(list []netip.Prefix) bool {
		return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	if a.Is4() {
		return !in(reserved)
	}
	return a.Zone() == "" && in(global) && !in(reserved6)
}
