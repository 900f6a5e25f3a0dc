package match

import (
	"net/netip"

	"github.com/gaissmai/bart"

	"threatwatch/logs"
)

// A core is values with the claims about them, sealed: nothing changes it any more.
type core struct {
	table
	claims
	nets     *bart.Table[[]uint32] // networks to claims
	networks int
	classes  [JA4 + 1]int // how many values of each class

	compounds map[uint32]*Compound // by claim
	facts     map[factKey][]uint32 // claims of compounds
	asks      bool                 // some are found by facts
	needles   needles
	bounds    [logs.Kinds][]boundOn
	always    [logs.Kinds][]uint32 // claims of compounds that are tried on each record with a field of the kind
	tried     int                  // how many there are of the two
	untried   int                  // how many more there would be, see maxAlways
}

// Builder gathers values and claims for an Index.
type Builder struct{ c *core }

// NewBuilder returns an empty Builder.
func NewBuilder() *Builder { return &Builder{newCore()} }

func newCore() *core {
	return &core{table: *newTable(), claims: *newClaims(), nets: new(bart.Table[[]uint32]), compounds: map[uint32]*Compound{}, facts: map[factKey][]uint32{}}
}

// Add says that a claim is about a value.
func (b *Builder) Add(v Value, c Claim) error { return b.c.addValue(&v, b.c.claims.add(&c)) }

// AddAll says that one claim is about several values.
func (b *Builder) AddAll(vs []Value, c Claim) error {
	if len(vs) == 0 {
		return nil
	}
	n := b.c.claims.add(&c)
	for i := range vs {
		if err := b.c.addValue(&vs[i], n); err != nil {
			return err
		}
	}
	return nil
}

// Len is how many values there are.
func (b *Builder) Len() int { return b.c.len() }

func (c *core) addValue(v *Value, claim uint32) error {
	before := c.len()
	if v.Class == Network {
		c.nets.Modify(v.net, func(old []uint32, ok bool) ([]uint32, bool) {
			if !ok {
				c.networks++
			}
			return append(old, claim), false
		})
	} else if err := c.table.add(v, claim); err != nil {
		return err
	}
	c.classes[v.Class] += c.len() - before
	return nil
}

func (c *core) len() int { return c.table.len() + c.networks }

func (c *core) seal() error {
	c.claims.seal()
	return c.table.seal()
}

// around calls f for each network that holds an address, widest last.
func (c *core) around(a netip.Addr, f func(net netip.Prefix, about []uint32)) {
	if c.networks == 0 || !c.nets.Contains(a) {
		return
	}
	for p, about := range c.nets.Supernets(netip.PrefixFrom(a, a.BitLen())) {
		f(p, about)
	}
}
