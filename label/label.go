// Package label says who may see what: a TLP 2.0 level, the audience its owner named, PAP, IEP, embargo, and how labels join.
//
// A label is computed once, on the way in, and decided on at every way out. It knows no store and no clock. What each level means for a
// given reader is release.Decide's; here is only the data and its order: [Join] is the least label that is at least as strict as both.
package label

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/stix"
)

// Label is the handling of one object. The zero value is CLEAR, said by the operator of this exchange.
type Label struct {
	TLP        stix.Level `json:"tlp,omitempty"`
	Owner      string     `json:"owner,omitempty"`      // organisation that said it; "" is the operator of this exchange
	Mixed      bool       `json:"mixed,omitempty"`      // joined from several owners: nobody is the owner any more
	Audience   []string   `json:"audience,omitempty"`   // organisations named as recipients, sorted
	Persons    []string   `json:"persons,omitempty"`    // "person@org" named for RED, sorted
	PAP        stix.Level `json:"pap,omitempty"`        // what may be done with it, not who may see it
	IEP        *IEP       `json:"iep,omitempty"`        // restrictions of an Information Exchange Policy
	Statements []string   `json:"statements,omitempty"` // ids of marking definitions: obligations that travel, not limits
	Embargo    int64      `json:"embargo,omitempty"`    // microseconds since 1970: until then only the owner
	Unknown    bool       `json:"unknown,omitempty"`    // a marking that nobody could resolve: only the owner
}

// IEP is what an Information Exchange Policy 2.0 restricts beyond its TLP.
type IEP struct {
	Encrypt  bool  `json:"encrypt,omitempty"`   // encrypt_in_transit: must
	NoCredit bool  `json:"no_credit,omitempty"` // attribution: must-not
	NoNotice bool  `json:"no_notice,omitempty"` // affected_party_notifications: must-not
	NoResale bool  `json:"no_resale,omitempty"` // unmodified_resale: must-not
	Actions  uint8 `json:"actions,omitempty"`   // 0 unrestricted; 1 none … 5 externally visible direct actions
	Start    int64 `json:"start,omitempty"`     // microseconds since 1970; before it the policy falls back to AMBER+STRICT
	Until    int64 `json:"until,omitempty"`     // the same after it
}

// Body is the canonical text of a label: equal labels have equal bodies, so that a store can intern them.
func (l Label) Body() string {
	l.Audience, l.Persons, l.Statements = set(l.Audience), set(l.Persons), set(l.Statements)
	if l.IEP != nil && *l.IEP == (IEP{}) {
		l.IEP = nil
	}
	b, err := json.Marshal(l)
	if err != nil { // only plain data is in it
		panic(err)
	}
	return string(b)
}

// Parse reads a body.
func Parse(body string) (Label, error) {
	var l Label
	dec := json.NewDecoder(strings.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return Label{TLP: stix.Red, Unknown: true}, fmt.Errorf("read label: %w", err)
	}
	return l, nil
}

// ParseLevel reads the name of a TLP level: any case, "TLP:" in front allowed, white meaning clear.
func ParseLevel(s string) (stix.Level, error) {
	l, ok := stix.LevelNamed(s)
	if !ok {
		return stix.Red, threatwatch.Errorf(threatwatch.Invalid, "%q is no TLP level: clear, green, amber, amber+strict or red", s)
	}
	return l, nil
}

// String is the level as FIRST prints it.
func (l Label) String() string { return "TLP:" + strings.ToUpper(l.TLP.String()) }

// Join returns the strictest of both: who may see it may see each. Audiences are cut to what both name, obligations are united.
func Join(a, b Label) Label {
	j := Label{
		TLP:        max(a.TLP, b.TLP),
		PAP:        max(a.PAP, b.PAP),
		IEP:        joinIEP(a.IEP, b.IEP),
		Embargo:    max(a.Embargo, b.Embargo),
		Unknown:    a.Unknown || b.Unknown,
		Statements: set(slices.Concat(a.Statements, b.Statements)),
	}
	j.Owner, j.Mixed = a.Owner, a.Mixed || b.Mixed
	if a.Owner != b.Owner || j.Mixed {
		j.Owner, j.Mixed = "", true
	}
	j.Audience = joinAudience(a, b)
	j.Persons = joinPersons(a, b)
	return j
}

// joinAudience cuts the named recipients to those whom both labels admit. Up to GREEN a label admits every organisation. The owners of
// different labels lose their standing and stay only as recipients, where the other label admits them.
func joinAudience(a, b Label) []string {
	mixed := a.Owner != b.Owner || a.Mixed || b.Mixed
	ours, theirs := a.recipients(mixed), b.recipients(mixed)
	switch {
	case a.open() && b.open():
		return nil
	case a.open():
		return theirs
	case b.open():
		return ours
	}
	var both []string
	for _, o := range ours {
		if slices.Contains(theirs, o) {
			both = append(both, o)
		}
	}
	return both
}

