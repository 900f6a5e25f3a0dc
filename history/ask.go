package history

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"threatwatch"
	"threatwatch/match"
)

// Relation says how what was seen stands to what was asked for.
type Relation uint8

// The relations.
const (
	Itself  Relation = iota // the value
	Beneath                 // a name under the domain, the URL with a query
	Within                  // an address in the network
)

// String is the relation as output names it.
func (r Relation) String() string { return [...]string{"exact", "below", "within"}[r] }

// Ask is a key with what it says when it is found.
type Ask struct {
	Key      Key
	Relation Relation
	Value    string // the part of a network that the key stands for; otherwise what was asked for
}

// Widest networks that can be hunted: their addresses, or for IPv6 their networks of 64 bits, are looked up one by one.
const (
	widest4 = 16
	widest6 = networkBits - 16
	host6   = 128 - 16 // from here on single IPv6 addresses are looked up
)

// Asks are the keys that answer whether an indicator of this value was seen. A network wider than can be hunted is Invalid.
func (h *History) Asks(v match.Value) ([]Ask, error) {
	switch v.Class {
	case match.Network:
		return h.network(v.Prefix())
	case match.URLPath:
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s: paths on any host are not remembered", v)
	}
	var asks []Ask
	self, below := v.Reaches()
	if self {
		asks = append(asks, Ask{h.secret.key(v.Class, itself, []byte(v.Key())), Itself, v.String()})
	}
	if below || v.Class == match.URL {
		asks = append(asks, Ask{h.secret.key(v.Class, beneath, []byte(v.Key())), Beneath, v.String()})
	}
	return asks, nil
}

// network enumerates what stands for a network.
func (h *History) network(p netip.Prefix) ([]Ask, error) {
	unit, sort := p.Addr().BitLen(), byte(itself)
	switch bits := p.Bits(); {
	case p.Addr().Is4() && bits >= widest4, bits >= host6:
	case p.Addr().Is6() && bits >= widest6 && bits <= networkBits:
		unit, sort = networkBits, beneath
	default:
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s cannot be hunted: IPv4 from /%d, IPv6 from /%d to /%d and from /%d on", p, widest4, widest6, networkBits, host6)
	}
	asks := make([]Ask, 0, 1<<(unit-p.Bits()))
	for a := p.Addr(); len(asks) < cap(asks); a = following(a, unit) {
		text := a.String()
		if sort == beneath {
			text = fmt.Sprintf("%s/%d", a, networkBits)
		}
		asks = append(asks, Ask{h.secret.key(match.Address, sort, a.AsSlice()), Within, text})
	}
	return asks, nil
}

// following is the next address, or the first of the next network of 64 bits.
func following(a netip.Addr, unit int) netip.Addr {
	if unit != networkBits {
		return a.Next()
	}
	b := a.As16()
	binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(b[:8])+1)
	return netip.AddrFrom16(b)
}
