// Package release is the only door out: it decides who may see what, and shows each subject a view that holds exactly that.
//
// [Decide] is the policy: pure, total, with a reason. A [View] is what one subject may see, now: the set of labels for which
// Decide allows, pushed down into every query, so that counts, cursors, order and search are those of the view. Objects that may
// not leave as they are (flag store.Check) are looked at one by one on the way out; all others leave as the bytes that came in.
//
// doc/release.md tells the rules in plain words, with the leaks that are accepted.
package release

import (
	"slices"

	"threatwatch/label"
	"threatwatch/stix"
)

// Kind of subject.
type Kind string

// The kinds of subject.
const (
	Public   Kind = "public"   // nobody in particular
	Person   Kind = "person"   // somebody who signed in
	Client   Kind = "client"   // a program of an organisation
	Operator Kind = "operator" // who runs this exchange
)

// Subject is who asks.
type Subject struct {
	Kind     Kind
	Org      string   // organisation of a person or client
	ClientOf []string // organisations whose client that organisation is
	Person   string   // "name@org"
	Name     string   // for display and audit only
	Plain    bool     // asks over a channel on which others can listen
}

// Action is what is about to be done with the answer.
type Action string

// The actions. Each is a way out with rules of its own.
const (
	PublishPublic   Action = "publish_public"
	ShowPage        Action = "show_page"
	TaxiiRead       Action = "taxii_read"
	ExportFile      Action = "export_file"
	Search          Action = "search_result"
	Lookup          Action = "lookup"
	Aggregate       Action = "aggregate_stat"
	NotifyEmail     Action = "notify_email"
	Webhook         Action = "webhook"
	EnrichExternal  Action = "enrich_external"
	ExportBlocklist Action = "export_blocklist"
)

// within says that the answer stays within the exchange: it is shown, not sent.
func (a Action) within() bool {
	switch a {
	case ShowPage, TaxiiRead, ExportFile, Search, Lookup, Aggregate:
		return true
	}
	return false
}

// toPrograms says that a program reads the answer, whoever asked.
func (a Action) toPrograms() bool { return a == TaxiiRead || a == Webhook || a == NotifyEmail }

// Verdict is the answer of Decide.
type Verdict struct {
	Allow       bool
	Reason      string   // which rule decided, in a few words
	Obligations []string // ids of marking definitions that travel with the object
}

// rule is one line of the policy. It answers when it has something to say; the first answer counts.
type rule struct {
	name string
	says func(q question) (allow, answers bool)
}

// question is a label, or a part of one, seen from a subject.
type question struct {
	s   Subject
	l   label.Label
	pap stix.Level // of the whole label, as is what follows
	iep label.IEP
	tlp stix.Level // effective: IEP outside of its time falls back to AMBER+STRICT
	a   Action
	now int64
	own bool // the subject's organisation said it
	all bool // and nobody else had a part in it
}

// rules is the policy in the order in which it is asked. Sentences of TLP 2.0 (FIRST) in the comments.
func rules() []rule {
	return []rule{
		{"the operator sees everything", func(q question) (bool, bool) {
			return true, q.s.Kind == Operator && q.a.within()
		}},
		{"PAP forbids this use", func(q question) (bool, bool) {
			return false, q.a == EnrichExternal && q.pap > stix.Amber || q.a == ExportBlocklist && q.pap > stix.Green
		}},
		{"IEP permits no such action", func(q question) (bool, bool) {
			return false, q.iep.Actions != 0 && (q.a == EnrichExternal && q.iep.Actions < label.IndirectActions || q.a == ExportBlocklist && q.iep.Actions < label.DirectActions)
		}},
		{"IEP wants it encrypted on the way", func(q question) (bool, bool) {
			return false, q.iep.Encrypt && (q.a == NotifyEmail || q.s.Plain && !q.all)
		}},
		{"a marking is unknown", func(q question) (bool, bool) { return false, q.l.Unknown && !q.own }},
		{"under embargo", func(q question) (bool, bool) { return false, q.l.Embargo > q.now && !q.own }},
		{"only what is TLP:CLEAR goes to a third party's service", func(q question) (bool, bool) {
			return false, q.a == EnrichExternal && q.tlp > stix.Clear
		}},
		// "For the eyes and ears of individual recipients only, no further disclosure."
		{"TLP:RED is for named persons", func(q question) (bool, bool) {
			if q.tlp != stix.Red {
				return false, false
			}
			if q.own && len(q.l.Persons) == 0 && q.a != Webhook && q.a != NotifyEmail {
				return true, true // who said it, and named nobody yet, keeps it
			}
			if q.s.Kind != Person || q.a.toPrograms() {
				return false, true
			}
			return slices.Contains(q.l.Persons, q.s.Person), true
		}},
		{"its own organisation", func(q question) (bool, bool) { return true, q.own }},
		// "restricts sharing to the organization only"
		{"TLP:AMBER+STRICT is for named organisations", func(q question) (bool, bool) {
			return q.registered() && slices.Contains(q.l.Audience, q.s.Org), q.tlp == stix.AmberStrict
		}},
		// "within their organization and its clients"
		{"TLP:AMBER is for named organisations and their clients", func(q question) (bool, bool) {
			return q.registered() && (slices.Contains(q.l.Audience, q.s.Org) || slices.ContainsFunc(q.s.ClientOf, func(o string) bool {
				return o != "" && (slices.Contains(q.l.Audience, o) || !q.l.Mixed && o == q.l.Owner)
			})), q.tlp == stix.Amber
		}},
		// "within their community … not via publicly accessible channels"
		{"TLP:GREEN is for the members of this exchange", func(q question) (bool, bool) { return q.registered(), q.tlp == stix.Green }},
		// "there is no limit on disclosure"
		{"TLP:CLEAR", func(q question) (bool, bool) { return true, q.tlp == stix.Clear }},
	}
}

func (q question) registered() bool {
	return (q.s.Kind == Person || q.s.Kind == Client) && q.s.Org != "" && q.a != PublishPublic
}

// Decide says whether the subject may have an object with this label, for this action, at this moment (microseconds since 1970).
// It is pure and total: what no rule allows is denied.
func Decide(s Subject, l label.Label, a Action, now int64) Verdict {
	return decide(rules(), s, l, a, now)
}

// decide asks the policy about each part of the label; all must allow.
func decide(policy []rule, s Subject, l label.Label, a Action, now int64) (v Verdict) {
	for _, part := range l.Parts() {
		if v = decidePart(policy, s, part, l, a, now); !v.Allow {
			return v
		}
	}
	v.Obligations = l.Statements
	return v
}

func decidePart(policy []rule, s Subject, l, whole label.Label, a Action, now int64) Verdict {
	q := question{s: s, l: l, pap: whole.PAP, a: a, now: now, tlp: l.TLP}
	if whole.IEP != nil {
		q.iep = *whole.IEP
	}
	if l.IEP != nil && (l.IEP.Start > now || l.IEP.Until != 0 && l.IEP.Until <= now) {
		q.tlp = max(q.tlp, stix.AmberStrict)
	}
	if a == PublishPublic {
		q.s = Subject{Kind: Public}
	}
	q.own = (q.s.Kind == Person || q.s.Kind == Client) && q.s.Org != "" && q.s.Org == l.Owner && !l.Mixed
	q.all = q.own && !whole.Mixed
	for _, r := range policy {
		if allow, answers := r.says(q); answers {
			return Verdict{Allow: allow, Reason: r.name}
		}
	}
	return Verdict{Reason: "no rule allows it"}
}
