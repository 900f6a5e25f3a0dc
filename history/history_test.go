package history_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"threatwatch"
	"threatwatch/history"
	"threatwatch/logs"
	"threatwatch/match"
)

// naive is a history in maps.
type naive map[string]map[string][]time.Time // value, sensor

func (n naive) add(value, sensor string, at time.Time) {
	if n[value] == nil {
		n[value] = map[string][]time.Time{}
	}
	n[value][sensor] = append(n[value][sensor], at)
}

// seen is what a history must say: a row of an hour counts whole or not at all.
func (n naive) seen(value string, span history.Span) *history.Seen {
	var s history.Seen
	for _, sensor := range slices.Sorted(mapKeys(n[value])) {
		var w history.Sensor
		for _, hour := range byHour(n[value][sensor]) {
			first, last := slices.MinFunc(hour, time.Time.Compare), slices.MaxFunc(hour, time.Time.Compare)
			if !span.Since.IsZero() && last.Before(span.Since) || !span.Until.IsZero() && !first.Before(span.Until) {
				continue
			}
			if w.Count == 0 || first.Before(w.First) {
				w.First = first
			}
			if last.After(w.Last) {
				w.Last = last
			}
			w.Name, w.Count = sensor, w.Count+uint64(len(hour))
		}
		if w.Count == 0 {
			continue
		}
		if s.Count == 0 || w.First.Before(s.First) {
			s.First = w.First
		}
		if w.Last.After(s.Last) {
			s.Last = w.Last
		}
		s.Count, s.Sensors = s.Count+w.Count, append(s.Sensors, w)
	}
	if s.Count == 0 {
		return nil
	}
	return &s
}

func byHour(times []time.Time) map[int64][]time.Time {
	m := map[int64][]time.Time{}
	for _, t := range times {
		m[t.Unix()/3600] = append(m[t.Unix()/3600], t)
	}
	return m
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// add remembers a record of one field.
func add(w *history.Writer, kind logs.Kind, value, sensor string, at time.Time) error {
	return w.Record(&logs.Record{Fields: []logs.Field{{Kind: kind, Value: []byte(value)}}}, sensor, at)
}

// keyOf is the key of a file name.
func keyOf(h *history.History, name string) history.Key {
	v, _ := match.Canon(match.FileName, name)
	asks, err := h.Asks(v)
	if err != nil || len(asks) != 1 {
		panic(fmt.Sprint(asks, err))
	}
	return asks[0].Key
}

var begin = time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)

// TestAgreesWithMaps tries random histories, written by several writers in pieces of any size.
func TestAgreesWithMaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dir := filepath.Join(t.TempDir(), "h")
		want := naive{}
		var writers []*history.Writer
		for range rapid.IntRange(1, 3).Draw(rt, "writers") {
			w, err := history.Create(dir)
			if err != nil {
				rt.Fatal(err)
			}
			w.FlushAt(rapid.IntRange(20, 200).Draw(rt, "flushAt"))
			writers = append(writers, w)
		}
		for range rapid.IntRange(0, 300).Draw(rt, "n") {
			value := fmt.Sprint("v", rapid.IntRange(0, 20).Draw(rt, "value"))
			sensor := fmt.Sprint("s", rapid.IntRange(0, 4).Draw(rt, "sensor"))
			at := begin.Add(time.Duration(rapid.IntRange(0, 5*3600).Draw(rt, "at")) * time.Second)
			if err := add(rapid.SampledFrom(writers).Draw(rt, "writer"), logs.FileName, value, sensor, at); err != nil {
				rt.Fatal(err)
			}
			want.add(value, sensor, at)
		}
		for _, w := range writers {
			if err := w.Close(); err != nil {
				rt.Fatal(err)
			}
		}
		span := history.Span{}
		if rapid.Bool().Draw(rt, "since") {
			span.Since = begin.Add(time.Duration(rapid.IntRange(0, 5).Draw(rt, "from")) * time.Hour)
		}
		if rapid.Bool().Draw(rt, "until") {
			span.Until = begin.Add(time.Duration(rapid.IntRange(0, 5).Draw(rt, "to")) * time.Hour)
		}
		var values []string
		for i := range 25 {
			values = append(values, fmt.Sprint("v", i))
		}
		compare(rt, dir, want, values, span)
	})
}

