package match

import (
	"encoding/hex"
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
	terms []terms
	names []string

	termsOf map[terms]uint32 // while building
	namesOf map[string]uint32
	listed  map[claimRow]uint32
}

type claimRow struct {
	id          [16]byte // the UUID of an indicator
	from, until int64
	terms, name uint32
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
	row.name = intern(cs.namesOf, &cs.names, c.Name)
	if c.ID == "" {
		return intern(cs.listed, &cs.rows, row)
	}
	cs.rows = append(cs.rows, row)
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
	cs.rows, cs.names = append([]claimRow(nil), cs.rows...), append([]string(nil), cs.names...)
}

func (cs *claims) get(n uint32) Claim {
	r := &cs.rows[n]
	t := &cs.terms[r.terms]
	return Claim{ID: unpackID(t.idPrefix, r.id), Name: cs.names[r.name], Source: t.source, From: r.from, Until: r.until,
		Confidence: t.confidence, TLP: t.tlp, Where: t.where}
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

// retire ends a claim before it began: a later version takes its place.
func (cs *claims) retire(n uint32) { cs.rows[n].from, cs.rows[n].until = 0, -1 }
