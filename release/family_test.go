package release_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"threatwatch/release"
)

// members is how many exchanges a family has. What each of them answers is compared with the first, and so any two with each other.
const members = 15

// TestFamilies: a family is exchanges in which a subject may see the same, among which hidden objects lie that differ from one to the next: others, more
// or fewer of them, objects that refer to visible ones, that hold the same values, and what others say under the same id. Every answer is the same, byte for byte,
// in all of them. THREATWATCH_FAMILIES says how many families are made.
func TestFamilies(t *testing.T) {
	families := howMany(t, "THREATWATCH_FAMILIES", 2, 12, 1000)
	pairs := 0
	for seed := range families {
		t.Run(fmt.Sprint("family ", seed), func(t *testing.T) { // what it leaves on disk goes before the next one
			relatives(t, seed)
			pairs += members * (members - 1) / 2
		})
		if seed%100 == 99 {
			t.Logf("%d families, %d pairs of exchanges that differ in what is hidden", seed+1, pairs)
		}
	}
}

// relatives makes a family, of which the first member hides nothing.
func relatives(t *testing.T, seed int) {
	r := rand.New(rand.NewPCG(uint64(seed), 11))
	s := subjects[seed%(len(subjects)-1)] // the operator, who sees everything, is the last
	visible := untied(s, world(r))
	var ids, words []string
	for _, o := range visible {
		ids, words = append(ids, o.id), append(words, o.canary)
	}
	worlds := make([][]object, members)
	worlds[0] = visible
	for i := 1; i < members; i++ {
		hidden := make([]object, 1+r.IntN(5))
		for k := range hidden {
			hidden[k] = hiddenFrom(r, s, slices.Concat(visible, hidden[:k]), fmt.Sprintf("secret%dx%dx", i, k))
		}
		worlds[i] = between(r, visible, hidden)
		if i%2 == 1 { // some are asked for by name
			ids, words = append(ids, hidden[0].id), append(words, hidden[0].canary)
		}
	}
	words = append(words, "shared")
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var want string
	for i, w := range worlds {
		got := transcript(t, exchange(t, w), s, ids, words)
		if i == 0 {
			want = got
		}
		if got != want {
			for _, o := range w {
				t.Log(o.owner, o.level, o.raw)
			}
			t.Fatalf("seed %d, %v: what is hidden in member %d changes the answer\n%s", seed, s, i, firstDifference(got, want))
		}
	}
}

// untied is what a subject may see of a world, without what refers to something else.
func untied(s release.Subject, all []object) []object {
	visible, _ := seenBy(s, all)
	return slices.DeleteFunc(visible, func(o object) bool {
		return slices.ContainsFunc(o.ends, func(e int) bool { return !all[e].sees(s) })
	})
}

// between puts hidden objects anywhere among the visible ones; both keep their order.
func between(r *rand.Rand, visible, hidden []object) (all []object) {
	for len(visible)+len(hidden) > 0 {
		from := &visible
		if r.IntN(len(visible)+len(hidden)) >= len(visible) {
			from = &hidden
		}
		all, *from = append(all, (*from)[0]), (*from)[1:]
	}
	return all
}

// hiddenFrom makes an object that a subject may not see: one of its own kind, one that refers to others, or what the other owner says under the id of one.
func hiddenFrom(r *rand.Rand, s release.Subject, others []object, canary string) object {
	o := object{canary: canary}
	for o.owner == "" || o.sees(s) {
		o.owner, o.level = []string{"acme", "beta"}[r.IntN(2)], levels[r.IntN(len(levels))]
	}
	head := func(typ, id string) string {
		o.id = id
		return fmt.Sprintf(`{"type":%q,"spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:%02d.000Z","object_marking_refs":[%q],`,
			typ, id, r.IntN(60), markings[o.level])
	}
	fresh := func(typ string) string {
		return fmt.Sprintf("%s--%08x-0000-4000-9000-%012x", typ, r.Uint32(), r.Uint32())
	}
	pick := func(ok func(object) bool) (object, bool) {
		list := slices.DeleteFunc(slices.Clone(others), func(x object) bool { return !ok(x) })
		if len(list) == 0 {
			return object{}, false
		}
		return list[r.IntN(len(list))], true
	}
	end := func(x object) bool { return x.ends == nil && x.id[:4] != "note" }
	switch k := r.IntN(6); {
	case k == 0:
		if a, ok := pick(end); ok {
			b, _ := pick(end)
			o.ends = []int{}
			o.raw = head("relationship", fresh("relationship")) + fmt.Sprintf(`"relationship_type":"related-to","source_ref":%q,"target_ref":%q,"description":"shared %s"}`, a.id, b.id, canary)
			return o
		}
	case k == 1:
		if a, ok := pick(func(object) bool { return true }); ok {
			o.raw = head("note", fresh("note")) + fmt.Sprintf(`"content":"shared %s %s","object_refs":[%q]}`, canary, a.canary, a.id)
			return o
		}
	case k == 2: // the value that a visible one holds
		if a, ok := pick(end); ok {
			o.raw = head("indicator", fresh("indicator")) + fmt.Sprintf(`"name":"shared %s","pattern":"[domain-name:value = '%s.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`, canary, a.canary)
			return o
		}
	case k == 3: // another's word on the same id
		// An organisation is bound by what it says itself of what it refers to: that would hide what it says elsewhere.
		said := func(x object) bool {
			return slices.ContainsFunc(others, func(y object) bool { return y.owner == o.owner && strings.Contains(y.raw, x.id) })
		}
		if a, ok := pick(func(x object) bool { return x.id[:4] == "malw" && !said(x) }); ok {
			o.raw = head("malware", a.id) + fmt.Sprintf(`"name":"shared %s","is_family":false}`, canary)
			return o
		}
	}
	o.raw = head("malware", fresh("malware")) + fmt.Sprintf(`"name":"shared %s","is_family":true}`, canary)
	return o
}
