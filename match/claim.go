package match

import (
	"encoding/hex"
	"math"
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

// A record of claims keeps them in 32 bytes each, 40 where some of them end, and equal ones of lists once: what many share (source, level, confidence,
// place) and the names are interned.
type claims struct {
	rows  []claimRow
	ends  []int64 // until when the rows hold; nil: for ever
	terms []terms
	names []string
	keys  keys // of the rows, where claims have keys: all of a record or none
	finder

	termsOf map[terms]uint32 // while building
	namesOf map[string]uint32
	listed  map[listedRow]uint32
}

type claimRow struct {
	id          [16]byte // the UUID of an indicator
	from        int64
	terms, said uint32 // numbers of terms and of the name
}

// listedRow is all of a claim that a list makes.
type listedRow struct {
	claimRow
	until int64
}

type terms struct {
	source, where, tlp string
	idPrefix           string // "indicator--", or an id that is no UUID, whole
	confidence         int8
}

func newClaims() *claims {
	return &claims{termsOf: map[terms]uint32{}, namesOf: map[string]uint32{}, listed: map[listedRow]uint32{}}
}

func (cs *claims) add(c *Claim) uint32 {
	row := claimRow{from: c.From}
	t := terms{source: c.Source, where: c.Where, tlp: c.TLP, confidence: c.Confidence}
	t.idPrefix, row.id = packID(c.ID)
	row.terms = intern(cs.termsOf, &cs.terms, t)
	row.said = intern(cs.namesOf, &cs.names, c.Name)
	next := uint32(len(cs.rows))
	if c.ID == "" {
		listed := listedRow{row, c.Until}
		if n, ok := cs.listed[listed]; ok {
			return n
		}
		cs.listed[listed] = next
	}
	if c.Until != 0 && cs.ends == nil {
		cs.ends = make([]int64, next, cap(cs.rows)+1)
	}
	if cs.rows = append(cs.rows, row); cs.ends != nil {
		cs.ends = append(cs.ends, c.Until)
	}
	if c.Key != 0 {
		cs.keys.add(c.Key)
	}
	return next
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
	cs.rows, cs.ends, cs.names = append([]claimRow(nil), cs.rows...), append([]int64(nil), cs.ends...), append([]string(nil), cs.names...)
	cs.keys.seal()
}

func (cs *claims) get(n uint32) Claim {
	r := &cs.rows[n]
	t := &cs.terms[r.terms]
	return Claim{ID: unpackID(t.idPrefix, r.id), Name: cs.names[r.said], Source: t.source, From: r.from, Until: cs.until(n),
		Confidence: t.confidence, TLP: t.tlp, Where: t.where, Key: cs.name(n).key}
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

// What a claim begins with that never holds.
const (
	silent  = math.MaxInt64 - 1 // it says nothing, and is there to be known by its key
	retired = math.MaxInt64     // a later version takes its place
)

// never says that a claim holds at no time.
func (cs *claims) never(n uint32) bool { return cs.rows[n].from >= silent }

func (cs *claims) until(n uint32) int64 {
	if cs.ends == nil {
		return 0
	}
	return cs.ends[n]
}

// validAt says whether a claim held at a moment.
func (cs *claims) validAt(n uint32, at int64) bool { return valid(cs.rows[n].from, cs.until(n), at) }

func (cs *claims) retire(n uint32) { cs.rows[n].from = retired }

// keep remembers an assertion that says nothing.
func (cs *claims) keep(key int64, id string) { cs.add(&Claim{ID: id, Key: key, From: silent}) }
