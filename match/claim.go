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

// A record of claims keeps them in the 16 bytes of an indicator's UUID and five columns, and equal ones of lists once: what many share (source, level,
// confidence, place) and the names are interned.
type claims struct {
	uuids       [][16]byte
	from, until column // see moment
	by, called  column // numbers of terms and of the name
	keys        column // where claims have keys: all of a record or none
	keyed       bool

	terms []terms
	names []string
	finder

	termsOf map[terms]uint32 // while building
	namesOf map[string]uint32
	listed  map[listedRow]uint32
}

// listedRow is all of a claim that a list makes.
type listedRow struct {
	from, until int64
	by, called  uint32
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
	t := terms{source: c.Source, where: c.Where, tlp: c.TLP, confidence: c.Confidence}
	var uuid [16]byte
	t.idPrefix, uuid = packID(c.ID)
	by, called, next := intern(cs.termsOf, &cs.terms, t), intern(cs.namesOf, &cs.names, c.Name), uint32(cs.count())
	if c.ID == "" {
		listed := listedRow{c.From, c.Until, by, called}
		if n, ok := cs.listed[listed]; ok {
			return n
		}
		cs.listed[listed] = next
	}
	cs.uuids = append(cs.uuids, uuid)
	cs.from.add(moment(c.From))
	cs.until.add(moment(c.Until))
	cs.by.add(uint64(by))
	cs.called.add(uint64(called))
	cs.keys.add(uint64(c.Key))
	cs.keyed = cs.keyed || c.Key != 0
	return next
}

func (cs *claims) count() int { return len(cs.uuids) }

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
	cs.uuids, cs.names = append([][16]byte(nil), cs.uuids...), append([]string(nil), cs.names...)
	for _, c := range [...]*column{&cs.from, &cs.until, &cs.by, &cs.called, &cs.keys} {
		c.seal()
	}
}

func (cs *claims) get(n uint32) Claim {
	t := &cs.terms[cs.by.at(n)]
	return Claim{ID: unpackID(t.idPrefix, cs.uuids[n]), Name: cs.names[cs.called.at(n)], Source: t.source, From: timeOf(cs.from.at(n)), Until: timeOf(cs.until.at(n)),
		Confidence: t.confidence, TLP: t.tlp, Where: t.where, Key: cs.key(n)}
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

// moment is a time as columns have it: what lies between 1970 and the year 4253 takes seven bytes or less, and so do the two that never come.
func moment(t int64) uint64 {
	switch {
	case t >= silent:
		return uint64(t-silent) + 1
	case t > 0:
		return uint64(t) + 2
	}
	return uint64(t)
}

// timeOf undoes moment.
func timeOf(m uint64) int64 {
	switch t := int64(m); {
	case t <= 0:
		return t
	case t <= 2:
		return silent + t - 1
	default:
		return t - 2
	}
}

// never says that a claim holds at no time.
func (cs *claims) never(n uint32) bool { return timeOf(cs.from.at(n)) >= silent }

func (cs *claims) silent(n uint32) bool { return timeOf(cs.from.at(n)) == silent }

// validAt says whether a claim held at a moment.
func (cs *claims) validAt(n uint32, at int64) bool {
	return valid(timeOf(cs.from.at(n)), timeOf(cs.until.at(n)), at)
}

func (cs *claims) retire(n uint32) { cs.from.set(n, moment(retired)) }

// keep remembers an assertion that says nothing.
func (cs *claims) keep(key int64, id string) { cs.add(&Claim{ID: id, Key: key, From: silent}) }
