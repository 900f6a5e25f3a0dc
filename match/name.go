package match

import (
	"hash/maphash"
	"math/bits"
	"sort"
)

// claimName is what a claim is taken out by: its key, or the id of its indicator where it has none.
type claimName struct {
	key    int64
	prefix string
	uuid   [16]byte
}

func nameOf(key int64, id string) claimName {
	if key != 0 {
		return claimName{key: key}
	}
	prefix, uuid := packID(id)
	return claimName{prefix: prefix, uuid: uuid}
}

func (cs *claims) key(n uint32) int64 { return int64(cs.keys.at(n)) }

func (cs *claims) name(n uint32) claimName {
	if cs.keyed {
		return claimName{key: cs.key(n)}
	}
	return claimName{prefix: cs.terms[cs.by.at(n)].idPrefix, uuid: cs.uuids[n]}
}

// A finder finds claims by their names. Those that begin a record and whose keys rise, as assertions come, need no room for that; the others are found
// by open addressing over numbers plus one.
type finder struct {
	numbered bool
	newest   int64 // key
	rising   int   // so many rows have rising keys
	slots    []uint32
}

// number makes the finder.
func (cs *claims) number() {
	cs.numbered = true
	for n := uint32(0); cs.keyed && int(n) < cs.count(); n++ {
		key := cs.key(n)
		if int(n) == cs.rising && key >= cs.newest {
			cs.rising++
		}
		cs.newest = max(cs.newest, key)
	}
	others := cs.count() - cs.rising
	if others == 0 {
		return
	}
	cs.slots = make([]uint32, others*4/3+1)
	for n := uint32(cs.rising); int(n) < cs.count(); n++ {
		i := cs.place(cs.name(n))
		for cs.slots[i] != 0 {
			i = (i + 1) % len(cs.slots)
		}
		cs.slots[i] = n + 1
	}
}

func (cs *claims) place(name claimName) int {
	hi, _ := bits.Mul64(maphash.Comparable(seed, name), uint64(len(cs.slots)))
	return int(hi)
}

// named appends the claims of a name. The first who asks makes the finder, unless it was made: one goroutine at a time may.
func (cs *claims) named(found []uint32, name claimName) []uint32 {
	if !cs.numbered {
		cs.number()
	}
	if name == (claimName{}) || name.key > cs.newest {
		return found
	}
	for n := sort.Search(cs.rising, func(n int) bool { return cs.key(uint32(n)) >= name.key }); n < cs.rising && cs.key(uint32(n)) == name.key; n++ {
		found = append(found, uint32(n))
	}
	if len(cs.slots) == 0 {
		return found
	}
	for i := cs.place(name); cs.slots[i] != 0; i = (i + 1) % len(cs.slots) {
		if n := cs.slots[i] - 1; cs.name(n) == name {
			found = append(found, n)
		}
	}
	return found
}
