package watch

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"threatwatch/draft"
	"threatwatch/stix"
)

const (
	incidentID = "incident--1c0f7cbe-6a5c-4f4a-8c39-6f0f8a2c0b01"
	actorID    = "intrusion-set--1c0f7cbe-6a5c-4f4a-8c39-6f0f8a2c0b02"
	someoneID  = "identity--1c0f7cbe-6a5c-4f4a-8c39-6f0f8a2c0b03"
	claimID    = "relationship--1c0f7cbe-6a5c-4f4a-8c39-6f0f8a2c0b04"
)

func day(s string) Moment {
	m, err := ParseMoment(s)
	if err != nil {
		panic(err)
	}
	return m
}

func ptr[T any](v T) *T { return &v }

// written makes an object of what a book would write, and validates it as it would be on the way in.
func written(t *testing.T, o *stix.Value) *stix.Value {
	t.Helper()
	o.Set("created", stix.NewString("2020-01-01T00:00:00.000Z"))
	o.Set("modified", stix.NewString("2020-01-02T00:00:00.000Z"))
	back, err := stix.Parse(o.AppendJSON(nil))
	if err != nil {
		t.Fatal(err)
	}
	if p := back.Validate(); !stix.Valid(p) {
		t.Fatalf("%v\n%s", p, o.AppendJSON(nil))
	}
	return back.Root
}

func someHead(id string) Head {
	return Head{ID: id, By: someoneID, Created: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Modified: time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC), Labels: []string{"x"}, Lang: "de", Confidence: ptr(50),
		References: []Reference{{Source: "paper", URL: "https://example.org/a"}}}
}

func someIncident() *Incident {
	return &Incident{Head: someHead(incidentID), Name: "N", Description: "D", Extended: true, Core: Core{Determination: "confirmed", InvestigationStatus: "closed", Criticality: ptr(80)}, Facts: Facts{
		PublicName: "A public name", Slug: "a-public-name-2010", RecordState: "corrected", ScopeRule: "v3",
		Milestones:      []Milestone{{Kind: "compromise", Moment: day("2009"), SourceRefs: []string{someoneID}}, {Kind: "discovery", Moment: day("2010-01"), Confidence: ptr(30)}, {Kind: "public_disclosure", Moment: day("2010-01-12"), Words: "by blog"}},
		DiscoveryMethod: "external.Customer", ReportedBy: []string{"victim"}, Operations: []string{"espionage"}, Actions: []string{"hacking.SQLi"}, Techniques: []string{"T1566"}, Insider: true,
		Victims:  []Victim{{Name: "Google", Named: true, Countries: []string{"US"}, Sectors: []string{"technology"}, NAICS: "519"}, {Words: "twenty others", Countries: []string{"DE", "US"}}},
		Data:     []Data{{Variety: "Source code", Loss: "confirmed-loss", Records: &Records{Min: ptr(int64(1)), Placeholder: true}}, {Variety: "Personal", Bytes: ptr(int64(7))}},
		Severity: []Score{{Scheme: "eurepoc-intensity", Value: "4", Version: "1.1"}}, Responses: []Response{{Kind: "protest", ByRef: someoneID, Moment: day("2010-01-13"), Words: "note"}},
		Original: []Original{Keep("veris", stix.NewDict(draft.Member("n", &stix.Value{Kind: stix.Number, Str: "1.50"})))}, Lags: map[string]Span{"discovery": {Unit: "Months", Value: ptr(2.5)}},
	}}
}

// TestIncidentGoesThroughSTIX: what is written is read again, and is valid STIX.
func TestIncidentGoesThroughSTIX(t *testing.T) {
	in := someIncident()
	back, err := ReadIncident(written(t, in.Object()))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in, back) {
		t.Errorf("\n%+v\n%+v", in, back)
	}
	if p := back.Check(); len(p) > 0 {
		t.Error(p)
	}
	if got := strings.Join(back.Countries(), " ") + "|" + strings.Join(back.Trios(), " "); got != "DE US|intellectual-property personal" {
		t.Error(got)
	}
}

