package release

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"

	"threatwatch"
	"threatwatch/store"
)

// Query selects a page. The zero value is everything, latest versions, oldest first.
type Query struct {
	Collection   string // UUID or alias; "": everything that is visible
	Types        []string
	IDs          []string
	Sources      []string // names
	SpecVersions []string // "2.0", "2.1"
	HighestSpec  bool     // without SpecVersions: 2.0 versions only of objects without a 2.1 version here (TAXII 2.1 §3.4.1)
	Version      store.Version
	AddedAfter   store.Stamp // exclusive; a filter (TAXII 2.1 §3.4)
	Newest       bool
	Limit        int    // 0: no limit
	Next         string // cursor of the page before
	Bare         bool   `json:"-"` // only Added and Raw of the items are wanted; not with IDs or Sources
}

// Latest selects the last version of each object: what pages show.
var Latest = store.Version{Last: true}

// All selects every version of each object.
var All = store.Version{All: true}

// Stamp is the order in which things came in.
type Stamp = store.Stamp

// Stop, returned by a callback, ends a walk early without an error.
var Stop = store.Stop

// cursor is where a page ended, of which query, for whom.
type cursor struct {
	Query Query       `json:"q"` // without Limit and Next
	At    store.Stamp `json:"p"`
}

const macSize = 16

func (v *View) mac(body []byte) []byte {
	m := hmac.New(sha256.New, v.r.secret)
	m.Write([]byte("cursor/1\n"))
	m.Write([]byte(v.subjectKey()))
	m.Write(body)
	return m.Sum(nil)[:macSize]
}

func (v *View) seal(q Query, at store.Stamp) (string, error) {
	q.Limit, q.Next = 0, ""
	body, err := json.Marshal(cursor{q, at})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(v.mac(body), body...)), nil
}

// resume takes the query from its cursor. What is repeated beside the cursor must be the same; what is left out is taken from it; the
// limit may change. A cursor made for another subject, or for rights that have changed, is refused.
func (v *View) resume(q Query) (Query, store.Stamp, error) {
	if q.Next == "" {
		return q, 0, nil
	}
	bad := threatwatch.Errorf(threatwatch.Invalid, "this next is not one of ours, or belongs to another query or caller: start again without it")
	b, err := base64.RawURLEncoding.Strict().DecodeString(q.Next)
	if err != nil || len(b) < macSize || !hmac.Equal(b[:macSize], v.mac(b[macSize:])) {
		return q, 0, bad
	}
	var c cursor
	if err := json.Unmarshal(b[macSize:], &c); err != nil {
		return q, 0, bad
	}
	had, now := reflect.ValueOf(c.Query), reflect.ValueOf(q)
	for i := range had.NumField() {
		name := had.Type().Field(i).Name
		if name == "Limit" || name == "Next" || name == "Newest" || name == "Bare" || now.Field(i).IsZero() {
			continue
		}
		if !reflect.DeepEqual(normal(now.Field(i).Interface()), normal(had.Field(i).Interface())) {
			return q, 0, bad
		}
	}
	c.Query.Limit, c.Query.Bare = q.Limit, q.Bare
	return c.Query, c.At, nil
}

// normal makes lists comparable whatever their order.
func normal(x any) any {
	if s, ok := x.([]string); ok {
		return slices.Sorted(slices.Values(s))
	}
	return x
}
