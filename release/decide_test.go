package release

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"threatwatch/label"
	"threatwatch/stix"
)

// Subjects of the tables.
var (
	anybody    = Subject{Kind: Public}
	owner      = Subject{Kind: Person, Org: "acme", Person: "ann@acme"}
	ownerTool  = Subject{Kind: Client, Org: "acme"}
	member     = Subject{Kind: Person, Org: "beta", Person: "bob@beta"}
	memberTool = Subject{Kind: Client, Org: "beta"}
	client     = Subject{Kind: Person, Org: "gamma", ClientOf: []string{"acme"}, Person: "cy@gamma"}
	nobodys    = Subject{Kind: Person, Person: "x@"}
	operator   = Subject{Kind: Operator}
)

func TestTLP(t *testing.T) {
	for _, fault := range tableFaults(rules()) {
		t.Error(fault)
	}
}

// TestEachRuleIsInTheTable: without any one of the rules some sentence of the table does not hold.
func TestEachRuleIsInTheTable(t *testing.T) {
	all := rules()
	for i, gone := range all {
		if len(tableFaults(slices.Delete(slices.Clone(all), i, i+1))) == 0 {
			t.Errorf("without %q every sentence holds", gone.name)
		}
	}
}

// tableFaults asks a policy what each sentence says of it.
func tableFaults(policy []rule) (faults []string) {
	acme := func(l label.Label) label.Label { l.Owner = "acme"; return l }
	const now = 1_000
	for _, c := range []struct {
		sentence string
		l        label.Label
		a        Action
		yes, no  []Subject
	}{
		{"CLEAR: no limit on disclosure", acme(label.Label{}), ShowPage, []Subject{anybody, owner, member, client, memberTool, operator}, nil},
		{"CLEAR may be published", acme(label.Label{}), PublishPublic, []Subject{anybody, operator, member}, nil},
		{"GREEN: within the community, not over public channels", acme(label.Label{TLP: stix.Green}), TaxiiRead, []Subject{owner, member, memberTool, client, operator}, []Subject{anybody, nobodys}},
		{"GREEN is not published, not even by the operator", acme(label.Label{TLP: stix.Green}), PublishPublic, nil, []Subject{anybody, operator, owner, member}},
		{"AMBER: the organisation and its clients", acme(label.Label{TLP: stix.Amber}), TaxiiRead, []Subject{owner, ownerTool, client, operator}, []Subject{anybody, member, memberTool}},
		{"AMBER: named organisations", acme(label.Label{TLP: stix.Amber, Audience: []string{"beta"}}), TaxiiRead, []Subject{member, memberTool, client}, []Subject{anybody}},
		{"AMBER+STRICT: the organisation only", acme(label.Label{TLP: stix.AmberStrict}), TaxiiRead, []Subject{owner, ownerTool, operator}, []Subject{anybody, member, client}},
		{"AMBER+STRICT: named organisations, not their clients", acme(label.Label{TLP: stix.AmberStrict, Audience: []string{"beta"}}), ShowPage, []Subject{owner, member}, []Subject{client, anybody}},
		{"RED: who said it and named nobody yet", acme(label.Label{TLP: stix.Red}), ShowPage, []Subject{owner, operator}, []Subject{member, client, anybody, memberTool}},
		{"RED: individual recipients only", acme(label.Label{TLP: stix.Red, Persons: []string{"bob@beta"}}), ShowPage, []Subject{member, operator}, []Subject{owner, ownerTool, memberTool, client, anybody}},
		{"RED never goes to programs", acme(label.Label{TLP: stix.Red, Persons: []string{"bob@beta"}}), TaxiiRead, nil, []Subject{member, memberTool, owner}},
		{"RED never goes by mail", acme(label.Label{TLP: stix.Red}), NotifyEmail, nil, []Subject{owner, member}},
		{"unknown marking: the owner alone", acme(label.Label{Unknown: true}), ShowPage, []Subject{owner, operator}, []Subject{anybody, member, client}},
		{"unknown marking beats a named person", acme(label.Label{TLP: stix.Red, Unknown: true, Persons: []string{"bob@beta"}}), ShowPage, nil, []Subject{member}},
		{"embargo: the owner alone", acme(label.Label{Embargo: now + 1}), ShowPage, []Subject{owner, operator}, []Subject{anybody, member}},
		{"embargo beats a named person", acme(label.Label{TLP: stix.Red, Embargo: now + 1, Persons: []string{"bob@beta"}}), ShowPage, nil, []Subject{member}},
		{"embargo is over at its time", acme(label.Label{Embargo: now}), ShowPage, []Subject{anybody}, nil},
		{"IEP before its start", acme(label.Label{IEP: &label.IEP{Start: now + 1}}), ShowPage, []Subject{owner}, []Subject{anybody, member, client}},
		{"IEP after its end", acme(label.Label{IEP: &label.IEP{Until: now}}), ShowPage, []Subject{owner}, []Subject{anybody, member, client}},
		{"IEP in its time", acme(label.Label{IEP: &label.IEP{Start: now, Until: now + 1}}), ShowPage, []Subject{anybody}, nil},
		{"PAP:RED asks no third party, not even by the operator", acme(label.Label{PAP: stix.Red}), EnrichExternal, nil, []Subject{owner, operator}},
		{"PAP:AMBER blocks nothing", acme(label.Label{PAP: stix.Amber}), ExportBlocklist, nil, []Subject{owner, member, operator}},
		{"a third party's service is the public", acme(label.Label{TLP: stix.Green}), EnrichExternal, nil, []Subject{owner, member, operator}},
		{"the operator is told of RED by no mail", acme(label.Label{TLP: stix.Red}), NotifyEmail, nil, []Subject{operator}},
		{"the operator's hook gets no AMBER", acme(label.Label{TLP: stix.Amber}), Webhook, nil, []Subject{operator}},
		{"IEP: no action that third parties see", acme(label.Label{IEP: &label.IEP{Actions: 3}}), EnrichExternal, nil, []Subject{owner, member, operator}},
		{"IEP: actions that third parties see", acme(label.Label{IEP: &label.IEP{Actions: 4}}), EnrichExternal, []Subject{owner, member, operator}, nil},
		{"IEP: nothing that the other side sees", acme(label.Label{IEP: &label.IEP{Actions: 4}}), ExportBlocklist, nil, []Subject{owner, member, operator}},
		{"IEP: encrypted on the way", acme(label.Label{IEP: &label.IEP{Encrypt: true}}), TaxiiRead, []Subject{anybody, member, {Kind: Client, Org: "acme", Plain: true}},
			[]Subject{{Kind: Public, Plain: true}, {Kind: Client, Org: "beta", Plain: true}}},
		{"IEP: encrypted on the way, so by no mail", acme(label.Label{IEP: &label.IEP{Encrypt: true}}), NotifyEmail, nil, []Subject{owner, member}},
		{"the operator's own AMBER has no clients by accident", label.Label{TLP: stix.Amber}, ShowPage, nil, []Subject{{Kind: Person, Org: "x", ClientOf: []string{""}}, nobodys}},
	} {
		for _, s := range c.yes {
			if v := decide(policy, s, c.l, c.a, now); !v.Allow {
				faults = append(faults, fmt.Sprintf("%s: %+v denied: %s", c.sentence, s, v.Reason))
			}
		}
		for _, s := range c.no {
			if v := decide(policy, s, c.l, c.a, now); v.Allow {
				faults = append(faults, fmt.Sprintf("%s: %+v allowed: %s", c.sentence, s, v.Reason))
			}
		}
	}
	return faults
}

