package match

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch/intake"
	"threatwatch/label"
	"threatwatch/logs"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/store/sqlite"
)

// house is an exchange whose indicators are followed, with a clock that the test moves.
type house struct {
	*testing.T
	st      store.Store
	in      *intake.Intake
	rel     *release.Releaser
	live    *Live
	now     time.Time
	sources []store.Source
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	st, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	h.st, h.in, h.rel = st, intake.New(st, clock), release.New(st, []byte("a secret of thirty-two bytes or more"), clock)
	h.follow()
	embargo := label.Label{TLP: stix.Clear, Embargo: h.now.Add(time.Hour).UnixMicro()}
	for _, s := range []store.Source{{Name: "acme", Owner: "acme", Public: true}, {Name: "beta", Owner: "beta", Public: true},
		{Name: "beta, apart", Owner: "beta"}, {Name: "later", Owner: "acme", Public: true, Default: embargo.Body()}} {
		s, err := h.in.AddSource(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		h.sources = append(h.sources, s)
	}
	return h
}

// follow begins anew.
func (h *house) follow() {
	h.live = NewLive(h.rel)
	h.live.owns.stands = func(time.Duration) time.Duration { return -1 } // a view is asked about what is odd each time
}

var viewers = map[string]release.Subject{
	"public":   {Kind: release.Public},
	"acme":     {Kind: release.Client, Org: "acme"},
	"beta":     {Kind: release.Client, Org: "beta"},
	"customer": {Kind: release.Client, Org: "gamma", ClientOf: []string{"acme"}},
	"operator": {Kind: release.Operator},
}

var levels = []string{"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
	"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"}

// values is how many different ones a world has of a kind.
const values = 5

// drawn makes a version of an indicator, or of an identity that indicators refer to.
func drawn(rnd *rand.Rand, version int) []byte {
	at := time.Date(2026, 1, 1, 0, 0, version, 0, time.UTC).Format("2006-01-02T15:04:05.000Z")
	o := map[string]any{"type": "indicator", "spec_version": "2.1", "created": "2026-01-01T00:00:00.000Z", "modified": at}
	if rnd.IntN(8) > 0 {
		o["object_marking_refs"] = []string{levels[rnd.IntN(len(levels))]}
	}
	if rnd.IntN(6) == 0 {
		o["type"], o["id"], o["name"] = "identity", fmt.Sprintf("identity--00000000-0000-4000-8000-%012x", rnd.IntN(3)), "somebody"
		return marshal(o)
	}
	n := rnd.IntN(10)
	o["id"], o["name"], o["description"] = fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", n), fmt.Sprint("indicator ", n), "a part"
	o["pattern_type"], o["valid_from"] = "stix", "2026-01-01T00:00:00Z"
	o["pattern"] = fmt.Sprintf("[domain-name:value = 'd%d.example' OR ipv4-addr:value = '192.0.2.%d']", rnd.IntN(values), rnd.IntN(values))
	switch rnd.IntN(8) {
	case 0:
		o["revoked"] = true
	case 1:
		o["pattern"] = fmt.Sprintf("[domain-name:value LIKE 'd%d.%%' AND domain-name:value LIKE '%%example']", rnd.IntN(values))
	case 2:
		o["pattern"], o["pattern_type"] = "rule x { condition: true }", "yara"
	case 3:
		o["pattern"] = fmt.Sprintf("[ipv4-addr:value = '192.0.2.%d/30']", 4*rnd.IntN(2))
	}
	if n%3 == 0 {
		o["created_by_ref"] = fmt.Sprintf("identity--00000000-0000-4000-8000-%012x", n/3%3)
	}
	if rnd.IntN(4) == 0 {
		o["granular_markings"] = []any{map[string]any{"marking_ref": levels[1+rnd.IntN(3)], "selectors": []string{[]string{"name", "description", "pattern"}[rnd.IntN(3)]}}}
	}
	return marshal(o)
}

func marshal(o any) []byte {
	raw, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return raw
}

// step lets something happen.
func (h *house) step(rnd *rand.Rand, n int) {
	h.Helper()
	src := h.sources[rnd.IntN(len(h.sources))]
	switch rnd.IntN(8) {
	case 0:
		id := fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", rnd.IntN(10))
		_, _ = h.in.Delete(h.Context(), intake.Submission{Source: src.ID}, src.Collection, id, store.Version{All: rnd.IntN(2) == 0}) // it may not be there
	case 1:
		h.relabel(rnd)
	case 2:
		h.now = h.now.Add(time.Duration(rnd.IntN(40)) * time.Minute)
		if _, err := h.in.Awaken(h.Context()); err != nil {
			h.Fatal(err)
		}
	default:
		if _, err := h.in.Submit(h.Context(), intake.Submission{Source: src.ID}, [][]byte{drawn(rnd, n)}); err != nil { // nothing follows what is revoked
			h.Fatal(err)
		}
	}
}

// relabel gives some assertion the label of another.
func (h *house) relabel(rnd *rand.Rand) {
	h.Helper()
	err := h.st.Update(h.Context(), func(tx store.Tx) error {
		var held []store.Head
		q := store.Query{Labels: all{}, Types: []string{"indicator"}, Version: store.Version{All: true}, NoBodies: true}
		if err := tx.Members(h.Context(), q, func(r *store.Row) error { held = append(held, r.Head); return nil }); err != nil || len(held) == 0 {
			return err
		}
		x, y := held[rnd.IntN(len(held))], held[rnd.IntN(len(held))]
		return tx.Relabel(h.Context(), x.OID, y.Label, x.Flags, rnd.IntN(2) == 0)
	})
	if err != nil {
		h.Fatal(err)
	}
}

type all struct{}

func (all) Has(store.LabelID) bool { return true }
func (all) All() bool              { return true }
func (all) IDs() []store.LabelID   { return nil }

// saidBy is what an index says of all values of a world.
func saidBy(x *Index) (said []string) {
	m := x.Matcher()
	for n := range values {
		for _, f := range []logs.Field{{Kind: logs.Domain, Path: "a", Value: fmt.Appendf(nil, "d%d.example", n)}, {Kind: logs.Address, Path: "b", Value: fmt.Appendf(nil, "192.0.2.%d", n)}} {
			for _, h := range m.Match(&logs.Record{Fields: []logs.Field{f}}, nil) {
				for _, c := range h.Claims {
					c.Key = 0
					said = append(said, fmt.Sprintf("%s %s %s %+v", f.Value, h.Value, h.How, c))
				}
			}
		}
	}
	slices.Sort(said)
	return said
}

// anew is an index made of what a view shows, and of nothing else.
func (h *house) anew(v *release.View) *Index {
	h.Helper()
	l := NewLoader(Policy{})
	if err := v.Export(h.Context(), []string{"indicator"}, true, l.Item); err != nil {
		h.Fatal(err)
	}
	x, err := l.Index()
	if err != nil {
		h.Fatal(err)
	}
	return x
}

// compare asks for each viewer what is kept and what its view shows, and says how much that was.
func (h *house) compare(when string) (told int) {
	h.Helper()
	for who, s := range viewers {
		v := h.rel.View(s, release.TaxiiRead)
		shown, err := h.live.Shown(h.Context(), v)
		if err != nil {
			h.Fatal(err)
		}
		got, want := saidBy(shown.Index), saidBy(h.anew(v))
		if err := shown.Err(); err != nil {
			h.Fatal(err)
		}
		if !slices.Equal(got, want) {
			h.Fatalf("%s: %s is told\n%s\nand its view shows\n%s", when, who, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		told += len(got)
	}
	return told
}

// TestLiveIsTheView: whatever happens to whichever objects, what a view is told from what is kept is what an index says that is made of the view alone.
func TestLiveIsTheView(t *testing.T) {
	t.Parallel()
	worlds, told, odd := 8, 0, 0
	if testing.Short() {
		worlds = 4
	}
	for seed := range worlds {
		h := newHouse(t)
		rnd := rand.New(rand.NewPCG(uint64(seed), 7))
		for n := range 60 {
			h.step(rnd, n)
			if seed%2 == 0 && rnd.IntN(3) > 0 {
				continue // several changes at once
			}
			told += h.compare(fmt.Sprintf("world %d, step %d", seed, n))
			odd += h.live.owns.of(h.rel.View(viewers["beta"], release.TaxiiRead)).state.len()
		}
		h.follow() // what is read at the start is what was followed
		told += h.compare(fmt.Sprintf("world %d, at the end", seed))
	}
	if told < 1000 || odd < 100 {
		t.Errorf("%d claims were told and %d values were odd: too little happened", told, odd)
	}
}

// TestLiveRuns: what runs knows of what is new by itself, and answers whoever asks without reading.
func TestLiveRuns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- h.live.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()
	const id = "indicator--00000000-0000-4000-8000-000000000001"
	for n, want := range []int{1, 0} {
		raw := fmt.Appendf(nil, `{"type":"indicator","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:%02d.000Z","revoked":%v,`+
			`"object_marking_refs":[%q],"pattern":"[domain-name:value = 'd1.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`, id, n, want == 0, levels[0])
		got, err := h.in.Submit(ctx, intake.Submission{Source: h.sources[0].ID}, [][]byte{raw})
		if err != nil || got[0].Status != intake.Added {
			t.Fatalf("%+v, %v", got, err)
		}
		for h.live.stamp() < got[0].Added {
			time.Sleep(time.Millisecond)
		}
		if err := h.live.take(ctx); err != nil { // nobody can follow now
			t.Fatal(err)
		}
		shown, err := h.live.Shown(ctx, h.rel.View(viewers["public"], release.TaxiiRead))
		h.live.give()
		if err != nil {
			t.Fatal(err)
		}
		if said := saidBy(shown.Index); len(said) != want {
			t.Errorf("version %d: %v, want %d", n, said, want)
		}
	}
}

// TestMergeBeside: what happens while layers are merged beside counts as if they had not been.
func TestMergeBeside(t *testing.T) {
	t.Parallel()
	core := func(keys ...int64) *core {
		c := newCore()
		for _, k := range keys {
			if err := (&Builder{c}).AddAll(guessed(t, fmt.Sprintf("d%d.example", k)), Claim{ID: fmt.Sprint("i", k), Key: k}); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.seal(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	was := (&state{}).with(core(0x1000, 0x1001)).with(core(1, 2)).with(core(3))
	was = was.without([]claimName{{key: 1}})
	merged, err := merge(was.layers[1:])
	if err != nil {
		t.Fatal(err)
	}
	now := was.without([]claimName{{key: 2}}).with(core(4, 2))
	next := now.swapped(was, 1, merged)
	if len(next.layers) != 3 {
		t.Errorf("%d layers, want those before, the merged one and those behind", len(next.layers))
	}
	for key, want := range map[int]int{1: 0, 2: 1, 3: 1, 4: 1, 0x1000: 1} {
		if got := len(indexOf(next).Lookup(fmt.Sprintf("d%d.example", key), time.Now())); got != want {
			t.Errorf("key %d is found %d times, want %d", key, got, want)
		}
	}
	if got := merged.named(nil, claimName{key: 1}); len(got) != 0 {
		t.Error("what was struck out came along")
	}
}

// TestDoubts: between two times that a view is asked about all that is odd, nothing is told that it does not show any more, though nothing happened to the object.
func TestDoubts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.live.owns.stands = func(time.Duration) time.Duration { return time.Hour }
	const statement = "marking-definition--00000000-0000-4000-8000-000000000001"
	for _, raw := range []string{
		fmt.Sprintf(`{"type":"marking-definition","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","object_marking_refs":[%q],"definition_type":"statement","definition":{"statement":"x"}}`,
			statement, levels[0]),
		fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",`+
			`"description":"a part","pattern":"[domain-name:value = 'd1.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":[%q,%q],`+
			`"granular_markings":[{"marking_ref":%q,"selectors":["description"]}]}`, levels[0], statement, levels[2]),
	} {
		if got, err := h.in.Submit(t.Context(), intake.Submission{Source: h.sources[0].ID}, [][]byte{[]byte(raw)}); err != nil || got[0].Status != intake.Added {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	v := h.rel.View(viewers["public"], release.TaxiiRead)
	told := func() []string {
		t.Helper()
		shown, err := h.live.Shown(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		said := saidBy(shown.Index)
		if err := shown.Err(); err != nil {
			t.Fatal(err)
		}
		return said
	}
	if said := told(); len(said) != 1 || strings.Contains(said[0], "--00000000-0000-4000") {
		t.Fatalf("%v, want a copy", said)
	}
	err := h.st.Update(t.Context(), func(tx store.Tx) error { // who may not see a marking gets nothing that bears it
		amber, err := tx.InternLabel(t.Context(), label.Label{TLP: stix.Amber, Owner: "acme"}.Body())
		if err != nil {
			return err
		}
		heads, err := tx.Heads(t.Context(), []string{statement})
		if err != nil {
			return err
		}
		return tx.Relabel(t.Context(), heads[statement][0].OID, amber, 0, false)
	})
	if err != nil {
		t.Fatal(err)
	}
	if said := told(); len(said) != 0 {
		t.Errorf("it is told what it is not shown: %v", said)
	}
}

// TestLiveOlderVersion: where the latest version looks for nothing, the one before counts again once that is deleted, whether both were there at the start or came after.
func TestLiveOlderVersion(t *testing.T) {
	t.Parallel()
	const id = "indicator--00000000-0000-4000-8000-000000000001"
	version := func(n int, more string) []byte {
		return fmt.Appendf(nil, `{"type":"indicator","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:0%d.000Z",`+
			`"pattern":"[domain-name:value = 'd1.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":[%q]%s}`, id, n, levels[0], more)
	}
	for _, following := range []bool{false, true} {
		h := newHouse(t)
		told := func() int {
			t.Helper()
			shown, err := h.live.Shown(t.Context(), h.rel.View(viewers["public"], release.TaxiiRead))
			if err != nil {
				t.Fatal(err)
			}
			return len(saidBy(shown.Index))
		}
		if following && told() != 0 {
			t.Error("something is told of nothing")
		}
		sub := intake.Submission{Source: h.sources[0].ID}
		got, err := h.in.Submit(t.Context(), sub, [][]byte{version(1, ""), version(2, `,"revoked":true`)})
		if err != nil || got[0].Status != intake.Added || got[1].Status != intake.Added {
			t.Fatalf("%+v, %v", got, err)
		}
		if n := told(); n != 0 {
			t.Errorf("following %v: what is revoked is told, %d times", following, n)
		}
		if _, err := h.in.Delete(t.Context(), sub, h.sources[0].Collection, id, store.Version{Last: true}); err != nil {
			t.Fatal(err)
		}
		if n := told(); n == 0 {
			t.Errorf("following %v: the version before does not count again", following)
		}
	}
}

// leaving is a store that is given up while it is read for the second time.
type leaving struct {
	store.Store
	stop  context.CancelFunc
	reads int
	ended error // how the second reading ended
}

func (l *leaving) Read(ctx context.Context, f func(store.Snapshot) error) error {
	if l.reads++; l.reads != 2 {
		return l.Store.Read(ctx, f)
	}
	l.stop()
	l.ended = l.Store.Read(ctx, f)
	return l.ended
}

// TestRunEndsWhileLoading: a server that is told to end does not wait until all there is has been read.
func TestRunEndsWhileLoading(t *testing.T) {
	h := newHouse(t)
	const raw = `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'one.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`
	if got, err := h.in.Submit(t.Context(), intake.Submission{Source: h.sources[0].ID}, [][]byte{[]byte(raw)}); err != nil || got[0].Status != intake.Added {
		t.Fatal(got, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	st := &leaving{Store: h.st, stop: stop}
	err := NewLive(release.New(st, []byte("a secret of thirty-two bytes or more"), nil)).Run(ctx)
	if !errors.Is(err, context.Canceled) || !errors.Is(st.ended, context.Canceled) {
		t.Errorf("run: %v; what it read: %v; want both ended", err, st.ended)
	}
}