type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// compare hunts for values and fails unless the answers are those of want.
func compare(t fataler, dir string, want naive, values []string, span history.Span) {
	t.Helper()
	h, err := history.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	var keys []history.Key
	for _, v := range values {
		keys = append(keys, keyOf(h, v))
	}
	got, damaged := h.Hunt(ctx, keys, span)
	if len(damaged) > 0 {
		t.Fatalf("damaged: %v", damaged)
	}
	for i, v := range values {
		if diff := cmp.Diff(want.seen(v, span), got[i]); diff != "" {
			t.Fatalf("%s: want, got: %s", v, diff)
		}
	}
}

// TestLarge has several sections, filters, keys that go on over blocks, and counts of every length.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("half a million rows")
	}
	dir := t.TempDir()
	w, err := history.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	want := naive{}
	see := func(value, sensor string, at time.Time, keep bool) {
		if err := add(w, logs.FileName, value, sensor, at); err != nil {
			t.Fatal(err)
		}
		if keep {
			want.add(value, sensor, at)
		}
	}
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for i := range 600_000 { // more than two sections
		see(fmt.Sprint("v", i), fmt.Sprint("s", i%16), day.Add(time.Duration(rnd.IntN(86400))*time.Second), i < 20_000)
	}
	for s := range 500 { // 12,000 rows of each: several blocks
		for hour := range 24 {
			for range 1 + rnd.IntN(4) {
				for _, v := range []string{"everywhere", "and-everywhere"} {
					see(v, fmt.Sprint("s", s), day.Add(time.Duration(hour*3600+rnd.IntN(3600))*time.Second), true)
				}
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	values := []string{"everywhere", "and-everywhere", "nowhere"}
	compare(t, dir, want, values, history.Span{}) // by the index
	for i := range 20_000 {
		values = append(values, fmt.Sprint("v", i), fmt.Sprint("absent", i))
	}
	compare(t, dir, want, values, history.Span{}) // by the filters
	compare(t, dir, want, values, history.Span{Since: day.Add(7 * time.Hour), Until: day.Add(9*time.Hour + 30*time.Minute)})
}

// TestSize holds the budget: at most 12 bytes for a distinct value, sensor and hour, where each value has but one.
func TestSize(t *testing.T) {
	if testing.Short() {
		t.Skip("half a million rows")
	}
	dir := t.TempDir()
	w, err := history.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 500_000 {
		at := time.Date(2026, 11, 24, i%24, 0, i%3500, 0, time.UTC)
		for n := range 1 + i%3 { // two thirds are seen again in the hour
			if err := add(w, logs.FileName, fmt.Sprint("v", i), fmt.Sprint("s", i%16), at.Add(time.Duration(n)*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	h, err := history.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	e := h.Extent()
	per := float64(e.Bytes) / float64(e.Rows)
	t.Logf("%.2f bytes a row", per)
	if e.Rows != 500_000 || per > 12 {
		t.Errorf("%d rows of %.2f bytes, want 500000 of at most 12", e.Rows, per)
	}
}

// TestAbove says what an indicator finds beside the value itself.
func TestAbove(t *testing.T) {
	dir := t.TempDir()
	w, err := history.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"http://In.example.net/a?b=c", "https://in.example.net/a"} {
		if err := add(w, logs.URL, v, "s", begin); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range []string{"a.b.c.d.e.example.co.uk", "EXAMPLE.co.uk.", "com", "x.blogspot.com"} {
		if err := add(w, logs.Domain, v, "s", begin); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range []string{"2001:db8:1:2:3::4", "2001:db8:1:2::", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.255"} {
		if err := add(w, logs.Address, v, "s", begin); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	h, err := history.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for _, tt := range []struct {
		value    string
		relation history.Relation
		want     uint64
	}{
		{"a.b.c.d.e.example.co.uk", history.Itself, 1},
		{"a.b.c.d.e.example.co.uk", history.Beneath, 0},
		{"example.co.uk", history.Itself, 1},
		{"example.co.uk", history.Beneath, 1},
		{"*.example.co.uk", history.Beneath, 1},
		{"*.example.co.uk", history.Itself, 0},
		{"e.example.co.uk", history.Beneath, 1},
		{"d.e.example.co.uk", history.Beneath, 1},
		{"c.d.e.example.co.uk", history.Beneath, 0}, // too deep
		{"*.co.uk", history.Beneath, 0},             // nobody's
		{"blogspot.com", history.Beneath, 0},        // a suffix by the list
		{"x.blogspot.com", history.Itself, 1},
		{"in.example.net", history.Itself, 2},
		{"example.net", history.Beneath, 2},
		{"http://in.example.net/a", history.Itself, 1},
		{"http://in.example.net/a", history.Beneath, 1},
		{"http://in.example.net/a?b=c", history.Itself, 1},
		{"2001:db8:1:2::/64", history.Within, 2},
		{"2001:db8:1::/48", history.Within, 2},
		{"2001:db8:1:3::/64", history.Within, 0},
		{"2001:db8:1:2::/112", history.Within, 1},
		{"2001:db8:1:2:3::4", history.Itself, 1},
		{"192.0.0.0/16", history.Within, 3},
		{"192.1.0.0/16", history.Within, 0},
		{"192.0.2.0/24", history.Within, 3},
		{"192.0.2.254/31", history.Within, 1},
		{"192.0.2.1", history.Itself, 2},
	} {
		v, ok := match.Guess(tt.value)
		if strings.HasPrefix(tt.value, "*.") {
			v, ok = match.Canon(match.Domain, tt.value)
		}
		if !ok {
			t.Fatalf("%q is no value", tt.value)
		}
		if got := count(t, h, v, tt.relation); got != tt.want {
			t.Errorf("%s %s: %d, want %d", tt.relation, tt.value, got, tt.want)
		}
	}
}

// count hunts a value and sums what stands to it in a relation.
func count(t *testing.T, h *history.History, v match.Value, relation history.Relation) (n uint64) {
	t.Helper()
	asks, err := h.Asks(v)
	if err != nil {
		t.Fatal(err)
	}
	var keys []history.Key
	for _, a := range asks {
		if a.Relation == relation {
			keys = append(keys, a.Key)
		}
	}
	got, damaged := h.Hunt(ctx, keys, history.Span{})
	if len(damaged) > 0 {
		t.Fatal(damaged)
	}
	for _, s := range got {
		if s != nil {
			n += s.Count
		}
	}
	return n
}

// TestTooWide says what cannot be hunted, rather than finding nothing.
func TestTooWide(t *testing.T) {
	dir := t.TempDir()
	small(t, dir, 1)
	h, err := history.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for _, tt := range []string{"10.0.0.0/15", "2001:db8::/47", "2001:db8::/65", "2001:db8::/111", "/a/path"} {
		v, ok := match.Guess(tt)
		if !ok {
			t.Fatalf("%q is no value", tt)
		}
		if asks, err := h.Asks(v); threatwatch.KindOf(err) != threatwatch.Invalid {
			t.Errorf("Asks(%s) = %d, %v, want Invalid", tt, len(asks), err)
		}
	}
}

func TestTimesOutOfReach(t *testing.T) {
	w, err := history.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{{}, time.Unix(-1, 0), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if err := add(w, logs.Domain, "example.org", "s", at); err == nil {
			t.Errorf("%s was taken", at)
		}
	}
	for _, at := range []time.Time{time.Unix(0, 0), time.Date(2199, 12, 31, 23, 59, 59, 0, time.UTC)} {
		if err := add(w, logs.Domain, "example.org", "s", at); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func segmentsOf(t *testing.T, dir string) (paths []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".seen") {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths
}
