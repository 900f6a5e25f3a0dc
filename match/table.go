package match

import (
	"bytes"
	"errors"
	"hash/maphash"
	"math"
	"math/bits"

	"github.com/FastFilter/xorfilter"
)

// A table holds values exactly: open addressing over slots of 8 bytes, the keys one after the other in one arena.
//
//	slot     upper half a tag (part of the hash), lower half the number of a value plus one; 0: free
//	start[n] where the key of value n begins: a byte for class and rule, then the key, up to start[n+1]
//	first[n] the claim about value n; claims beyond the first are in more[n]
//	filter   binary fuse over the hashes: passes every value that is there and 1 of 256 that is not
//
// Per value that is 9 bytes of slots once sealed, 4, 4, and 1.13, beside the key.
type table struct {
	slots  []uint64
	start  []uint32
	first  []uint32
	more   map[uint32][]uint32
	arena  []byte
	filter *xorfilter.BinaryFuse[uint8]
}

var errFull = errors.New("an index holds at most 4 GiB of values")

func newTable() *table {
	return &table{slots: make([]uint64, 64), start: []uint32{0}, more: map[uint32][]uint32{}}
}

// seed is that of all tables, so that one hash serves to look into several. It is random: nobody can choose values that collide.
var seed = maphash.MakeSeed()

// hashOf tells equal keys of different classes apart.
func hashOf(c Class, key []byte) uint64 {
	return maphash.Bytes(seed, key) ^ uint64(c)*0x9e3779b97f4a7c15
}

func head(c Class, r rule) byte { return byte(c)<<2 | byte(r) }

func (t *table) len() int { return len(t.first) }

// value returns the parts of value n.
func (t *table) value(n uint32) (c Class, r rule, key []byte) {
	b := t.arena[t.start[n]:t.start[n+1]]
	return Class(b[0] >> 2), rule(b[0] & 3), b[1:]
}

// place is where the search for a hash begins: its upper bits scaled to the number of slots, which need not be a power of two.
func (t *table) place(h uint64) int {
	hi, _ := bits.Mul64(h, uint64(len(t.slots)))
	return int(hi)
}

// find returns the number of a value. Values of one key with different rules are different values; which chooses among them.
func (t *table) find(h uint64, c Class, key []byte, which func(r rule) bool) (uint32, bool) {
	for i := t.place(h); ; {
		s := t.slots[i]
		if s == 0 {
			return 0, false
		}
		if uint32(s>>32) == uint32(h) {
			n := uint32(s) - 1
			if vc, r, k := t.value(n); vc == c && bytes.Equal(k, key) && which(r) {
				return n, true
			}
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
}

// add says of a value that claim is about it.
func (t *table) add(v *Value, claim uint32) error {
	key := []byte(v.key)
	h := hashOf(v.Class, key)
	if n, ok := t.find(h, v.Class, key, func(r rule) bool { return r == v.rule }); ok {
		t.claim(n, claim)
		return nil
	}
	if len(t.arena)+len(key)+1 > math.MaxUint32 {
		return errFull
	}
	if (t.len()+1)*4 > len(t.slots)*3 {
		t.grow(len(t.slots) * 2)
	}
	t.arena = append(append(t.arena, head(v.Class, v.rule)), key...)
	t.start = append(t.start, uint32(len(t.arena)))
	t.first = append(t.first, claim)
	t.put(h, uint32(t.len()))
	return nil
}

func (t *table) claim(n, claim uint32) {
	if t.first[n] == claim {
		return
	}
	for _, c := range t.more[n] {
		if c == claim {
			return
		}
	}
	t.more[n] = append(t.more[n], claim)
}

func (t *table) put(h uint64, number uint32) {
	i := t.place(h)
	for t.slots[i] != 0 {
		if i++; i == len(t.slots) {
			i = 0
		}
	}
	t.slots[i] = h<<32 | uint64(number)
}

func (t *table) grow(slots int) {
	t.slots = make([]uint64, slots)
	for n := range uint32(t.len()) {
		c, _, key := t.value(n)
		t.put(hashOf(c, key), n+1)
	}
}

// seal gives back what building took and makes the filter.
func (t *table) seal() error {
	t.arena, t.start, t.first = bytes.Clone(t.arena), append([]uint32(nil), t.start...), append([]uint32(nil), t.first...)
	t.grow(t.len()*8/7 + 16) // full, but what is not there seldom comes as far as the slots
	if t.len() == 0 {
		return nil
	}
	keys := make([]uint64, t.len())
	for n := range keys {
		c, _, key := t.value(uint32(n))
		keys[n] = hashOf(c, key)
	}
	var err error
	t.filter, err = xorfilter.NewBinaryFuse[uint8](keys)
	return err
}

// may says whether a value with this hash may be there.
func (t *table) may(h uint64) bool { return t.filter != nil && t.filter.Contains(h) }

// about calls f for the claims about value n.
func (t *table) about(n uint32, f func(claim uint32)) {
	f(t.first[n])
	for _, c := range t.more[n] {
		f(c)
	}
}
