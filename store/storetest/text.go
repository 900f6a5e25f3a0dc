package storetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/store"
)

// wordsFind: what is a word, and which words find it, is the same in every engine.
func wordsFind(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	const text = `APT-29 (aka "Cozy Bear") used naïve Ünïcode; Łódź, ΣΊΣΥΦΟΣ & Кий; 10.0.0.1 evil.example.com/path?q=1 C++ it's 漢字 re\u0301sume\u0301`
	texts := []string{strings.NewReplacer(`\u0301`, "\u0301").Replace(text), "bear cozy", "\x00", "nul\x00between", strings.Repeat("long", 20000) + " tail",
		"it went on " + strings.Repeat("and on ", 40000) + "to the end", "", "… — !"}
	for i, text := range texts {
		if err := put(ctx, st, indicator(i), "x", text); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string][]int{
		"apt": {0}, "APT-29": {0}, "apt 29": {0}, "29 apt": {0}, "29-apt": nil, "ap": {0}, "ap 29": nil, "apt-2": {0}, "pt": nil,
		"cozy bear": {1, 0}, "bear cozy": {1, 0}, "cozy-bear": {0}, `"bear cozy"`: {1, 0}, "bear-cozy": {1}, "cozy be": {1, 0}, "coz bear": nil,
		"naive": {0}, "NAÏVE": {0}, "naïv": {0}, "unicode": {0}, "lodz": nil, "łodz": {0}, "ŁÓDŹ": {0}, "resume": {0}, "résumé": {0}, "re\u0301s": {0},
		"σίσυφος": {0}, "ΣΊΣΥΦΟΣ": {0}, "кий": {0}, "КИЙ": {0}, "кии": nil,
		"10.0.0.1": {0}, "10.0": {0}, "0.0.1": {0}, "10.0.1": nil, "evil.example": {0}, "example.com/path": {0}, "evil com": {0}, "c++": {1, 0}, "its": nil, "it's": {0},
		"漢字": {0}, "漢": {0}, "字": nil, "": nil, " ": nil, "-": nil, "…": nil, "bear -": {1, 0}, "- bear": {1, 0}, "be -": nil, `be"`: {3, 1, 0},
		"AND": {5}, "bear OR cozy": nil, "NOT": nil, "bear*": {1, 0}, "(bear)": {1, 0}, "bear & cozy": {1, 0}, "'": nil, "a:b": nil, "tail": {4}, "end": {5},
		"to the end": {5}, "nul": {3}, "between": {3}, "longlonglong": {4}, "\xff\xfe": nil, "bear \x00": {1, 0},
	} {
		var got []int
		err := st.Read(ctx, func(sn store.Snapshot) error {
			return sn.Search(ctx, everything{}, query, nil, func(r *store.Row) error {
				got = append(got, slices.IndexFunc(texts, func(s string) bool { return string(r.Raw) == rawOf(r.ID, s) }))
				return nil
			})
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("Search(%q) = %v, %v, want %v", query, got, err, want)
		}
	}
}

// valuesAreExact: a value is found by exactly its bytes.
func valuesAreExact(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	values := []string{"a", "A", "ä", "a\u0308", "ß", "ss", "", " a", "a ", "a\x00", "a\x00b", "\xff", "\uFFFD", "%", "_", `\`, "'; --", "漢字", "🐻", strings.Repeat("v", 10000)}
	for i, v := range values {
		if err := put(ctx, st, indicator(i), "x", v); err != nil {
			t.Fatalf("%q: %v", v, err)
		}
	}
	for i, v := range values {
		var got []string
		err := st.Read(ctx, func(sn store.Snapshot) error {
			return sn.ByValues(ctx, everything{}, []string{"domain-name:" + v}, func(_ int, r *store.Row) error { got = append(got, r.ID); return nil })
		})
		if err != nil || !slices.Equal(got, []string{indicator(i)}) {
			t.Errorf("ByValues(%q) = %v, %v, want %s", v, got, err, indicator(i))
		}
	}
}

// recordsInOrder: keys go byte by byte, whatever the language of the server.
func recordsInOrder(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	keys := []string{"", "a", "A", "B", "b", "ab", "a-b", "a b", "a\x01", "a\U0010FFFF", "a\uFFFF", "ä", "z", "Z", "é", "e\u0301", "ß", "_", "%", "a%", "a_", `\`, "'", "10", "9", "1", "日本", "🐻",
		strings.Repeat("k", store.MaxKey)}
	for i := range 1200 {
		keys = append(keys, fmt.Sprintf("many/%d", i))
	}
	err := st.Update(ctx, func(tx store.Tx) error {
		for _, k := range keys {
			if err := tx.PutRecord(ctx, "kind", k, []byte("first")); err != nil {
				return fmt.Errorf("%q: %w", k, err)
			}
			if err := tx.PutRecord(ctx, "kind", k, []byte(k)); err != nil {
				return err
			}
		}
		return tx.PutRecord(ctx, "Kind", "other", nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	for _, prefix := range []string{"", "a", "A", "many/", "many/1", "ä", "x", "a%", "a_", "🐻", "\xff", "a\x00"} {
		var got, want []string
		err := st.Read(ctx, func(sn store.Snapshot) error {
			return sn.Records(ctx, "kind", prefix, func(k string, doc []byte) error {
				got = append(got, k)
				inner, err := sn.Record(ctx, "kind", k)
				if string(doc) != k || !bytes.Equal(doc, inner) {
					t.Errorf("record %q holds %q and %q", k, doc, inner)
				}
				return err
			})
		})
		for _, k := range keys {
			if strings.HasPrefix(k, prefix) {
				want = append(want, k)
			}
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("Records(%q) = %q, %v, want %q", prefix, got, err, want)
		}
	}
	refused(t, st)
}

// refused: keys that some engine could not keep are refused by all, and reading them finds nothing.
func refused(t T, st store.Store) {
	t.Helper()
	ctx := t.Context()
	for _, k := range [][2]string{{"", "a"}, {"k", "a\x00"}, {"k\x00", "a"}, {"k", "\xff"}, {"k", strings.Repeat("k", store.MaxKey+1)}} {
		err := st.Update(ctx, func(tx store.Tx) error { return tx.PutRecord(ctx, k[0], k[1], []byte("x")) })
		if threatwatch.KindOf(err) != threatwatch.Invalid {
			t.Errorf("PutRecord(%.20q): %v, want invalid", k, err)
		}
		err = st.Read(ctx, func(sn store.Snapshot) error { _, err := sn.Record(ctx, k[0], k[1]); return err })
		if threatwatch.KindOf(err) != threatwatch.NotFound {
			t.Errorf("Record(%.20q): %v, want not found", k, err)
		}
		if err := st.Update(ctx, func(tx store.Tx) error { return tx.DeleteRecord(ctx, k[0], k[1]) }); err != nil {
			t.Errorf("DeleteRecord(%.20q): %v", k, err)
		}
	}
	err := st.Read(ctx, func(sn store.Snapshot) error {
		doc, err := sn.Record(ctx, "Kind", "other")
		if len(doc) != 0 {
			t.Errorf("an empty record holds %q", doc)
		}
		return err
	})
	if err != nil {
		t.Error("an empty record: ", err)
	}
}

// labelBodiesAreExact: bodies are interned by exactly their bytes, of any length.
func labelBodiesAreExact(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	bodies := []string{"a", "A", "", "a\x00", "\xff", "ä", "a\u0308", strings.Repeat("long", 5000), strings.Repeat("long", 5000) + "er"}
	ids := map[store.LabelID]string{}
	for range 2 {
		err := st.Update(ctx, func(tx store.Tx) error {
			for _, b := range bodies {
				id, err := tx.InternLabel(ctx, b)
				if err != nil {
					return err
				}
				if old, ok := ids[id]; ok && old != b || id == 0 {
					t.Errorf("label %d is %.20q and %.20q", id, old, b)
				}
				ids[id] = b
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := st.Read(ctx, func(sn store.Snapshot) error {
		got, err := sn.LabelBodies(ctx)
		if len(got) != len(bodies) {
			t.Errorf("%d labels, want %d", len(got), len(bodies))
		}
		for id, b := range got {
			if ids[id] != b {
				t.Errorf("label %d is %.20q, want %.20q", id, b, ids[id])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// largeBodies: bodies of any size come back as they went in, also many on one page, and memory does not grow with the page.
func largeBodies(t T, e Engine) {
	st, ctx := e.Open(t, t.TempDir()), t.Context()
	noise := rand.NewChaCha8([32]byte{1})
	sizes := []int{0, 1, 2000, 16 << 10, 16<<10 + 1, 1 << 20, 4 << 20, 4 << 20, 100}
	bodies := make([][]byte, len(sizes))
	puts := make([]*store.Put, len(sizes))
	for i, n := range sizes {
		bodies[i] = make([]byte, n)
		noise.Read(bodies[i])
		puts[i] = &store.Put{Head: store.Head{ID: indicator(i), Type: "indicator", Source: 1}, Raw: slices.Clone(bodies[i]), Collections: []store.CollectionID{home}}
	}
	err := st.Update(ctx, func(tx store.Tx) error {
		l, err := tx.InternLabel(ctx, "x")
		for _, p := range puts {
			p.Label = l
		}
		if err == nil {
			_, err = tx.Put(ctx, puts)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = st.Read(ctx, func(sn store.Snapshot) error {
		i := 0
		check := func(r *store.Row) error {
			if r.ID != indicator(i) || !bytes.Equal(r.Raw, bodies[i]) {
				t.Errorf("object %d: %s with %d bytes, want %d", i, r.ID, len(r.Raw), len(bodies[i]))
			}
			i++
			return nil
		}
		if err := sn.Members(ctx, store.Query{Labels: everything{}, Collections: []store.CollectionID{home}}, check); err != nil {
			return err
		}
		for i = 0; i < len(sizes); {
			before := i
			if err := sn.ByID(ctx, everything{}, indicator(i), check); err != nil {
				return err
			}
			if i == before {
				return fmt.Errorf("%s is not found by its id", indicator(i))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
