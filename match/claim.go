package match

import (
	"encoding/hex"
	"hash/maphash"
	"math/bits"
	"strings"
	"time"

	"threatwatch/stix"
)

// Claim is what one source says about values.
type Claim struct {
	ID         string // of the indicator; "" when it comes from a list
	Name       string // of the indicator, or what the list says beside the value
	Source     string // who says it
	From       int64  // valid from, microseconds since 1970; 0: always
	Until      int64  // valid until, exclusive (STIX 2.1 §4.7); 0: for ever
	Confidence int8   // 0 to 100 (STIX 2.1 §3.2); -1: not said
	TLP        string // level, "" when nothing marks it
	Where      string // file or collection it was read from
	Key        int64  // what an exchange knows its assertion by; 0: none
}

// ValidAt says whether the claim held at a moment (microseconds since 1970).
func (c *Claim) ValidAt(at int64) bool { return valid(c.From, c.Until, at) }

func valid(from, until, at int64) bool { return at >= from && (until == 0 || at < until) }

// ValidTime prints when it holds, "" for always.
func (c *Claim) ValidTime() string {
	var b strings.Builder
	if c.From != 0 {
		b.WriteString("from " + time.UnixMicro(c.From).UTC().Format(time.RFC3339))
	}
	if c.Until != 0 {
		b.WriteString(" until " + time.UnixMicro(c.Until).UTC().Format(time.RFC3339))
	}
	return strings.TrimSpace(b.String())
}

// A record of claims keeps them in 40 bytes each, and equal ones of lists once: what many share (source, level, confidence, place) and the
// names are interned.
type claims struct {
	rows  []claimRow
	keys  []int64 // of the rows, where claims have keys: all of a record or none
	terms []terms
	names []string

	slots  []uint32 // see named
	newest int64    // of the keys, with slots

	termsOf map[terms]uint32 // while building
	namesOf map[string]uint32
	listed  map[claimRow]uint32
}

type claimRow struct {
	id          [16]byte // the UUID of an indicator
	from, until int64
	terms, said uint32 // numbers of terms and of the name
}

type terms struct {
	source, where, tlp string
	idPrefix           string // "indicator--", or an id that is no UUID, whole
	confidence         int8
}

func newClaims() *claims {
	return &claims{termsOf: map[terms]uint32{}, namesOf: map[string]uint32{}, listed: map[claimRow]uint32{}}
}

func (cs *claims) add(c *Claim) uint32 {
	row := claimRow{from: c.From, until: c.Until}
	t := terms{source: c.Source, where: c.Where, tlp: c.TLP, confidence: c.Confidence}
	t.idPrefix, row.id = packID(c.ID)
	row.terms = intern(cs.termsOf, &cs.terms, t)
	row.said = intern(cs.namesOf, &cs.names, c.Name)
	if c.ID == "" {
		return intern(cs.listed, &cs.rows, row)
	}
	cs.rows = append(cs.rows, row)
	if c.Key != 0 {
		cs.keys = append(cs.keys, c.Key)
	}
	return uint32(len(cs.rows) - 1)
}

func intern[T comparable](of map[T]uint32, all *[]T, x T) uint32 {
	n, ok := of[x]
	if !ok {
		n = uint32(len(*all))
		of[x] = n
		*all = append(*all, x)
	}
	return n
}

// seal forgets what only building needs, and gives back the room for more.
func (cs *claims) seal() {
	cs.termsOf, cs.namesOf, cs.listed = nil, nil, nil
	cs.rows, cs.keys, cs.names = append([]claimRow(nil), cs.rows...), append([]int64(nil), cs.keys...), append([]string(nil), cs.names...)
}

func (cs *claims) get(n uint32) Claim {
	r := &cs.rows[n]
	t := &cs.terms[r.terms]
	return Claim{ID: unpackID(t.idPrefix, r.id), Name: cs.names[r.said], Source: t.source, From: r.from, Until: r.until,
		Confidence: t.confidence, TLP: t.tlp, Where: t.where, Key: cs.name(n).key}
}

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

func (cs *claims) name(n uint32) claimName {
	if len(cs.keys) > 0 {
		return claimName{key: cs.keys[n]}
	}
	r := &cs.rows[n]
	return claimName{prefix: cs.terms[r.terms].idPrefix, uuid: r.id}
}

// named appends the claims of a name. They are found by open addressing over numbers plus one, made by the first who asks: one goroutine at a time may.
func (cs *claims) named(found []uint32, name claimName) []uint32 {
	if cs.slots == nil {
		cs.number()
	}
	if len(cs.rows) == 0 || name == (claimName{}) || name.key > cs.newest {
		return found
	}
	for i := cs.place(name); cs.slots[i] != 0; i = (i + 1) % len(cs.slots) {
		if n := cs.slots[i] - 1; cs.name(n) == name {
			found = append(found, n)
		}
	}
	return found
}

// number makes the slots of named.
func (cs *claims) number() {
	cs.slots = make([]uint32, len(cs.rows)*4/3+1)
	for _, key := range cs.keys {
		cs.newest = max(cs.newest, key)
	}
	for n := range uint32(len(cs.rows)) {
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

// packID splits an id into what many share and its UUID (STIX 2.1 §2.9).
func packID(id string) (prefix string, uuid [16]byte) {
	if !stix.ValidID(id) {
		return id, uuid
	}
	at := len(id) - 36
	if _, err := hex.Decode(uuid[:], []byte(strings.ReplaceAll(id[at:], "-", ""))); err != nil || strings.ToLower(id) != id {
		return id, [16]byte{}
	}
	return id[:at], uuid
}

func unpackID(prefix string, uuid [16]byte) string {
	if uuid == ([16]byte{}) {
		return prefix
	}
	h := hex.EncodeToString(uuid[:])
	return prefix + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// What a claim ends with that ended before it began.
const (
	retired = -1 // a later version takes its place
	silent  = -2 // it says nothing, and is there to be known by its key
)

func (cs *claims) retire(n uint32) { cs.rows[n].from, cs.rows[n].until = 0, retired }

// keep remembers an assertion that says nothing.
func (cs *claims) keep(key int64, id string) { cs.add(&Claim{ID: id, Key: key, Until: silent}) }
