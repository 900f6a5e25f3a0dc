package release_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/intake"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/store/sqlite"
)

var markings = map[string]string{
	"clear":        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
	"green":        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
	"amber":        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
	"amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
	"red":          "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

var levels = []string{"clear", "green", "amber", "amber+strict", "red"}

// object is one object of a random world. Its canary is a word that occurs in it and nowhere else.
type object struct {
	owner, level, id, canary, raw string
	ends                          []int // of a relationship: indexes of what it ties
}

// sees says by the words of TLP 2.0 alone whether a subject may see an object; it shares no code with what it checks.
func (o object) sees(s release.Subject) bool {
	if s.Kind == release.Operator {
		return true
	}
	own := s.Org == o.owner && s.Kind != release.Public
	switch o.level {
	case "clear":
		return true
	case "green":
		return s.Kind != release.Public
	case "amber":
		return own || slices.Contains(s.ClientOf, o.owner)
	}
	return own
}

var subjects = []release.Subject{
	{Kind: release.Public},
	{Kind: release.Person, Org: "acme", Person: "ann@acme"},
	{Kind: release.Client, Org: "beta"},
	{Kind: release.Person, Org: "gamma", ClientOf: []string{"acme"}, Person: "cy@gamma"},
	{Kind: release.Operator},
}

// world is indicators and malware of two owners under random markings, and relationships between them.
func world(r *rand.Rand) (all []object) {
	for i := range 10 {
		o := object{owner: []string{"acme", "beta"}[r.IntN(2)], level: levels[r.IntN(len(levels))], canary: fmt.Sprintf("canary%dx", i)}
		head := func(typ string) string {
			o.id = fmt.Sprintf("%s--%08x-0000-4000-8000-%012x", typ, r.Uint32(), i)
			return fmt.Sprintf(`{"type":%q,"spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:%02d.000Z","object_marking_refs":[%q],`, typ, o.id, i, markings[o.level])
		}
		switch k := r.IntN(3); {
		case k == 0 && len(all) > 1:
			o.ends = []int{r.IntN(len(all)), r.IntN(len(all))}
			if all[o.ends[0]].ends != nil || all[o.ends[1]].ends != nil { // ties between ties add nothing here
				o.ends = []int{0, 0} // the first is never one
			}
			o.raw = head("relationship") + fmt.Sprintf(`"relationship_type":"related-to","source_ref":%q,"target_ref":%q,"description":"shared %s"}`, all[o.ends[0]].id, all[o.ends[1]].id, o.canary)
		case k == 1:
			o.raw = head("indicator") + fmt.Sprintf(`"name":"shared %s","pattern":"[domain-name:value = '%s.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`, o.canary, o.canary)
		default:
			o.raw = head("malware") + fmt.Sprintf(`"name":"shared %s","is_family":true}`, o.canary)
		}
		all = append(all, o)
	}
	return all
}

// exchange holds a world.
func exchange(t *testing.T, objects []object) *release.Releaser {
	t.Helper()
	st, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	in := intake.New(st, time.Now)
	sources := map[string]store.SourceID{}
	for _, owner := range []string{"acme", "beta"} {
		s, err := in.AddSource(t.Context(), store.Source{Name: owner, Owner: owner, Public: true})
		if err != nil {
			t.Fatal(err)
		}
		sources[owner] = s.ID
	}
	if _, err := in.AddCollection(t.Context(), store.Collection{Title: "Clear", Alias: "clear", Public: true, Filter: &store.Filter{TLP: []string{"clear"}}}); err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		got, err := in.Submit(t.Context(), intake.Submission{Source: sources[o.owner]}, [][]byte{[]byte(o.raw)})
		if err != nil || got[0].Status != intake.Added {
			t.Fatalf("%s: %+v, %v", o.raw, got, err)
		}
	}
	return release.New(st, []byte("a secret of thirty-two bytes or more"), time.Now)
}