func TestClaimGoesThroughSTIX(t *testing.T) {
	c := &Claim{Head: someHead(claimID), Act: incidentID, Accused: actorID, Words: "They did it.", Extended: true, Terms: Terms{ClaimantRef: someoneID, Capacity: "vendor", StatedAt: day("2010-03"), Channel: "technical-report",
		Kinds: []string{"technical"}, Level: "group", Responsibility: "state-ordered", StatedWords: "we believe", StatedConfidence: &Stated{"own words", "moderate"}, StatedLikelihood: "likely", EvidenceAccess: "deduced",
		EvidencePublished: "indicators", Lineage: []string{someoneID}, Reliability: "B", Credibility: 2, AssessedBy: someoneID, AssessedAt: "2010-04-01", AssessmentWhy: "because", Checklist: map[string]bool{"method": true, "independent": false},
		UNConsidered: []string{"technical"}, AskedAccused: "yes", Status: "withdrawn", SupersededBy: claimID, Confidentiality: "anonymous"}}
	back, err := ReadClaim(written(t, c.Object()))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, back) {
		t.Errorf("\n%+v\n%+v", c, back)
	}
	if p := back.Check(); len(p) > 0 {
		t.Error(p)
	}
	if back.Admiralty() != "B2" || back.Stands() {
		t.Error(back.Admiralty(), back.Stands())
	}
}

// TestEveryStanceGoesThroughSTIX: as an opinion or as a note, as STIX has it.
func TestEveryStanceGoesThroughSTIX(t *testing.T) {
	for _, w := range Stances {
		id := StanceType(w.Code) + "--1c0f7cbe-6a5c-4f4a-8c39-6f0f8a2c0b05"
		s := &Stance{Head: someHead(id), Of: []string{claimID}, Authors: []string{"Ministry"}, Words: "We did not.", Note: Opinion(w.Code) == "", Extended: true,
			Position: Position{HolderRef: someoneID, Capacity: "accused-state", Stance: w.Code, StatedAt: day("2010-01-14"), EvidencePublished: "none", RespondsTo: claimID, StatedWords: "no"}}
		if w.Code == "alternative-named" {
			s.Position.AlternativeRef = actorID
		}
		back, err := ReadStance(written(t, s.Object()))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s, back) {
			t.Errorf("\n%+v\n%+v", s, back)
		}
		if p := back.Check(); len(p) > 0 {
			t.Error(w.Code, p)
		}
	}
}

// TestPlainObjectsAreRead: what others write without the extensions.
func TestPlainObjectsAreRead(t *testing.T) {
	in, err := ReadIncident(written(t, draft.Object("incident", incidentID, draft.Text("name", "N"))))
	if err != nil || in.Extended || in.Facts.RecordState != "published" || in.Gone() || in.Disclosed() != day("2020-01-01") {
		t.Error(in, err)
	}
	c, err := ReadClaim(written(t, draft.Object("relationship", claimID, draft.Text("created_by_ref", someoneID), draft.Text("relationship_type", "attributed-to"), draft.Text("source_ref", incidentID), draft.Text("target_ref", actorID))))
	if err != nil || c.Terms.ClaimantRef != someoneID || c.Terms.StatedAt != day("2020-01-01") || !c.Stands() {
		t.Error(c, err)
	}
	s, err := ReadStance(written(t, draft.Object("opinion", "opinion--1c0f7cbe-6a5c-4f4a-8c39-6f0f8a2c0b05", draft.Text("opinion", "strongly-disagree"), draft.List("object_refs", []string{claimID}))))
	if err != nil || !s.Denies() || s.Note {
		t.Error(s, err)
	}
}

func TestDefinitionsAreValid(t *testing.T) {
	for _, o := range Definitions() {
		back, err := stix.Parse(o.AppendJSON(nil))
		if err != nil {
			t.Fatal(err)
		}
		if p := back.Validate(); !stix.Valid(p) {
			t.Errorf("%v\n%s", p, back.Raw)
		}
	}
}

// TestOpinions: what somebody who knows opinions only reads of a stance (STIX 2.1 §4.16); where no side is taken it is a note.
func TestOpinions(t *testing.T) {
	want := map[string]string{"deny": "strongly-disagree", "reject-evidence": "strongly-disagree", "doubt": "disagree", "alternative-named": "disagree", "gravity-higher": "disagree", "gravity-lower": "disagree",
		"partly-concur": "neutral", "concur": "agree", "admit": "strongly-agree", "deny-knowledge": "", "no-comment": "", "counter-accuse": "", "request-evidence": "", "offer-cooperation": "", "correct-fact": ""}
	for _, w := range Stances {
		opinion, known := want[w.Code]
		if !known || Opinion(w.Code) != opinion || StanceType(w.Code) != map[bool]string{true: "note", false: "opinion"}[opinion == ""] {
			t.Errorf("%s is told by %s %q, want %q", w.Code, StanceType(w.Code), Opinion(w.Code), opinion)
		}
	}
	if len(Stances) != len(want) {
		t.Errorf("%d stances, want %d", len(Stances), len(want))
	}
}

