package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/store"
)

// worlds compares each way of reading with the contract in its simplest form, on a few random worlds.
func worlds(t T, e Engine) {
	for seed := range uint64(3) {
		w := newWorld(t, e.Open(t, t.TempDir()), seed)
		if len(w.held) < 50 {
			t.Fatalf("only %d assertions in world %d", len(w.held), seed)
		}
		for name, check := range map[string]func(*world){
			"QueriesAgree": queriesAgree, "PagesJoin": pagesJoin, "IdentitiesAgree": identitiesAgree, "ValuesAgree": valuesAgree, "MentionsAgree": mentionsAgree,
			"SearchAgrees": searchAgrees, "CountsAgree": countsAgree, "LogTellsAll": logTellsAll,
		} {
			within(t, fmt.Sprint(name, seed), func(t T) {
				w.t = t
				check(w)
			})
		}
	}
}

// queriesAgree: Members gives what the simplest reading of the contract gives, in the same order, page after page.
func queriesAgree(w *world) {
	ctx, found := w.t.Context(), 0
	w.read(func(sn store.Snapshot) error {
		for range 300 {
			q := w.randomQuery()
			q.As = w.randomAs(sn)
			var got, want []string
			err := sn.Members(ctx, q, func(r *store.Row) error {
				got = append(got, fmt.Sprint(r.ID, " ", r.Modified, " ", r.Source, " @", r.Added))
				if q.As == nil && (r.Raw == nil) != q.NoBodies {
					return fmt.Errorf("body of %s: %q", r.ID, r.Raw)
				}
				return sameRow(ctx, sn, r, w.held[r.OID])
			})
			if err != nil {
				return err
			}
			for _, m := range w.query(q) {
				want = append(want, m.String())
			}
			found += len(want)
			w.same(fmt.Sprintf("Members(%+v)", q), got, want)
		}
		return nil
	})
	if found < 500 {
		w.t.Errorf("the queries select only %d rows", found)
	}
}

// pagesJoin: walking by From and Limit gives the same as one listing, in both directions.
func pagesJoin(w *world) {
	ctx := w.t.Context()
	for _, newest := range []bool{false, true} {
		q := store.Query{Labels: everything{}, Newest: newest}
		var whole, walked collect
		w.read(func(sn store.Snapshot) error { return sn.Members(ctx, q, whole.row) })
		for q.Limit = 7; ; {
			n := 0
			w.read(func(sn store.Snapshot) error {
				return sn.Members(ctx, q, func(r *store.Row) error {
					n++
					q.From = r.Added
					return walked.row(r)
				})
			})
			if n < q.Limit {
				break
			}
		}
		w.same(fmt.Sprint("pages, newest first: ", newest), walked.list, whole.list)
	}
}

// identitiesAgree: by id, with every version, and heads for all.
func identitiesAgree(w *world) {
	ctx := w.t.Context()
	w.read(func(sn store.Snapshot) error {
		var ids []string
		for n := range worldIDs {
			id, ls := worldID(n), w.randomLabels()
			ids = append(ids, id)
			var got collect
			if err := sn.ByID(ctx, ls, id, got.row); err != nil {
				return err
			}
			var want []*store.Put
			for _, p := range w.held {
				if p.ID == id && ls.Has(p.Label) {
					want = append(want, p)
				}
			}
			slices.SortFunc(want, func(a, b *store.Put) int {
				return cmp.Or(cmp.Compare(b.Modified, a.Modified), cmp.Compare(a.OID, b.OID))
			})
			w.same("ByID "+id, got.list, keys(want))
		}
		heads, err := sn.Heads(ctx, append(ids, "no id", someone))
		n := 0
		for _, list := range heads {
			for _, h := range list {
				n++
				if err := sameRow(ctx, sn, &store.Row{Head: h}, w.held[h.OID]); err != nil {
					w.t.Error("Heads: ", err)
				}
				if len(list) > 1 && h.Flags&store.Several == 0 {
					w.t.Errorf("Heads: %s is not flagged as one of several", h.ID)
				}
			}
		}
		if n != len(w.held) {
			w.t.Errorf("Heads has %d of %d assertions", n, len(w.held))
		}
		return err
	})
}

func keys(puts []*store.Put) (out []string) {
	for _, p := range puts {
		out = append(out, key(p))
	}
	return out
}

// newestFirst are the assertions that ok accepts.
func (w *world) newestFirst(ls store.Labels, ok func(*store.Put) bool) (out []*store.Put) {
	for _, p := range w.held {
		if ls.Has(p.Label) && ok(p) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *store.Put) int { return cmp.Compare(b.OID, a.OID) })
	return out
}

// valuesAgree: values together, the same one twice among them, and one that nobody holds: each newest first, with a limit of its own.
func valuesAgree(w *world) {
	ctx := w.t.Context()
	w.read(func(sn store.Snapshot) error {
		for range 100 {
			ls := w.randomLabels()
			asked := make([]string, 1+w.rng.IntN(5))
			limits, got := make([]int, len(asked)), make([]collect, len(asked))
			for i := range asked {
				asked[i], limits[i] = "domain-name:"+pick(w, append([]string{"absent"}, worldWords...)), w.rng.IntN(4)
			}
			last := 0
			err := sn.ByValues(ctx, ls, asked, func(which int, r *store.Row) error {
				if which < last {
					w.t.Errorf("ByValues %v: value %d after value %d", asked, which, last)
				}
				last = which
				return got[which].until(limits[which])(r)
			})
			if err != nil {
				return err
			}
			for i, value := range asked {
				want := keys(w.newestFirst(ls, func(p *store.Put) bool { return slices.Contains(p.Values, value) }))
				if limits[i] > 0 {
					want = want[:min(limits[i], len(want))]
				}
				w.same(fmt.Sprintf("ByValues %v, of value %d at most %d", asked, i, limits[i]), got[i].list, want)
			}
		}
		return nil
	})
}

