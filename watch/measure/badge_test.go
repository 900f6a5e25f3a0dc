package measure

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBadges(t *testing.T) {
	m := group(DefaultWeights())
	claim := func(change func(*Claim)) Incident {
		c := Claim{ID: "c", Actor: "A", Level: Group, Capacity: "vendor", Kinds: []string{"technical"}, Reliability: "B", Credibility: 2}
		change(&c)
		return Incident{Claims: []Claim{c}}
	}
	plain := func(*Claim) {}
	with := func(in Incident, change func(*Incident)) Incident { change(&in); return in }
	for _, c := range []struct {
		name string
		in   Incident
		want []Badge
	}{
		{"nothing", Incident{}, []Badge{Unattributed}},
		{"an insider", Incident{Insider: true}, nil},
		{"from a territory only", claim(func(c *Claim) { c.Level = TerritoryOnly }), []Badge{Unattributed}},
		{"a claim", claim(plain), []Badge{Claimed}},
		{"an attacker's claim", claim(func(c *Claim) { c.Kinds = []string{"self"} }), []Badge{Claimed, SelfClaimed}},
		{"a judgment", claim(func(c *Claim) { c.Channel = "court-judgment" }), []Badge{Claimed, CourtTested}},
		{"a judgment against the claim", claim(func(c *Claim) { c.Evidence, c.Status = "court-tested", "court-rejected" }), []Badge{Unattributed}},
		{"taken back", claim(func(c *Claim) { c.Status = "withdrawn" }), []Badge{Unattributed, Withdrawn}},
		{"two origins", example(), []Badge{Claimed, IndependentlySupported}},
		{"two origins, one of them light", with(example(), func(in *Incident) { in.Claims[1].Credibility = 4 }), []Badge{Claimed}},
		{"a rival", with(claim(plain), func(in *Incident) {
			in.Claims = append(in.Claims, Claim{ID: "d", Actor: "B", Level: Group, Reliability: "D", Credibility: 4})
		}), []Badge{Claimed, Contested}},
		{"a light rival", with(claim(plain), func(in *Incident) {
			in.Claims = append(in.Claims, Claim{ID: "d", Actor: "B", Level: Group, Reliability: "E", Credibility: 5})
		}), []Badge{Claimed}},
		{"doubt with evidence", with(claim(plain), func(in *Incident) {
			in.Stances = []Stance{{Claims: []string{"c"}, Stance: "doubt", Evidence: "full"}}
		}), []Badge{Claimed, Contested}},
		{"a bare doubt", with(claim(plain), func(in *Incident) { in.Stances = []Stance{{Claims: []string{"c"}, Stance: "doubt"}} }), []Badge{Claimed}},
		{"a denial", with(claim(plain), func(in *Incident) {
			in.Stances = []Stance{{Claims: []string{"c"}, Capacity: "accused-state", Stance: "deny", Evidence: "full"}}
		}), []Badge{Claimed, Denied}},
		{"the victim does not say", Incident{Withholds: true}, []Badge{Unattributed, VictimWithholds}},
	} {
		if d := cmp.Diff(c.want, m.Badges(c.in)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestAnInsiderOfTheRecord(t *testing.T) {
	m := group(DefaultWeights())
	m.Reading = Governments
	if w := m.Weigh(Incident{Insider: true}); w.Of(Insiders).P != 1 || w.Unknown != 0 {
		t.Errorf("only the record tells: %+v", w)
	}
	claimed := Incident{Insider: true, Claims: []Claim{{ID: "c", Actor: "A", Level: Group, Kinds: []string{"media"}, Reliability: "B", Credibility: 2}}}
	if w := m.Weigh(claimed); len(w.Actors) != 0 || w.Unknown != 1 {
		t.Errorf("somebody says somebody else: %+v", w)
	}
}
