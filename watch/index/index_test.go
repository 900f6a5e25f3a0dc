package index_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"threatwatch/intake"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/store/sqlite"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

var markings = []string{"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"}

// house is an exchange in a directory of its own.
type house struct {
	t       *testing.T
	in      *intake.Intake
	rel     *release.Releaser
	sources []store.Source
}

func newHouse(t *testing.T) *house {
	t.Helper()
	st, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	h := &house{t: t, in: intake.New(st, time.Now), rel: release.New(st, []byte("a secret of thirty-two bytes or more"), time.Now)}
	for _, owner := range []string{"acme", "beta"} {
		s, err := h.in.AddSource(t.Context(), store.Source{Name: owner, Owner: owner, Public: true})
		if err != nil {
			t.Fatal(err)
		}
		h.sources = append(h.sources, s)
	}
	return h
}

func (h *house) say(source int, objects ...*stix.Value) {
	h.t.Helper()
	for _, o := range objects {
		got, err := h.in.Submit(h.t.Context(), intake.Submission{Source: h.sources[source].ID}, [][]byte{o.AppendJSON(nil)})
		if err != nil || got[0].Status != intake.Added {
			h.t.Fatalf("%s: %+v, %v", o.AppendJSON(nil), got, err)
		}
	}
}

func uuid(typ string, n int) string {
	return fmt.Sprintf("%s--00000000-0000-4000-8000-%012x", typ, n)
}

// at gives an object its version and marking.
func at(o *stix.Value, version, marking int) *stix.Value {
	o.Set("created", stix.NewString("2020-01-01T00:00:00.000Z"))
	o.Set("modified", stix.NewString(time.Date(2020, 1, 1, 0, version, 0, 0, time.UTC).Format("2006-01-02T15:04:05.000Z")))
	o.Set("object_marking_refs", stix.NewStrings([]string{markings[marking]}))
	return o
}

func moment(s string) watch.Moment {
	m, err := watch.ParseMoment(s)
	if err != nil {
		panic(err)
	}
	return m
}

func incident(n int, name, day string, facts watch.Facts) *stix.Value {
	facts.Milestones = append(facts.Milestones, watch.Milestone{Kind: "public_disclosure", Moment: moment(day)})
	return (&watch.Incident{Head: watch.Head{ID: uuid("incident", n)}, Name: name, Facts: facts}).Object()
}

func actor(n int, name string) *stix.Value {
	return stix.NewDict(stix.Member{Name: "type", Value: stix.NewString("intrusion-set")}, stix.Member{Name: "spec_version", Value: stix.NewString("2.1")},
		stix.Member{Name: "id", Value: stix.NewString(uuid("intrusion-set", n))}, stix.Member{Name: "name", Value: stix.NewString(name)})
}

func identity(n int, name string) *stix.Value {
	return stix.NewDict(stix.Member{Name: "type", Value: stix.NewString("identity")}, stix.Member{Name: "spec_version", Value: stix.NewString("2.1")},
		stix.Member{Name: "id", Value: stix.NewString(uuid("identity", n))}, stix.Member{Name: "name", Value: stix.NewString(name)})
}

func claim(n, of, accused, by int, kind string) *stix.Value {
	return (&watch.Claim{Head: watch.Head{ID: uuid("relationship", n)}, Act: uuid("incident", of), Accused: uuid("intrusion-set", accused), Words: fmt.Sprint("claim ", n),
		Terms: watch.Terms{ClaimantRef: uuid("identity", by), StatedAt: moment("2020-02-01"), Kinds: []string{kind}, Level: "group"}}).Object()
}

func stance(n int, on string, by int, what string) *stix.Value {
	return (&watch.Stance{Head: watch.Head{ID: uuid(watch.StanceType(what), n)}, Of: []string{on}, Words: fmt.Sprint("stance ", n), Note: watch.Opinion(what) == "",
		Position: watch.Position{HolderRef: uuid("identity", by), Stance: what, StatedAt: moment("2020-03-01")}}).Object()
}

// dump is everything that an index holds.
func dump(t *testing.T, x *index.Index) string {
	t.Helper()
	var b strings.Builder
	for _, list := range [][]*index.Entry{x.Entries, x.Gone} {
		for _, e := range list {
			facts, err := json.Marshal(e.Facts)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s %s %v %s %v %s same", e.ID, e.Name, e.Modified, e.Source, e.Highest, facts)
			for _, s := range x.Same(e) {
				fmt.Fprint(&b, " ", s.ID)
			}
			fmt.Fprintln(&b, "", e.Badges)
			for _, c := range e.Claims {
				fmt.Fprintln(&b, " ", c.ID, c.Words, c.Claimant.Label(), c.Accused.Label(), c.Marking)
				for _, s := range c.Stances {
					fmt.Fprintln(&b, "   ", s.ID, s.Words, s.Holder.Label(), s.Position.Stance)
				}
			}
			for _, s := range e.Stances {
				fmt.Fprintln(&b, " ", s.ID, s.Words, s.Holder.Label(), s.Position.Stance)
			}
		}
		fmt.Fprintln(&b, "--")
	}
	for _, a := range x.Actors {
		fmt.Fprintln(&b, a.ID, a.Label(), len(a.Incidents), len(a.Parents))
	}
	return b.String()
}

