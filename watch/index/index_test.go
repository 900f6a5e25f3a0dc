package index_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"threatwatch/intake"
	. "threatwatch/internal/watchtest"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

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
			fmt.Fprintln(&b, "", e.Badges, e.Changed())
			if e.Merger != nil {
				fmt.Fprintf(&b, " %+v\n", *e.Merger)
			}
			for _, c := range e.Claims {
				fmt.Fprintln(&b, " ", c.ID, c.Words, c.Claimant.Label(), c.Accused.Label(), c.Marking, c.Lineages())
				for _, s := range c.Stances {
					fmt.Fprintln(&b, "   ", s.ID, s.Words, s.Holder.Label(), s.Position.Stance)
				}
			}
			for _, v := range e.Void {
				fmt.Fprintln(&b, " void", v.ID(), v.At(), v.Why(), v.Told())
			}
			for _, s := range e.Stances {
				fmt.Fprintln(&b, " ", s.ID, s.Words, s.Holder.Label(), s.Position.Stance)
			}
		}
		fmt.Fprintln(&b, "--")
	}
	for _, clock := range []string{"added", "occurred"} {
		f, err := index.ParseFilter(url.Values{"by": {clock}})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, clock, ids(x.Select(f)))
	}
	fmt.Fprintln(&b, "changed", ids(x.Changes(&index.Filter{})))
	for _, e := range slices.Concat(x.Entries, x.Gone) {
		fmt.Fprintln(&b, e.Facts.Slug, x.Get(e.Place()).ID)
	}
	for _, e := range x.Entries {
		for _, k := range x.Near(e, 3) {
			fmt.Fprintln(&b, e.ID, "near", k.ID, k.Shared)
		}
	}
	for _, d := range x.Decisions() {
		fmt.Fprintln(&b, d.ID, d.Same, d.From.ID, d.To.ID, d.Words, d.Source, d.Marking)
	}
	for _, a := range x.Actors {
		fmt.Fprintln(&b, a.ID, a.Label(), ids(a.Incidents), len(a.Parents), x.Actor(a.ID) == a)
	}
	return b.String()
}

func ids(list []*index.Entry) (ids []string) {
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	return ids
}

var subjects = []release.Subject{{Kind: release.Public}, {Kind: release.Person, Org: "acme", Person: "ann@acme"}, {Kind: release.Operator}, {Kind: release.Person, Org: "acme", Person: "bob@acme"},
	{Kind: release.Client, Org: "beta"}, {Kind: release.Client, Org: "gamma"}, {Kind: release.Client, Org: "delta", ClientOf: []string{"acme"}}}

// TestFollowedIsReadAnew: after any history of objects, versions, other markings and deletions, the index that followed is the one that is
// read anew and alone, for each subject; and nothing of an object is in it that the subject may not see.
func TestFollowedIsReadAnew(t *testing.T) {
	shared, own := 0, 0
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 11))
		h := New(t)
		keeper := index.NewKeeper(h.Releaser)
		for n := range 60 {
			step(h, r, n+1)
			if n%3 > 0 {
				continue
			}
			for _, s := range subjects {
				followed, err := keeper.Of(t.Context(), s, release.ShowPage)
				if err != nil {
					t.Fatal(err)
				}
				anew, err := index.TestingOnlyAnew(t.Context(), h.Releaser.View(s, release.ShowPage))
				if err != nil {
					t.Fatal(err)
				}
				got, want := dump(t, followed), dump(t, anew)
				if got != want {
					t.Fatalf("seed %d, step %d, %v:\n%s\nanew:\n%s", seed, n, s, got, want)
				}
				if s.Kind == release.Public && strings.Contains(got, "secret") {
					t.Fatalf("seed %d, step %d: %s", seed, n, got)
				}
			}
			a, b := keeper.TestingOnlyForks()
			shared, own = shared+a, own+b
		}
	}
	t.Logf("%d times an index was shared, %d times it was its reader's", shared, own)
	if shared == 0 || own == 0 {
		t.Error("not both")
	}
}

