package history

import (
	"net/netip"
	"strings"

	"github.com/dchest/siphash"
	"golang.org/x/net/publicsuffix"

	"threatwatch/match"
)

// Key is what is kept of a value.
type Key uint64

// secret is the key of a directory.
type secret struct{ k0, k1 uint64 }

// Keys of values, and of what has a value beneath it. The class goes in by its name, which stays when classes are added.
const (
	itself  = 0
	beneath = 1
)

// key hashes a canonical value.
func (s secret) key(c match.Class, sort byte, value []byte) Key {
	var room [128]byte
	b := append(append(room[:0], c.String()...), sort)
	return Key(siphash.Hash(s.k0, s.k1, append(b, value...)))
}

// Networks and names above a value that it counts for as well.
const (
	networkBits = 64 // of IPv6
	namesAbove  = 3  // registrable domain, and the two next below it
)

// above calls f with what lies above a value, as keys of its class.
func above(c match.Class, value []byte, f func([]byte)) {
	switch {
	case c == match.Domain:
		namesOver(string(value), f)
	case c == match.Address && len(value) == 16:
		f(networkOf([16]byte(value)))
	}
}

// networkOf is the network of an IPv6 address that it counts for, by its first address.
func networkOf(a [16]byte) []byte {
	p, _ := netip.AddrFrom16(a).Prefix(networkBits) // IPv6 has that many
	b := p.Addr().As16()
	return b[:]
}

// namesOver calls f with the registrable domain of a name, if that is not the name itself, and with up to two names between them.
func namesOver(name string, f func([]byte)) {
	top, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return // a public suffix itself, or no name
	}
	for range namesAbove {
		if len(top) >= len(name) {
			return
		}
		f([]byte(top))
		next := strings.LastIndexByte(name[:len(name)-len(top)-1], '.')
		top = name[next+1:]
	}
}