var subjects = []release.Subject{{Kind: release.Public}, {Kind: release.Person, Org: "acme", Person: "ann@acme"}, {Kind: release.Operator}}

// TestFollowedIsReadAnew: after any history of objects, versions, other markings and deletions, the index that followed is the one that is
// read anew, for each subject; and nothing of an object is in it that the subject may not see.
func TestFollowedIsReadAnew(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 11))
		h := newHouse(t)
		keeper := index.NewKeeper(h.rel)
		for step := range 60 {
			h.step(r, step+1)
			if step%3 > 0 {
				continue
			}
			for _, s := range subjects {
				followed, err := keeper.Of(t.Context(), s, release.ShowPage)
				if err != nil {
					t.Fatal(err)
				}
				anew, err := index.NewKeeper(h.rel).Of(t.Context(), s, release.ShowPage)
				if err != nil {
					t.Fatal(err)
				}
				got, want := dump(t, followed), dump(t, anew)
				if got != want {
					t.Fatalf("seed %d, step %d, %v:\n%s\nanew:\n%s", seed, step, s, got, want)
				}
				if s.Kind == release.Public && strings.Contains(got, "secret") {
					t.Fatalf("seed %d, step %d: %s", seed, step, got)
				}
			}
		}
	}
}

// step does one random thing. What is not TLP:CLEAR says that it is a secret.
func (h *house) step(r *rand.Rand, version int) {
	h.t.Helper()
	n, mark, source := r.IntN(5), r.IntN(6), r.IntN(2)
	if mark > 2 {
		mark = 0
	}
	name := fmt.Sprint("open ", version)
	if mark > 0 {
		name = fmt.Sprint("secret ", version)
	}
	var o *stix.Value
	switch r.IntN(8) {
	case 0, 1:
		facts := watch.Facts{Slug: fmt.Sprint("slug-", n), RecordState: []string{"published", "published", "retracted", "merged"}[r.IntN(4)]}
		if facts.RecordState == "merged" {
			facts.MergedRef = uuid("incident", (n+1)%5)
		}
		o = incident(n, name, "2020-01-0"+fmt.Sprint(1+r.IntN(9)), facts)
	case 2:
		o = actor(n, name)
	case 3:
		o = identity(n, name)
	case 4, 5:
		o = claim(n, r.IntN(5), r.IntN(5), r.IntN(5), "technical")
		if mark > 0 {
			o.Set("description", stix.NewString("secret"))
		}
	case 6:
		on := []string{uuid("relationship", r.IntN(5)), uuid("incident", r.IntN(5))}[r.IntN(2)]
		o = stance(n, on, r.IntN(5), "deny")
		if mark > 0 {
			o.Set("explanation", stix.NewString("secret"))
		}
	case 7:
		id := uuid([]string{"incident", "relationship", "opinion", "identity"}[r.IntN(4)], n)
		_, err := h.in.Delete(h.t.Context(), intake.Submission{Source: h.sources[source].ID}, h.sources[source].Collection, id, store.Version{All: true})
		if err != nil && !strings.Contains(err.Error(), "no object") {
			h.t.Fatal(err)
		}
		return
	}
	h.say(source, at(o, version, mark))
}