// step does one random thing. What is not TLP:CLEAR says that it is a secret.
func step(h *House, r *rand.Rand, version int) {
	h.Helper()
	n, mark, source := r.IntN(5), r.IntN(6), r.IntN(2)
	if mark > 2 {
		mark = 0
	}
	name := fmt.Sprint("open ", version)
	if mark > 0 {
		name = fmt.Sprint("secret ", version)
	}
	var o *stix.Value
	switch r.IntN(14) {
	case 0, 1:
		facts := watch.Facts{Slug: fmt.Sprint("slug-", n), RecordState: []string{"published", "published", "retracted", "merged"}[r.IntN(4)]}
		if facts.RecordState == "merged" {
			facts.MergedRef = ID("incident", (n+1)%5)
		}
		o = Incident(n, name, "2020-01-0"+fmt.Sprint(1+r.IntN(9)), facts)
	case 2:
		group := func() string { return fmt.Sprint("group ", r.IntN(4)) }
		if mark == 0 && r.IntN(2) == 0 {
			name = group()
		}
		o = aliased(n, name, group(), group())
	case 3:
		o = Named("identity", n, name)
	case 4, 5:
		o = Claim(n, r.IntN(5), r.IntN(5), r.IntN(5), "technical")
		if mark > 0 {
			o.Set("description", stix.NewString("secret"))
		}
	case 6:
		on := []string{ID("relationship", r.IntN(5)), ID("incident", r.IntN(5))}[r.IntN(2)]
		o = Stance(n, on, r.IntN(5), "deny")
		if mark > 0 {
			o.Set("explanation", stix.NewString("secret"))
		}
	case 7, 8, 9:
		o = Tie(100+version/4, []string{"duplicate-of", "duplicate-of", "distinct-from"}[r.IntN(3)], r.IntN(5), r.IntN(5))
		if mark > 0 {
			o.Set("description", stix.NewString("secret"))
		}
		if version%4 == 3 { // no version follows a revoked one (STIX 2.1 §3.6)
			o.Set("revoked", stix.NewBool(true))
		}
	case 11, 12:
		o = Claim(200+version/4, r.IntN(5), r.IntN(5), r.IntN(5), "technical")
		if r.IntN(2) == 0 {
			o = Stance(200+version/4, ID("incident", r.IntN(5)), r.IntN(5), "deny")
		}
		if version%4 == 3 { // as above
			o.Set("revoked", stix.NewBool(true))
		}
	case 13:
		o = Claim(300+n, 0, r.IntN(5), r.IntN(5), "technical")
		o.Set("source_ref", stix.NewString(ID("intrusion-set", r.IntN(5))))
	case 10:
		id := ID([]string{"incident", "relationship", "opinion", "identity"}[r.IntN(4)], n)
		_, err := h.Intake.Delete(h.Context(), intake.Submission{Source: h.Sources[source].ID}, h.Sources[source].Collection, id, store.Version{All: true})
		if err != nil && !strings.Contains(err.Error(), "no object") {
			h.Fatal(err)
		}
		return
	}
	if r.IntN(8) == 0 {
		o = unreadable(o)
	}
	got, err := h.Intake.Submit(h.Context(), intake.Submission{Source: h.Sources[source].ID}, [][]byte{At(o, version, mark).AppendJSON(nil)})
	if err != nil || got[0].Status != intake.Added && !strings.Contains(fmt.Sprint(got[0].Problems), "would loosen") { // that takes two persons
		h.Fatalf("%+v, %v", got, err)
	}
}