// TestEveryRuleMatters removes one rule after another: some decision must change, or the rule is dead or the table blind.
func TestEveryRuleMatters(t *testing.T) {
	all := rules()
	for i, gone := range all {
		policy := slices.Delete(slices.Clone(all), i, i+1)
		changed := false
		differs := rapid.Custom(func(t *rapid.T) bool {
			l, s, a, now := anyLabel(t, "l"), anySubject(t), anyAction(t), rapid.Int64Range(0, 4).Draw(t, "now")
			return decide(all, s, l, a, now).Allow != decide(policy, s, l, a, now).Allow
		})
		for n := 0; !changed && n < 20_000; n++ {
			changed = differs.Example(n)
		}
		if !changed {
			t.Errorf("without %q nothing changes", gone.name)
		}
	}
}

func anyLabel(t *rapid.T, name string) label.Label {
	orgs := rapid.SampledFrom([]string{"", "acme", "beta", "gamma"})
	l := label.Label{
		TLP:   rapid.SampledFrom([]stix.Level{stix.Clear, stix.Green, stix.Amber, stix.AmberStrict, stix.Red}).Draw(t, name+" tlp"),
		Owner: orgs.Draw(t, name+" owner"),
		PAP:   rapid.SampledFrom([]stix.Level{stix.Clear, stix.Clear, stix.Green, stix.Amber, stix.Red}).Draw(t, name+" pap"),
	}
	l.Audience = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"acme", "beta", "gamma"}), 0, 2, rapid.ID[string]).Draw(t, name+" audience")
	l.Persons = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"ann@acme", "bob@beta", "cy@gamma"}), 0, 2, rapid.ID[string]).Draw(t, name+" persons")
	if rapid.IntRange(0, 3).Draw(t, name+" embargoed") == 0 {
		l.Embargo = rapid.Int64Range(1, 4).Draw(t, name+" embargo")
	}
	l.Unknown = rapid.IntRange(0, 5).Draw(t, name+" unknown") == 0
	if rapid.IntRange(0, 3).Draw(t, name+" has iep") == 0 {
		l.IEP = &label.IEP{Start: rapid.Int64Range(0, 4).Draw(t, name+" start"), Until: rapid.Int64Range(0, 4).Draw(t, name+" until"),
			Encrypt: rapid.Bool().Draw(t, name+" encrypt"), Actions: uint8(rapid.IntRange(0, 5).Draw(t, name+" actions"))}
	}
	return l
}