// TestFilter: each key, its opposite, several of one key and several keys.
func TestFilter(t *testing.T) {
	h := newHouse(t)
	h.say(0, at(actor(1, "Group A"), 1, 0), at(actor(2, "Group B"), 1, 0), at(identity(1, "Vendor"), 1, 0), at(identity(2, "State"), 1, 0))
	h.say(0, at(incident(1, "Hospital data taken", "2020-01-01", watch.Facts{Operations: []string{"ransomware"}, Actions: []string{"hacking.SQLi"}, Techniques: []string{"T1566.001"}, Severity: []watch.Score{{Scheme: "x", Value: "4.5"}},
		Victims: []watch.Victim{{Name: "Clinic", Named: true, Countries: []string{"DE"}, Sectors: []string{"healthcare"}, NAICS: "622110"}}, Data: []watch.Data{{Variety: "Medical"}}}), 1, 0))
	h.say(0, at(incident(2, "Plans of an aircraft", "2021-05-02", watch.Facts{Insider: true, Victims: []watch.Victim{{Countries: []string{"US", "FR"}, Sectors: []string{"aerospace"}}}, Data: []watch.Data{{Variety: "Secrets"}}}), 1, 1))
	h.say(0, at(claim(1, 1, 1, 1, "technical"), 1, 0), at(claim(2, 2, 2, 2, "political"), 1, 0), at(claim(3, 2, 1, 1, "technical"), 1, 0))
	x, err := index.NewKeeper(h.rel).Of(t.Context(), release.Subject{Kind: release.Operator}, release.ShowPage)
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"": "21", "q=hospital+taken": "1", "q=clinic": "1", "q=group+a": "21", "q=nothing": "", "sector=healthcare": "1", "sector=62": "1", "sector=6": "", "country=de": "1", "country=DE&country=US": "21", "country=!DE": "2",
		"region=western-europe": "21", "accused=Group+A": "21", "accused=group+b": "2", "accused=!Group+B": "1", "claimant=State": "2", "basis=political": "2", "technique=T1566": "1", "technique=T1566.001": "1", "technique=T156": "",
		"data=intellectual-property": "2", "data=Medical": "1", "action=hacking": "1", "action=hacking.SQLi": "1", "operation=ransomware": "1", "insider=yes": "2", "insider=no": "1", "severity>=4": "1", "severity>=5": "",
		"since=2021": "2", "until=2020": "1", "since=2020-01-01&until=2020-01-01": "1", "tlp<=clear": "1", "tlp<=green": "21", "source=acme": "21", "source=beta": "", "country=DE&data=Secrets": "", "state=published": "21", "state=corrected": "",
		"by=occurred&since=2019": "", "by=added": "12",
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		f, err := index.ParseFilter(q)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		got := ""
		for _, e := range x.Select(f) {
			got += e.ID[len(e.ID)-1:]
		}
		if query == "by=added" && got == "21" {
			got = "12" // both orders are of one moment's work
		}
		if got != want {
			t.Errorf("%s selects %q, want %q", query, got, want)
		}
		if again, err := index.ParseFilter(f.Query()); err != nil || again.Query().Encode() != f.Query().Encode() {
			t.Errorf("%s: written as %s: %v", query, f.Query().Encode(), err)
		}
	}
	for _, query := range []string{"colour=red", "country=Germany", "since=yesterday", "by=luck", "tlp<=pink", "severity>=much", "status=maybe", "insider=perhaps", "q=" + strings.Repeat("a&q=", 70) + "b"} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := index.ParseFilter(q); err == nil {
			t.Errorf("%s is taken", query)
		}
	}
	q, _ := url.ParseQuery("country=DE")
	f, err := index.ParseFilter(q)
	if err != nil {
		t.Fatal(err)
	}
	for _, fa := range x.Facets(f, 10) {
		if fa.Key == "country" && (len(fa.Values) != 3 || fa.Values[0].Value != "DE" || !fa.Values[0].On) || fa.Key == "sector" && (len(fa.Values) != 1 || fa.Values[0].N != 1) {
			t.Errorf("%+v", fa)
		}
	}
}

// TestBadges: what stands about an incident shows in its badges, and a denial changes no number.
func TestBadges(t *testing.T) {
	h := newHouse(t)
	keeper := index.NewKeeper(h.rel)
	look := func() (*index.Index, *index.Entry) {
		x, err := keeper.Of(t.Context(), release.Subject{Kind: release.Public}, release.ShowPage)
		if err != nil {
			t.Fatal(err)
		}
		return x, x.Get("it-happened")
	}
	want := func(badges string) {
		t.Helper()
		if _, e := look(); strings.Join(e.Badges, " ") != badges {
			t.Errorf("%v, want %s", e.Badges, badges)
		}
	}
	h.say(0, at(incident(1, "It happened", "2020-01-01", watch.Facts{Slug: "it-happened"}), 1, 0), at(actor(1, "A"), 1, 0), at(actor(2, "B"), 1, 0), at(identity(1, "Ministry"), 1, 0))
	want("unattributed")
	weighed := func(n, accused, credibility int) *stix.Value {
		c, err := watch.ReadClaim(at(claim(n, 1, accused, 1, "technical"), 1, 0))
		if err != nil {
			t.Fatal(err)
		}
		c.Terms.Reliability, c.Terms.Credibility = "B", credibility
		return c.Object()
	}
	h.say(0, at(weighed(1, 1, 2), 1, 0))
	want("claimed")
	h.say(1, at(weighed(2, 1, 2), 1, 0))
	want("claimed independently-supported")
	x, e := look()
	before := x.Weigh(e)
	h.say(1, at(stance(1, uuid("relationship", 1), 1, "deny"), 1, 0))
	want("claimed independently-supported denied")
	x, e = look()
	if after := x.Weigh(e); fmt.Sprint(before) != fmt.Sprint(after) || before.Actors[0].P < .9 {
		t.Errorf("%v, and after the denial %v", before, after)
	}
	h.say(1, at(weighed(3, 2, 2), 1, 0))
	want("claimed independently-supported contested denied")
}