// open says that the label names no recipients because it does not need to.
func (l Label) open() bool { return l.TLP <= stix.Green }

func (l Label) recipients(withOwner bool) []string {
	r := slices.Clone(l.Audience)
	if withOwner && !l.Mixed {
		r = append(r, l.Owner)
	}
	return set(r)
}

// joinPersons cuts the persons named for RED to those whom both labels name; a label below RED names nobody and cuts nothing here.
func joinPersons(a, b Label) []string {
	switch {
	case a.TLP < stix.Red && b.TLP < stix.Red:
		return nil
	case a.TLP < stix.Red:
		return set(b.Persons)
	case b.TLP < stix.Red:
		return set(a.Persons)
	}
	var both []string
	for _, p := range set(a.Persons) {
		if slices.Contains(b.Persons, p) {
			both = append(both, p)
		}
	}
	return both
}

func joinIEP(a, b *IEP) *IEP {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	j := IEP{
		Encrypt:  a.Encrypt || b.Encrypt,
		NoCredit: a.NoCredit || b.NoCredit,
		NoNotice: a.NoNotice || b.NoNotice,
		NoResale: a.NoResale || b.NoResale,
		Start:    max(a.Start, b.Start),
		Actions:  least(a.Actions, b.Actions),
	}
	j.Until = a.Until
	if j.Until == 0 || b.Until != 0 && b.Until < j.Until {
		j.Until = b.Until
	}
	return &j
}

// least is the smaller of two numbers of which 0 means unrestricted.
func least(a, b uint8) uint8 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// Closed says whether everyone who may see an object labelled holder may also see one labelled target, now and later.
func Closed(holder, target Label) bool {
	h, j := holder, Join(holder, target)
	h.PAP, j.PAP, h.Statements, j.Statements, h.IEP, j.IEP = 0, 0, nil, nil, nil, nil
	if target.IEP != nil && (holder.IEP == nil || *joinIEP(holder.IEP, target.IEP) != *holder.IEP) {
		return false
	}
	return h.Body() == j.Body()
}

// FromMarkings joins the meaning of markings to a base label. A marking that says nothing known makes the label unknown (S062).
func FromMarkings(base Label, ms []stix.Marking) Label {
	for _, m := range ms {
		l := Label{Owner: base.Owner, Mixed: base.Mixed, Unknown: !m.Known}
		if m.TLP != nil {
			l.TLP = *m.TLP
		}
		if m.PAP != nil {
			l.PAP = *m.PAP
		}
		if m.IEP != nil {
			iep, tlp := fromIEP(m.IEP)
			l.IEP, l.TLP = iep, max(l.TLP, tlp)
		}
		if m.Statement != "" || m.IEP != nil {
			l.Statements = []string{m.ID}
		}
		if l.TLP >= stix.Amber { // a TLP marking names nobody, so it does not cut the audience that the owner chose
			l.Audience = base.Audience
		}
		if l.TLP == stix.Red && base.TLP == stix.Red {
			l.Persons = base.Persons
		}
		base = Join(base, l)
	}
	return base
}

// fromIEP reads the fields of IEP 2.0 that restrict release or use.
func fromIEP(v *stix.Value) (*IEP, stix.Level) {
	word := func(name string) string { return strings.ToLower(v.Get(name).Text()) }
	p := &IEP{
		Encrypt:  word("encrypt_in_transit") == "must",
		NoCredit: word("attribution") == "must-not" || word("provider_attribution") == "must-not",
		NoNotice: word("affected_party_notifications") == "must-not",
		NoResale: word("unmodified_resale") == "must-not",
	}
	actions := []string{"none", "contact-for-instruction", "internally-visible-actions", "externally-visible-indirect-actions", "externally-visible-direct-actions"}
	if i := slices.Index(actions, word("permitted_actions")); i >= 0 {
		p.Actions = uint8(i + 1)
	}
	if t, err := stix.ParseTime(v.Get("start_date").Text()); err == nil {
		p.Start = t.UnixMicro()
	}
	if t, err := stix.ParseTime(v.Get("end_date").Text()); err == nil {
		p.Until = t.UnixMicro()
	}
	tlp, ok := stix.LevelNamed(word("tlp"))
	if !ok {
		tlp = stix.AmberStrict
	}
	return p, tlp
}

// set sorts and removes what occurs twice; nil when empty.
func set(s []string) []string {
	if len(s) == 0 {
		return nil
	}
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}