// transcript is everything that a subject can get by any path, without stamps and cursors, which tell the time only.
func transcript(t *testing.T, rel *release.Releaser, s release.Subject, ids, words []string) string {
	t.Helper()
	var b bytes.Buffer
	ctx := t.Context()
	say := func(it *release.Item) error {
		fmt.Fprintf(&b, "  %s %s %d %s %v %s\n", it.ID, it.Type, it.Modified, it.Source, it.Redacted, it.Raw)
		return nil
	}
	done := func(err error) {
		if err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "= %v\n", threatwatch.KindOf(err))
	}
	for _, a := range []release.Action{release.ShowPage, release.TaxiiRead, release.ExportFile} {
		v := rel.View(s, a)
		fmt.Fprintf(&b, "page %s\n", a)
		q := release.Query{Limit: 2}
		for {
			p, err := v.Page(ctx, q, say)
			done(err)
			if !p.More {
				break
			}
			q.Next = p.Next
		}
		counts, err := v.Count(ctx, "")
		done(err)
		fmt.Fprintln(&b, counts)
		for _, id := range ids {
			fmt.Fprintln(&b, "get", id)
			done(v.Get(ctx, id, say))
			fmt.Fprintln(&b, "related", id)
			done(v.Related(ctx, id, 0, func(kind string, it *release.Item) error { fmt.Fprintln(&b, kind); return say(it) }))
		}
		for _, w := range words {
			fmt.Fprintln(&b, "word", w)
			done(v.Search(ctx, w, nil, 0, say))
			fmt.Fprintln(&b, "value", w)
			done(v.Lookup(ctx, w+".example", 0, say))
		}
		done(v.Export(ctx, nil, true, say))
		fmt.Fprintln(&b, "follow")
		_, err = v.Follow(ctx, release.Mark{}, release.Following{Types: []string{"indicator", "malware", "relationship"}, Ends: []string{"malware"}}, func(bool) {}, say)
		done(err)
	}
	return b.String()
}

// TestNonInterference: what a subject gets from an exchange does not depend on what it may not see, byte for byte; all that it may see
// it gets, on every path; and no canary of a hidden object is in it. (A visible relationship to a hidden object is the one thing that may
// differ, since its end is cut: those worlds are checked for canaries only.) THREATWATCH_WORLDS says how many worlds are made.
func TestNonInterference(t *testing.T) {
	worlds := howMany(t, "THREATWATCH_WORLDS", 3, 25, 2000)
	pairs := 0
	for seed := range worlds {
		t.Run(fmt.Sprint("world ", seed), func(t *testing.T) { // what it leaves on disk goes before the next one
			pairs += interferes(t, seed)
		})
		if seed%100 == 99 {
			t.Logf("%d worlds, %d pairs of exchanges that differ in what is hidden", seed+1, pairs)
		}
	}
}

// howMany random cases a test goes through: few with -short, else as many as a variable says, else many with THREATWATCH_LONG.
func howMany(t *testing.T, variable string, short, usual, long int) int {
	t.Helper()
	switch said := os.Getenv(variable); {
	case testing.Short():
		return short
	case said != "":
		n, err := strconv.Atoi(said)
		if err != nil {
			t.Fatalf("%s: %v", variable, err)
		}
		return n
	case os.Getenv("THREATWATCH_LONG") != "":
		return long
	}
	return usual
}

// interferes makes a world, and a pair of exchanges for each subject: with what is hidden from it, and without. It returns
// how many of the pairs that it compared differ.
func interferes(t *testing.T, seed int) (pairs int) {
	all := world(rand.New(rand.NewPCG(uint64(seed), 7)))
	var ids, words []string
	for _, o := range all {
		ids, words = append(ids, o.id), append(words, o.canary)
	}
	full := exchange(t, all)
	for _, s := range subjects {
		visible, tied := seenBy(s, all)
		got := transcript(t, full, s, ids, append(words, "shared"))
		said := strings.Join(slices.DeleteFunc(strings.Split(got, "\n"), func(l string) bool {
			return strings.HasPrefix(l, "get ") || strings.HasPrefix(l, "related ") || strings.HasPrefix(l, "word ") || strings.HasPrefix(l, "value ")
		}), "\n")
		for _, o := range all {
			if o.sees(s) {
				if !tied && o.level != "red" && strings.Count(said, o.canary) < 3 {
					t.Errorf("seed %d, %v: %s %s of %s is withheld on some path", seed, s, o.level, o.id, o.owner)
				}
			} else if strings.Contains(said, o.canary) || !tied && strings.Contains(said, o.id) {
				t.Errorf("seed %d, %v: something of %s %s of %s shows:\n%s", seed, s, o.level, o.id, o.owner, said)
			}
		}
		if tied {
			continue
		}
		if len(visible) < len(all) {
			pairs++
		}
		if want := transcript(t, exchange(t, visible), s, ids, append(words, "shared")); got != want {
			t.Errorf("seed %d, %v: what is hidden changes the answer\n%s", seed, s, firstDifference(got, want))
		}
	}
	return pairs
}

// seenBy is what a subject may see of a world; tied says that some of it refers to what it may not see.
func seenBy(s release.Subject, all []object) (visible []object, tied bool) {
	for _, o := range all {
		if !o.sees(s) {
			continue
		}
		visible = append(visible, o)
		for _, e := range o.ends {
			tied = tied || !all[e].sees(s)
		}
	}
	return visible, tied
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d\n%s\n%s", i, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(x), len(y))
}