func anySubject(t *rapid.T) Subject {
	return rapid.SampledFrom([]Subject{anybody, owner, ownerTool, member, memberTool, client, nobodys, operator, {Kind: "ghost", Org: "acme"},
		{Kind: Public, Plain: true}, {Kind: Client, Org: "beta", Plain: true}, {Kind: Operator, Plain: true},
		{Kind: Client, Org: "gamma", ClientOf: []string{"beta", "acme"}}}).Draw(t, "subject")
}

func anyAction(t *rapid.T) Action {
	return rapid.SampledFrom([]Action{PublishPublic, ShowPage, TaxiiRead, ExportFile, Search, Lookup, Aggregate, NotifyEmail, Webhook, EnrichExternal, ExportBlocklist}).Draw(t, "action")
}

// together gives two labels what a joined label says as a whole: PAP, and of IEP all but the times.
func together(a, b label.Label) (label.Label, label.Label) {
	j := label.Join(a, b)
	for _, l := range []*label.Label{&a, &b} {
		l.PAP = j.PAP
		if j.IEP != nil {
			iep := *j.IEP
			iep.Start, iep.Until = 0, 0
			if l.IEP != nil {
				iep.Start, iep.Until = l.IEP.Start, l.IEP.Until
			}
			l.IEP = &iep
		}
	}
	return a, b
}

// TestJoinIsBoth: a joined label admits exactly whom each admits, at every moment, and does not depend on order or repetition.
func TestJoinIsBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyLabel(t, "a"), anyLabel(t, "b"), anyLabel(t, "c")
		s, act, now := anySubject(t), anyAction(t), rapid.Int64Range(0, 5).Draw(t, "now")
		ab := label.Join(a, b)
		a2, b2 := together(a, b)
		want := Decide(s, a2, act, now).Allow && Decide(s, b2, act, now).Allow
		if got := Decide(s, ab, act, now).Allow; got != want {
			t.Fatalf("joined: %v, want %v\n%s", got, want, ab.Body())
		}
		if x, y := ab.Body(), label.Join(b, a).Body(); x != y {
			t.Fatalf("order matters\n%s\n%s", x, y)
		}
		if x, y := ab.Body(), label.Join(ab, ab).Body(); x != y {
			t.Fatalf("repetition matters\n%s\n%s", x, y)
		}
		c.PAP, a2.PAP, b2.PAP = 0, 0, 0
		left, right := label.Join(label.Join(a2, b2), c), label.Join(a2, label.Join(b2, c))
		if left.Body() != right.Body() {
			t.Fatalf("grouping matters\n%s\n%s", left.Body(), right.Body())
		}
		if back, err := label.Parse(ab.Body()); err != nil || back.Body() != ab.Body() {
			t.Fatalf("%s reads back as %s, %v", ab.Body(), back.Body(), err)
		}
		a.PAP = max(a.PAP, b.PAP)
		b.PAP = a.PAP // what may be done is not what may be seen
		if label.Closed(a, b) && Decide(s, a, act, now).Allow && !Decide(s, b, act, now).Allow {
			t.Fatalf("closed, but not everybody may see the target\n%s\n%s", a.Body(), b.Body())
		}
	})
}

// TestMarkingThatSaysNothing: a definition in which nothing is understood makes the label unknown.
func TestMarkingThatSaysNothing(t *testing.T) {
	if l := label.FromMarkings(label.Label{Owner: "acme"}, []stix.Marking{{ID: "x"}}); !l.Unknown || Decide(anybody, l, ShowPage, 0).Allow {
		t.Errorf("%s", l.Body())
	}
}
