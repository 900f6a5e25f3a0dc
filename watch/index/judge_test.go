package index_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	. "threatwatch/internal/watchtest"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/measure"
)

// judged is what a claim or an answer of a random incident says.
type judged struct {
	actor       string // whom it names; of a doubt, whom the claim names that it answers
	origin      string
	reliability string
	credibility int
	evidence    string
	stance      string // "" of a claim
	accused     bool   // the accused says it
}

// weight is what the table of the method gives, written out a second time.
func (j judged) weight() float64 {
	caps := map[string]float64{"A": .95, "B": .85, "C": .7, "D": .45, "E": .2, "F": .6, "": .6}
	return min(map[int]float64{1: .9, 2: .7, 3: .5, 4: .3, 5: .1}[j.credibility], caps[j.reliability])
}

// dissents says whether it speaks against whom its claim names, and shows why.
func (j judged) dissents() bool {
	return (j.stance == "doubt" || j.stance == "reject-evidence") && !j.accused && j.evidence != "" && j.evidence != "none"
}

// arbitraryWord draws how something is judged.
func arbitraryWord(r *rand.Rand, id string) judged {
	return judged{actor: ID("intrusion-set", 1+r.IntN(3)), origin: []string{id, id, "x", "y"}[r.IntN(4)], reliability: []string{"", "A", "B", "C", "D", "E", "F"}[r.IntN(7)], credibility: r.IntN(7),
		evidence: []string{"", "none", "summary", "full"}[r.IntN(4)]}
}

// arbitraryLedger makes claims and answers on incident 1 as STIX has them, with what they say.
func arbitraryLedger(r *rand.Rand) (objects []*stix.Value, said []judged) {
	var claims []judged
	for n := range 1 + r.IntN(3) {
		j := arbitraryWord(r, ID("relationship", n))
		c := &watch.Claim{Head: watch.Head{ID: ID("relationship", n)}, Act: ID("incident", 1), Accused: j.actor, Terms: watch.Terms{ClaimantRef: ID("identity", 1), StatedAt: Moment("2020-02-01"), Kinds: []string{"technical"},
			Level: "group", Lineage: []string{j.origin}, Reliability: j.reliability, Credibility: j.credibility, EvidencePublished: j.evidence}}
		objects, claims = append(objects, At(c.Object(), 1, 0)), append(claims, j)
	}
	said = claims
	for n := range r.IntN(4) {
		j := arbitraryWord(r, ID("opinion", n))
		on := r.IntN(len(claims))
		j.stance, j.accused = []string{"deny", "doubt", "reject-evidence", "alternative-named", "concur"}[r.IntN(5)], r.IntN(4) == 0
		p := watch.Position{HolderRef: ID("identity", 2), Capacity: map[bool]string{true: "accused", false: "academic"}[j.accused], Stance: j.stance, StatedAt: Moment("2020-03-01"),
			Lineage: []string{j.origin}, Reliability: j.reliability, Credibility: j.credibility, EvidencePublished: j.evidence}
		if j.stance == "alternative-named" {
			p.AlternativeRef = j.actor
		} else {
			j.actor = claims[on].actor
		}
		s := &watch.Stance{Head: watch.Head{ID: ID("opinion", n)}, Of: []string{ID("relationship", on)}, Words: "words", Position: p}
		objects, said = append(objects, At(s.Object(), 1, 0)), append(said, j)
	}
	return objects, said
}

// slowly finds p of whom an incident names by trying all worlds: in each, every origin tells the truth or nothing, and so does every origin of doubts; an actor
// did it in the worlds where something that names it is true, no doubt of it is, and of nobody else the same holds.
func slowly(said []judged) (p map[string]float64, unknown float64) {
	type origin struct{ actor, id, side string }
	weights := map[origin]float64{}
	for _, j := range said {
		o := origin{j.actor, j.origin, "for"}
		switch {
		case j.dissents():
			o.side = "against"
		case j.stance != "" && j.stance != "alternative-named":
			continue
		}
		weights[o] = max(weights[o], j.weight())
	}
	var origins []origin
	for o := range weights {
		origins = append(origins, o)
	}
	p, unknown = map[string]float64{}, 0
	for world := range 1 << len(origins) {
		chance, named, doubted := 1.0, map[string]bool{}, map[string]bool{}
		for k, o := range origins {
			if world>>k&1 == 0 {
				chance *= 1 - weights[o]
				continue
			}
			chance *= weights[o]
			map[string]map[string]bool{"for": named, "against": doubted}[o.side][o.actor] = true
		}
		var did []string
		for a := range named {
			if !doubted[a] {
				did = append(did, a)
			}
		}
		if len(did) == 1 {
			p[did[0]] += chance
		} else {
			unknown += chance
		}
	}
	return p, unknown
}

// TestStancesWeigh: what is computed beside an incident, from objects as STIX has them, is what trying all worlds gives: doubts that show evidence lower,
// somebody else who is named is a rival, denials and agreement weigh nothing; and the badges say so.
func TestStancesWeigh(t *testing.T) {
	weighed := 0
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 5))
		h := New(t)
		h.Say(0, At(Incident(1, "It happened", "2020-01-01", watch.Facts{}), 1, 0), At(Named("intrusion-set", 1, "A"), 1, 0), At(Named("intrusion-set", 2, "B"), 1, 0), At(Named("intrusion-set", 3, "C"), 1, 0))
		objects, said := arbitraryLedger(r)
		h.Say(0, objects...)
		x := of(t, h, public)
		e := x.Get(ID("incident", 1))
		p, unknown := slowly(said)
		got := x.Weigh(e)
		if math.Abs(got.Unknown-unknown) > 1e-9 {
			t.Errorf("seed %d: unknown %v, want %v of %+v", seed, got.Unknown, unknown, said)
		}
		for _, a := range got.Actors {
			if math.Abs(a.P-p[a.Actor]) > 1e-9 {
				t.Errorf("seed %d: %s %v, want %v of %+v", seed, a.Actor, a.P, p[a.Actor], said)
			}
			weighed += len(a.Dissent)
		}
		if dissent := slices.ContainsFunc(said, judged.dissents); dissent && !slices.Contains(e.Badges, "contested") {
			t.Errorf("seed %d: somebody shows why it is wrong, and the badges are %v", seed, e.Badges)
		}
		denied := slices.ContainsFunc(said, func(j judged) bool { return j.stance == "deny" || j.stance == "reject-evidence" && j.accused })
		if slices.Contains(e.Badges, "denied") != denied || len(e.Denials()) > 0 != denied {
			t.Errorf("seed %d: denied %v, badges %v, denials %d", seed, denied, e.Badges, len(e.Denials()))
		}
	}
	if weighed == 0 {
		t.Error("no doubt weighed anything")
	}
}

// TestExplained: the words of a milestone say why a lag is negative; without any it is refused.
func TestExplained(t *testing.T) {
	for words, want := range map[string]string{"": "days before discovery", "the attacker announced it first": ""} {
		h := New(t)
		h.Say(0, At(Incident(1, "It happened", "2020-01-01", watch.Facts{Milestones: []watch.Milestone{{Kind: "discovery", Moment: Moment("2020-01-10"), Words: words}}}), 1, 0))
		in := of(t, h, public).Get(ID("incident", 1)).Measured()
		days, known, err := measure.DisclosureLag.Of(&in)
		if (want == "") != known || want != "" && !strings.Contains(fmt.Sprint(err), want) || known && days.Hi >= 0 {
			t.Errorf("%q: %v, %v, %v", words, days, known, err)
		}
	}
}