// TestFilter: each key, its opposite, several of one key and several keys.
func TestFilter(t *testing.T) {
	h := New(t)
	h.Say(0, At(Named("intrusion-set", 1, "Group A"), 1, 0), At(Named("intrusion-set", 2, "Group B"), 1, 0), At(Named("identity", 1, "Vendor"), 1, 0), At(Named("identity", 2, "State"), 1, 0))
	h.Say(0, At(Incident(1, "Hospital data taken", "2020-01-01", watch.Facts{Operations: []string{"ransomware"}, Actions: []string{"hacking.SQLi"}, Techniques: []string{"T1566.001"}, Severity: []watch.Score{{Scheme: "x", Value: "4.5"}},
		Victims: []watch.Victim{{Name: "Clinic", Named: true, Countries: []string{"DE"}, Sectors: []string{"healthcare"}, NAICS: "622110"}}, Data: []watch.Data{{Variety: "Medical"}}}), 1, 0))
	plans := At(Incident(2, "Plans of an aircraft", "2021-05-02", watch.Facts{Insider: true, Victims: []watch.Victim{{Countries: []string{"US", "FR"}, Sectors: []string{"aerospace"}}}, Data: []watch.Data{{Variety: "Secrets"}}}), 1, 1)
	plans.Set("lang", stix.NewString("de-AT"))
	h.Say(0, plans)
	h.Say(0, At(Claim(1, 1, 1, 1, "technical"), 1, 0), At(Claim(2, 2, 2, 2, "political"), 1, 0), At(Claim(3, 2, 1, 1, "technical"), 1, 0))
	x, err := index.NewKeeper(h.Releaser).Of(t.Context(), release.Subject{Kind: release.Operator}, release.ShowPage)
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"": "21", "q=hospital+taken": "1", "q=clinic": "1", "q=group+a": "21", "q=nothing": "", "sector=healthcare": "1", "sector=62": "1", "sector=6": "", "country=de": "1", "country=DE&country=US": "21", "country=!DE": "2",
		"region=western-europe": "21", "accused=Group+A": "21", "accused=group+b": "2", "accused=!Group+B": "1", "claimant=State": "2", "basis=political": "2", "technique=T1566": "1", "technique=T1566.001": "1", "technique=T156": "",
		"data=intellectual-property": "2", "data=Medical": "1", "action=hacking": "1", "action=hacking.SQLi": "1", "operation=ransomware": "1", "insider=yes": "2", "insider=no": "1", "severity>=4": "1", "severity>=5": "",
		"since=2021": "2", "until=2020": "1", "since=2020-01-01&until=2020-01-01": "1", "tlp<=clear": "1", "tlp<=green": "21", "source=acme": "21", "source=beta": "", "country=DE&data=Secrets": "", "state=published": "21", "state=corrected": "",
		"by=occurred&since=2019": "", "by=added": "12", "lang=de": "2", "lang=DE-at": "2", "lang=en": "1", "lang=!en": "2",
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
	for _, query := range []string{"colour=red", "country=Germany", "since=yesterday", "by=luck", "tlp<=pink", "severity>=much", "status=maybe", "basis=rumour", "state=gone", "data=plans", "lang=x", "insider=perhaps", "q=" + strings.Repeat("a&q=", 70) + "b"} {
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
	list, facets := x.Browse(f, 10)
	if !slices.Equal(list, x.Select(f)) {
		t.Errorf("browsing gives %d entries, selecting %d", len(list), len(x.Select(f)))
	}
	for _, fa := range facets {
		if fa.Key == "country" && (len(fa.Values) != 3 || fa.Values[0].Value != "DE" || !fa.Values[0].On) || fa.Key == "sector" && (len(fa.Values) != 1 || fa.Values[0].N != 1) {
			t.Errorf("%+v", fa)
		}
	}
}

// TestBadges: what stands about an incident shows in its badges, and a denial changes no number.
func TestBadges(t *testing.T) {
	h := New(t)
	keeper := index.NewKeeper(h.Releaser)
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
	h.Say(0, At(Incident(1, "It happened", "2020-01-01", watch.Facts{Slug: "it-happened"}), 1, 0), At(Named("intrusion-set", 1, "A"), 1, 0), At(Named("intrusion-set", 2, "B"), 1, 0), At(Named("identity", 1, "Ministry"), 1, 0))
	want("unattributed")
	weighed := func(n, accused, credibility int) *stix.Value {
		c, err := watch.ReadClaim(At(Claim(n, 1, accused, 1, "technical"), 1, 0))
		if err != nil {
			t.Fatal(err)
		}
		c.Terms.Reliability, c.Terms.Credibility = "B", credibility
		return c.Object()
	}
	h.Say(0, At(weighed(1, 1, 2), 1, 0))
	want("claimed")
	h.Say(1, At(weighed(2, 1, 2), 1, 0))
	want("claimed independently-supported")
	x, e := look()
	before := x.Weigh(e)
	h.Say(1, At(Stance(1, ID("relationship", 1), 1, "deny"), 1, 0))
	want("claimed independently-supported denied")
	x, e = look()
	if after := x.Weigh(e); fmt.Sprint(before) != fmt.Sprint(after) || before.Actors[0].P < .9 {
		t.Errorf("%v, and after the denial %v", before, after)
	}
	h.Say(1, At(weighed(3, 2, 2), 1, 0))
	want("claimed independently-supported contested denied")
}
