// Package label says who may see what: a TLP 2.0 level, the audience its owner named, PAP, IEP, embargo, and how labels join.
//
// A label is computed once, on the way in, and decided on at every way out. It knows no store and no clock. What each level means for a
// given reader is release.Decide's; here is only the data and its order: [Join] is the least label that is at least as strict as both.
package label

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
	And        []Label    `json:"and,omitempty"`        // of a joined label: the labels of which each must admit a reader
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

// Values of Actions: what others outside may come to see, through third parties or at once.
const (
	IndirectActions = 4
	DirectActions   = 5
)

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
	err := dec.Decode(&l)
	if err == nil && dec.More() {
		err = errors.New("data after the end")
	}
	if err != nil {
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

// Parts are the labels of which each must admit a reader: And, or the label itself.
func (l Label) Parts() []Label {
	if len(l.And) > 0 {
		return l.And
	}
	return []Label{l}
}

// Nameless says that whoever said it must not be named.
func (l Label) Nameless() bool { return l.IEP != nil && l.IEP.NoCredit }

// NamelessMarking says that a marking definition wants those whom it binds to be nameless: then so must be who defined it.
func NamelessMarking(m stix.Marking) bool {
	if m.IEP == nil {
		return false
	}
	iep, _, _ := fromIEP(m.IEP)
	return iep.NoCredit
}

// open says that the label names no recipients because it does not need to.
func (l Label) open() bool { return l.TLP <= stix.Green }

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
	if target.IEP != nil && (holder.IEP == nil || *joinIEP(holder.IEP, target.IEP) != *holder.IEP) {
		return false
	}
	return maps.Equal(atomsOf(holder), atomsOf(holder, target))
}

// FromMarkings tightens a base label by markings. A marking names nobody, so it cuts no audience that the owner chose. One that says
// nothing known makes the label unknown (S062).
func FromMarkings(base Label, ms []stix.Marking) Label {
	for _, m := range ms {
		parts := slices.Clone(base.Parts())
		for i := range parts {
			parts[i] = parts[i].tighten(m)
		}
		if len(parts) == 1 {
			base = parts[0]
			continue
		}
		pap, statements, iep := base.PAP, base.Statements, base.IEP
		base = parts[0]
		for _, p := range parts[1:] {
			base = Join(base, p)
		}
		base.PAP, base.Statements, base.IEP = max(base.PAP, pap), set(slices.Concat(base.Statements, statements)), joinIEP(base.IEP, iep)
	}
	return base
}

// tighten applies one marking to a label of one owner.
func (l Label) tighten(m stix.Marking) Label {
	l.Unknown = l.Unknown || !m.Known
	tlp := stix.Clear
	if m.TLP != nil {
		tlp = *m.TLP
	}
	if m.PAP != nil {
		l.PAP = max(l.PAP, *m.PAP)
	}
	if m.IEP != nil {
		iep, level, ok := fromIEP(m.IEP)
		l.IEP, tlp, l.Unknown = joinIEP(l.IEP, iep), max(tlp, level), l.Unknown || !ok
	}
	if m.Statement != "" || m.IEP != nil {
		l.Statements = set(append(slices.Clone(l.Statements), m.ID))
	}
	if l.TLP < stix.Red {
		l.Persons = nil
	}
	l.TLP = max(l.TLP, tlp)
	return l
}

// fromIEP reads the fields of IEP 2.0 that restrict release or use. A time that cannot be read is not ok; actions that are not known
// are none.
func fromIEP(v *stix.Value) (p *IEP, tlp stix.Level, ok bool) {
	word := func(name string) string { return strings.ToLower(v.Get(name).Text()) }
	p = &IEP{
		Encrypt:  word("encrypt_in_transit") == "must",
		NoCredit: word("attribution") == "must-not" || word("provider_attribution") == "must-not",
		NoNotice: word("affected_party_notifications") == "must-not",
		NoResale: word("unmodified_resale") == "must-not",
	}
	actions := []string{"none", "contact-for-instruction", "internally-visible-actions", "externally-visible-indirect-actions", "externally-visible-direct-actions"}
	if said := word("permitted_actions"); said != "" {
		p.Actions = uint8(max(slices.Index(actions, said), 0) + 1)
	}
	ok = true
	for name, to := range map[string]*int64{"start_date": &p.Start, "end_date": &p.Until} {
		said := v.Get(name).Text()
		t, err := stix.ParseTime(said)
		switch {
		case err == nil:
			*to = t.UnixMicro()
			if *to == 0 {
				*to = 1 // 1970: over, rather than no time at all
			}
		case said != "" || v.Get(name) != nil && v.Get(name).Kind != stix.Null:
			ok = false
		}
	}
	if level, known := stix.LevelNamed(word("tlp")); known {
		return p, level, ok
	}
	return p, stix.AmberStrict, ok
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