// mentionsAgree: who refers to an id, newest first.
func mentionsAgree(w *world) {
	ctx := w.t.Context()
	w.read(func(sn store.Snapshot) error {
		for range 100 {
			ls, target := w.randomLabels(), worldID(w.rng.IntN(worldIDs))
			var mentions collect
			wants := func(r store.Ref) bool { return r.ID == target }
			err := sn.Mentions(ctx, ls, target, func(kind string, r *store.Row) error {
				if !slices.Contains(w.held[r.OID].Refs, store.Ref{Kind: kind, ID: target}) {
					w.t.Errorf("%s does not mention %s as %s", r.ID, target, kind)
				}
				if len(mentions.list) > 0 && mentions.list[len(mentions.list)-1] == fmt.Sprint(r.ID, " ", r.Modified, " ", r.Source) {
					return nil // mentions it in two ways
				}
				return mentions.row(r)
			})
			if err != nil {
				return err
			}
			w.same("Mentions "+target, mentions.list, keys(w.newestFirst(ls, func(p *store.Put) bool { return slices.ContainsFunc(p.Refs, wants) })))
		}
		return nil
	})
}

// searchAgrees: all words, the last as a prefix; of the versions of an object the newest, but for those with Check.
func searchAgrees(w *world) {
	ctx := w.t.Context()
	w.read(func(sn store.Snapshot) error {
		for range 100 {
			ls, a, b, types := w.randomLabels(), pick(w, worldWords), pick(w, worldWords), some(w, worldTypes)
			var got collect
			if err := sn.Search(ctx, ls, a+" "+b[:3], types, got.row); err != nil {
				return err
			}
			found := w.newestFirst(ls, func(p *store.Put) bool {
				return strings.Contains(p.Text, a) && strings.Contains(p.Text, b) && p.Flags&store.Quarantined == 0 && (types == nil || slices.Contains(types, p.Type))
			})
			seen := map[string]bool{}
			found = slices.DeleteFunc(found, func(p *store.Put) bool {
				was := seen[p.ID]
				seen[p.ID] = was || p.Flags&store.Check == 0
				return was && p.Flags&store.Check == 0
			})
			w.same(fmt.Sprintf("Search %s %s %v", a, b, types), got.list, keys(found))
		}
		return nil
	})
}

// countsAgree: the latest versions by type, as they are shown.
func countsAgree(w *world) {
	ctx := w.t.Context()
	w.read(func(sn store.Snapshot) error {
		for range 60 {
			q := store.Query{Labels: w.randomLabels(), As: w.randomAs(sn)}
			if w.rng.IntN(2) == 0 {
				q.Collections = []store.CollectionID{pick(w, []store.CollectionID{1, 2, 3})}
			}
			counts, err := sn.Count(ctx, q.Labels, q.Collections, q.As)
			if err != nil {
				return err
			}
			want := map[string]int{}
			for _, m := range w.query(q) {
				if q.As != nil || m.Put.Flags&store.Check == 0 {
					want[m.Type]++
				}
			}
			if fmt.Sprint(counts) != fmt.Sprint(want) {
				w.t.Errorf("Count %v, want %v", counts, want)
			}
		}
		return nil
	})
}

// logTellsAll: the log has each membership once, with the label that holds now, and for each that ended a tombstone; it reads the same in
// pieces.
func logTellsAll(w *world) {
	ctx := w.t.Context()
	var pieces []store.Entry
	w.read(func(sn store.Snapshot) error {
		for after := store.Stamp(0); ; {
			n := len(pieces)
			if err := sn.Log(ctx, after, 17, func(e store.Entry) error { pieces = append(pieces, e); return nil }); err != nil {
				return err
			}
			if len(pieces) == n {
				return nil
			}
			after = pieces[len(pieces)-1].Stamp
		}
	})
	if !slices.Equal(pieces, w.log) {
		w.t.Errorf("the log in pieces has %d entries, whole %d", len(pieces), len(w.log))
	}
	present, ended := map[string]int{}, 0
	for i, e := range w.log {
		if i > 0 && e.Stamp <= w.log[i-1].Stamp {
			w.t.Errorf("entry %d: stamp %d after %d", i, e.Stamp, w.log[i-1].Stamp)
		}
		switch p := w.held[e.OID]; {
		case e.Kind == store.Added && (p == nil || e.Label != p.Label):
			w.t.Errorf("%+v is of %+v", e, p)
		case e.Kind == store.Added:
			present[fmt.Sprint(e.OID, " ", e.Collection)]++
		case e.Kind == store.Deleted:
			ended++
		}
	}
	for oid := range w.held {
		for _, c := range w.colls[oid] {
			if k := fmt.Sprint(oid, " ", c); present[k] != 1 {
				w.t.Errorf("membership %s is in the log %d times", k, present[k])
			} else {
				delete(present, k)
			}
		}
	}
	if len(present) > 0 || ended == 0 {
		w.t.Errorf("memberships that ended are still in the log: %v; tombstones: %d", present, ended)
	}
	w.read(func(sn store.Snapshot) error {
		for _, e := range w.log {
			if _, err := sn.Get(ctx, e.OID); w.held[e.OID] == nil && threatwatch.KindOf(err) != threatwatch.NotFound {
				w.t.Errorf("Get(%d) of an erased assertion: %v", e.OID, err)
			}
		}
		return nil
	})
}