func TestMoments(t *testing.T) {
	for _, s := range []string{"2010", "2010-02", "2010-02-03", "2010-02-03T04:05", "2010-02-03T04:05:06Z"} {
		m := day(s)
		if m.String() != s {
			t.Errorf("%s is written as %s", s, m)
		}
		if lo, hi := m.Span(); !lo.Equal(m.Time) || !hi.After(lo) {
			t.Error(s, lo, hi)
		}
	}
	if _, err := ParseMoment("13 May 2010"); err == nil {
		t.Error("no error")
	}
	if _, hi := day("2010-02").Span(); hi != time.Date(2010, 3, 1, 0, 0, 0, 0, time.UTC) {
		t.Error(hi)
	}
}

// TestStepsInDisorderAreRefused, unless they are explained or might be in order.
func TestStepsInDisorderAreRefused(t *testing.T) {
	for _, x := range []struct {
		a, b, words string
		bad         bool
	}{
		{"2010-05-02", "2010-05-01", "", true}, {"2010-05-02", "2010-05-01", "told before it was found", false}, {"2010-05-02", "2010-05", "", false}, {"2010-05-02", "2010", "", false}, {"2011", "2010", "", true}, {"2010-05-01", "2010-05-01", "", false},
	} {
		for _, kinds := range [][2]string{{"compromise", "discovery"}, {"discovery", "victims_notice_begin"}, {"discovery", "public_disclosure"}, {"public_disclosure", "first_claim"}, {"first_claim", "first_denial"}} { // between which lags are measured
			in := &Incident{Facts: Facts{Milestones: []Milestone{{Kind: kinds[0], Moment: day(x.a)}, {Kind: kinds[1], Moment: day(x.b), Words: x.words}}}}
			if p := in.Check(); (len(p) > 0) != x.bad {
				t.Errorf("%v %v: %v", kinds, x, p)
			}
		}
	}
}

// TestExposes: a person is named on the word of a court, a state or the person; groups on anybody's.
func TestExposes(t *testing.T) {
	for _, x := range []struct {
		level, capacity, kind, status string
		want                          bool
	}{
		{"person", "vendor", "technical", "standing", true}, {"person", "media", "media", "standing", true}, {"person", "anonymous-official", "media", "standing", true}, {"person", "", "political", "standing", true},
		{"person", "court", "legal", "standing", false}, {"person", "media", "legal", "standing", false}, {"person", "other-state", "political", "standing", false}, {"person", "attacker", "self", "standing", false},
		{"person", "vendor", "technical", "withdrawn", false}, {"insider", "victim", "technical", "standing", false}, {"group", "media", "media", "standing", false},
	} {
		c := &Claim{Terms: Terms{Level: x.level, Capacity: x.capacity, Kinds: []string{x.kind}, Status: x.status}}
		if c.Exposes() != x.want {
			t.Errorf("%+v: %v", x, !x.want)
		}
	}
}

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"Operation Aurora: source code taken": "operation-aurora-source-code-taken", "  ": "incident", "Böse Überraschung – l'été": "bose-uberraschung-lete", "中国": "incident",
		"a very long name that goes on and on until nobody reads any more of it": "a-very-long-name-that-goes-on-and-on-until-nobody-reads-any",
	} {
		if got := Slug(name, ""); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
	if got := Slug("X", "2010"); got != "x-2010" {
		t.Error(got)
	}
}

func TestSectors(t *testing.T) {
	for code, want := range map[string]string{"000": "", "": "", "62": "healthcare", "622110": "healthcare", "928110": "defense", "92": "government", "522110": "financial-services", "524": "insurance", "611310": "education", "221113": "nuclear", "2211": "energy", "31": "manufacturing", "325412": "pharmaceuticals", "7": ""} {
		if got := SectorOfNAICS(code); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
}

// TestFormsOfferEveryWord: what forms offer are the words that the model knows.
func TestFormsOfferEveryWord(t *testing.T) {
	for _, w := range Varieties {
		if _, ok := varieties[w.Code]; !ok {
			t.Errorf("%s is no variety of VERIS", w.Code)
		}
	}
	if len(Varieties) != len(varieties) {
		t.Errorf("%d varieties are offered, %d are known", len(Varieties), len(varieties))
	}
	for _, sector := range naics {
		if !Sectors.Has(sector) {
			t.Errorf("%s is not offered", sector)
		}
	}
}
