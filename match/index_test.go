package match

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"threatwatch/logs"
)

// TestIndexIsAMap: after any changes an index says of any value exactly what a map from value to claims would say.
func TestIndexIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-d]{1,2}\.[a-c]{1,2}\.example|198\.51\.100\.[1-9][0-9]?|2001:db8::[1-9]|[0-9a-f]{32}`), 1, 40, rapid.ID[string]).Draw(t, "values")
		said := func(label string) map[string][]string { // id to values
			out := map[string][]string{}
			for i := range rapid.IntRange(0, 12).Draw(t, label) {
				id := fmt.Sprintf("indicator--00000000-0000-4000-8000-%012d", rapid.IntRange(0, 9).Draw(t, "id"))
				if i%4 == 3 {
					id = fmt.Sprintf("odd-%d", i)
				}
				out[id] = rapid.SliceOfN(rapid.SampledFrom(values), 1, 5).Draw(t, "values")
			}
			return out
		}
		want := said("base")
		b := NewBuilder()
		for id, vs := range want {
			add(t, b, id, vs...)
		}
		x, err := b.Index()
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 4).Draw(t, "updates") {
			news := said("news")
			var entries []Entry
			for id, vs := range news {
				entries = append(entries, Entry{Values: guessed(t, vs...), Claim: Claim{ID: id}})
			}
			remove := slices.Collect(maps.Keys(news))
			for id := range want {
				if rapid.Bool().Draw(t, "remove") {
					remove = append(remove, id)
				}
			}
			if err := x.Update(entries, remove); err != nil {
				t.Fatal(err)
			}
			for _, id := range remove {
				delete(want, id)
			}
			maps.Copy(want, news)
			if rapid.Bool().Draw(t, "merge") {
				x.mergeAll(t)
			}
		}
		for _, v := range values {
			var ids []string
			for id, vs := range want {
				if slices.Contains(vs, v) {
					ids = append(ids, id)
				}
			}
			slices.Sort(ids)
			if got := idsOf(x.Lookup(v, time.Now())); !slices.Equal(got, ids) {
				t.Fatalf("Lookup(%q) = %v, want %v", v, got, ids)
			}
		}
	})
}

// mergeAll makes one layer of all.
func (x *Index) mergeAll(t fataler) {
	t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	c, err := merge(x.now.Load().layers)
	if err != nil {
		t.Fatalf("%v", err)
	}
	x.now.Store((&state{}).with(c))
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func guessed(t fataler, texts ...string) []Value {
	t.Helper()
	var vs []Value
	for _, s := range texts {
		v, ok := Guess(s)
		if !ok {
			t.Fatalf("Guess(%q) finds nothing", s)
		}
		vs = append(vs, v)
	}
	return vs
}

func add(t fataler, b *Builder, id string, texts ...string) {
	t.Helper()
	if err := b.AddAll(guessed(t, texts...), Claim{ID: id}); err != nil {
		t.Fatalf("%v", err)
	}
}

func index(t *testing.T, entries ...Entry) *Index {
	t.Helper()
	b := NewBuilder()
	for _, e := range entries {
		if err := b.AddAll(e.Values, e.Claim); err != nil {
			t.Fatal(err)
		}
	}
	x, err := b.Index()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func idsOf(hits []Hit) []string {
	ids := []string{}
	for _, h := range hits {
		for _, c := range h.Claims {
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// TestReach: what lies below a domain, within a network, under a key is hit; what lies beside it is not.
func TestReach(t *testing.T) {
	b := NewBuilder()
	for _, s := range []string{"evil.example", "*.wild.example", "co.uk", "198.51.100.0/24", "198.51.0.0/16", `HKLM\Software\Evil`, "http://shop.example/gate.php",
		"/atlas.mipseb", "d41d8cd98f00b204e9800998ecf8427e", "boss@mail.example", "dropper.exe", "2001:db8::/32", "203.0.113.9"} {
		add(t, b, s, s)
	}
	x, err := b.Index()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind logs.Kind
		in   string
		want string
	}{
		{logs.Domain, "evil.example", "evil.example exact"},
		{logs.Domain, "A.B.Evil.Example.", "evil.example below"},
		{logs.Domain, "notevil.example", ""},
		{logs.Domain, "example", ""},
		{logs.Domain, "wild.example", ""},
		{logs.Domain, "a.wild.example", "*.wild.example below"},
		{logs.Domain, "co.uk", "co.uk exact"},
		{logs.Domain, "bbc.co.uk", ""},
		{logs.Domain, "203.0.113.9", "203.0.113.9 exact"},
		{logs.Address, "198.51.100.4", "198.51.100.0/24 within, 198.51.0.0/16 within"},
		{logs.Address, "::ffff:198.51.7.4", "198.51.0.0/16 within"},
		{logs.Address, "198.52.0.1", ""},
		{logs.Address, "2001:db8::77%eth0", "2001:db8::/32 within"},
		{logs.URL, "http://SHOP.example:80/gate.php", "shop.example/gate.php exact"},
		{logs.URL, "shop.example/gate.php?id=1", "shop.example/gate.php without query"},
		{logs.URL, "shop.example/gate.php5", ""},
		{logs.URL, "https://x.evil.example/", "evil.example host of"},
		{logs.URL, "http://203.0.113.9:8080/atlas.mipseb", "/atlas.mipseb path of, 203.0.113.9 host of"},
		{logs.URL, "http://[2001:db8::5]:81/x", "2001:db8::/32 within"},
		{logs.JA3, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e exact"},
		{logs.Email, "The Boss <BOSS@mail.example>", "boss@mail.example exact"},
		{logs.Email, "any@mx.evil.example", "evil.example host of"},
		{logs.FilePath, `C:\Users\x\Dropper.exe`, "dropper.exe name of"},
		{logs.RegistryKey, `HKEY_LOCAL_MACHINE\SOFTWARE\Evil\Run`, `hkey_local_machine\software\evil below`},
		{logs.RegistryKey, `\REGISTRY\MACHINE\Software\Evil`, `hkey_local_machine\software\evil exact`},
		{logs.RegistryKey, `HKLM\Software\Evil2`, ""},
	} {
		var got []string
		for _, h := range x.Matcher().Match(&logs.Record{Fields: []logs.Field{{Kind: c.kind, Path: "p", Value: []byte(c.in)}}}, nil) {
			got = append(got, h.Value+" "+h.How.String())
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%q hits %q, want %q", c.in, s, c.want)
		}
	}
}

// TestValidAtTheTimeOfTheRecord: an indicator counts from valid_from up to but without valid_until (STIX 2.1 §4.7), by the record's clock.
func TestValidAtTheTimeOfTheRecord(t *testing.T) {
	day := func(n int) int64 { return time.Date(2020, 1, n, 0, 0, 0, 0, time.UTC).UnixMicro() }
	x := index(t, Entry{Values: guessed(t, "evil.example"), Claim: Claim{ID: "old", From: day(2), Until: day(4)}},
		Entry{Values: guessed(t, "evil.example"), Claim: Claim{ID: "open", From: day(3)}})
	m := x.Matcher()
	rec := logs.Record{Fields: []logs.Field{{Kind: logs.Domain, Value: []byte("evil.example")}}}
	for i, want := range []string{1: "[]", 2: "[old]", 3: "[old open]", 4: "[open]"} {
		if i == 0 {
			continue
		}
		m.When = func(*logs.Record) (time.Time, bool) { return time.UnixMicro(day(i)), true }
		if got := fmt.Sprint(idsOf(m.Match(&rec, nil))); got != want {
			t.Errorf("on day %d: %s, want %s", i, got, want)
		}
	}
	m.When = nil
	if hits := m.Match(&rec, nil); len(hits) != 1 || hits[0].Timed || fmt.Sprint(idsOf(hits)) != "[open]" {
		t.Errorf("a record without a time: %+v, want what is valid now, and that it has no time", hits)
	}
}

// TestUpdateWhileMatching: readers see each change whole, and what no change touches is found at every moment.
func TestUpdateWhileMatching(t *testing.T) {
	b := NewBuilder()
	for i := range 2000 {
		add(t, b, fmt.Sprintf("fixed-%d", i), fmt.Sprintf("host%d.example", i))
	}
	x, err := b.Index()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	done := make(chan struct{})
	for g := range 3 {
		wg.Go(func() {
			m := x.Matcher()
			for i := g; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				rec := logs.Record{Fields: []logs.Field{{Kind: logs.Domain, Path: "a", Value: fmt.Appendf(nil, "www.host%d.example", i%2000)},
					{Kind: logs.Domain, Path: "b", Value: []byte("left.example")}, {Kind: logs.Domain, Path: "c", Value: []byte("right.example")}}}
				hits := m.Match(&rec, nil)
				if len(hits) < 1 || hits[0].Claims[0].ID != fmt.Sprintf("fixed-%d", i%2000) {
					t.Errorf("host%d is not found: %v", i%2000, hits)
					return
				}
				if n := len(hits) - 1; n != 0 && n != 2 {
					t.Errorf("half of a change is seen: %v", hits)
					return
				}
			}
		})
	}
	for i := range 60 {
		var filler []string
		for j := range 50 {
			filler = append(filler, fmt.Sprintf("filler%d-%d.example", i, j))
		}
		entries := []Entry{{Values: guessed(t, "left.example"), Claim: Claim{ID: "pair"}}, {Values: guessed(t, "right.example"), Claim: Claim{ID: "pair"}},
			{Values: guessed(t, filler...), Claim: Claim{ID: fmt.Sprintf("filler-%d", i)}}}
		if i%2 == 1 {
			entries = entries[2:]
		}
		if err := x.Update(entries, []string{"pair"}); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	wg.Wait()
	if x.mergeAll(t); x.Len() != 2000+60*50 {
		t.Errorf("Len = %d after merges", x.Len())
	}
}
