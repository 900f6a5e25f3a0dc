package release

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"threatwatch"
	"threatwatch/stix"
	"threatwatch/store"
)

// Get delivers every visible assertion of an id, newest version first; NotFound when there is none. The id of a redacted copy finds
// that copy, and the id of its original does not.
func (v *View) Get(ctx context.Context, id string, f func(*Item) error) error {
	n := 0
	err := v.read(ctx, func(g *glance) error {
		return g.byID(id, func(it *Item) error {
			n++
			return f(it)
		})
	})
	if err == nil && n == 0 {
		return threatwatch.Errorf(threatwatch.NotFound, "no object %s", id)
	}
	return err
}

func (g *glance) byID(id string, f func(*Item) error) error {
	ids := []string{id}
	if orig, ok := g.unalias(id); ok {
		ids = append(ids, orig)
	}
	for _, x := range ids {
		err := g.snap.ByID(g.ctx, g.set, x, func(r *store.Row) error {
			it, err := g.item(r)
			if err != nil || it == nil || it.ID != id {
				return err
			}
			return f(it)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Exists says whether a collection holds some version of an object that the subject may see.
func (v *View) Exists(ctx context.Context, collection, id string) (bool, error) {
	p, err := v.Page(ctx, Query{Collection: collection, IDs: []string{id}, Version: store.Version{All: true}, Limit: 1}, func(*Item) error { return nil })
	return p.N > 0, err
}

// Lookup delivers what is known of a value as a person would type it, defanged or not, newest first.
func (v *View) Lookup(ctx context.Context, value string, limit int, f func(*Item) error) error {
	return v.LookupAll(ctx, []string{value}, limit, func(_ int, it *Item) error { return f(it) })
}

// LookupAll is Lookup of several values in one snapshot: f is told which value an item is of, and limit is for each. [Stop] from f ends one value.
func (v *View) LookupAll(ctx context.Context, values []string, limit int, f func(which int, it *Item) error) error {
	var canon []string
	var whose []int // value of each
	for i, value := range values {
		for _, c := range stix.CanonValue(value) {
			canon, whose = append(canon, c), append(whose, i)
		}
	}
	return v.read(ctx, func(g *glance) error {
		told := teller{limit: limit, last: -1}
		return g.snap.ByValues(ctx, g.set, canon, func(n int, r *store.Row) error {
			which := whose[n]
			if !told.wants(which) {
				return store.Stop
			}
			it, err := g.item(r)
			if err != nil || it == nil || it.Redacted && !holds(it, canon[n]) {
				return err
			}
			return told.tell(it, func() error { return f(which, it) })
		})
	})
}

// teller tells of one value after the other, of each item once and of so many, though a value has several canonical forms.
type teller struct {
	limit, last int
	seen        []store.Stamp // of the last value
	ended       bool
}

func (t *teller) wants(which int) bool {
	if which != t.last {
		t.last, t.seen, t.ended = which, t.seen[:0], false
	}
	return !t.ended
}

func (t *teller) tell(it *Item, f func() error) error {
	if slices.Contains(t.seen, it.Added) {
		return nil
	}
	t.seen = append(t.seen, it.Added)
	err := f()
	t.ended = err == store.Stop || err == nil && len(t.seen) == t.limit
	if t.ended {
		return store.Stop
	}
	return err
}

// holds says whether a redacted copy still holds the value: one that was left out must not be found.
func holds(it *Item, canon string) bool {
	o, err := stix.Parse(it.Raw)
	return err == nil && slices.Contains(o.Values(), canon)
}

// Search delivers what has all words of q in its text, the last word as a prefix, newest first. types nil means any.
func (v *View) Search(ctx context.Context, q string, types []string, limit int, f func(*Item) error) error {
	return v.read(ctx, func(g *glance) error {
		n, seen := 0, map[string]bool{}
		return g.snap.Search(ctx, g.set, q, types, func(r *store.Row) error {
			it, err := g.item(r)
			if err != nil || it == nil || seen[it.ID] || it.Redacted && !mentions(it, q) {
				return err
			}
			if r.Flags&store.Several != 0 {
				seen[it.ID] = true
			}
			if err := f(it); err != nil {
				return err
			}
			if n++; n == limit {
				return store.Stop
			}
			return nil
		})
	})
}

// Related delivers what refers to an object, newest first, with the property that does. The id may be that of a redacted copy.
func (v *View) Related(ctx context.Context, id string, limit int, f func(kind string, it *Item) error) error {
	return v.read(ctx, func(g *glance) error {
		target := id
		err := g.byID(id, func(it *Item) error {
			if it.Redacted {
				target, _ = g.unalias(id)
			}
			return store.Stop
		})
		if err != nil && err != store.Stop {
			return err
		}
		n := 0
		return g.snap.Mentions(ctx, g.set, target, func(kind string, r *store.Row) error {
			it, err := g.item(r)
			if err != nil || it == nil || it.Redacted && !refersTo(it, id) {
				return err
			}
			if err := f(kind, it); err != nil {
				return err
			}
			if n++; n == limit {
				return store.Stop
			}
			return nil
		})
	})
}

func refersTo(it *Item, id string) bool {
	o, err := stix.Parse(it.Raw)
	return err == nil && slices.ContainsFunc(o.Refs(), func(r stix.Ref) bool { return r.ID == id })
}

// mentions says whether a redacted copy still has what a query asks for: text that was left out must not be found. As in the search, what
// stands between blanks stands together, and the last word may go on.
func mentions(it *Item, query string) bool {
	o, err := stix.Parse(it.Raw)
	if err != nil {
		return false
	}
	text := tokens(o.Text())
	asked := strings.FieldsFunc(query, func(r rune) bool { return r <= ' ' || r == '"' })
	for i, phrase := range asked {
		words := tokens(phrase)
		last := i == len(asked)-1
		if len(words) > 0 && !slices.ContainsFunc(starts(text, len(words)), func(at []string) bool {
			n := len(words) - 1
			return slices.Equal(at[:n], words[:n]) && (at[n] == words[n] || last && strings.HasPrefix(at[n], words[n]))
		}) {
			return false
		}
	}
	return true
}

// starts are all runs of n words.
func starts(text []string, n int) (runs [][]string) {
	for i := range max(0, len(text)-n+1) {
		runs = append(runs, text[i:i+n])
	}
	return runs
}

// tokens splits a text into the words that the search knows.
func tokens(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}
