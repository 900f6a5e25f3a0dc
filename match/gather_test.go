package match

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch/logs"
)

// gathered scans logs one after the other with one Gathering and lists what hit: the claim, its line and how many records it took.
func gatheredFrom(t *testing.T, patterns []string, texts ...string) (hits []string, g *Gathering) {
	t.Helper()
	b := NewBuilder()
	for i, text := range patterns {
		c, err := NewCompound(text, parsed(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.c.addCompound(c, b.c.claims.add(&Claim{ID: fmt.Sprint(i)})); err != nil {
			t.Fatal(err)
		}
	}
	x, err := b.Index()
	if err != nil {
		t.Fatal(err)
	}
	g = NewGathering()
	for i, text := range texts {
		scan := Scan{Index: x, Jobs: 2, Gathering: g, Logs: logs.Options{Format: logs.EVE}}
		if _, err := scan.Run(t.Context(), fmt.Sprint("log", i), strings.NewReader(text), func(f *Finding) error {
			hits = append(hits, fmt.Sprintf("%s at %s:%d, %d records, with %v", f.Claims[0].ID, f.File, f.Line, f.Records, f.With))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return hits, g
}

// eve makes a log of DNS questions: a minute and a name each.
func eveLog(questions ...string) string {
	var b strings.Builder
	for _, q := range questions {
		minute, name, _ := strings.Cut(q, " ")
		fmt.Fprintf(&b, `{"timestamp":"2026-11-24T10:%s:00.000000+0000","event_type":"dns","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","dns":{"type":"query","rrname":"%s"}}`+"\n", minute, name)
	}
	return b.String()
}

func TestGathering(t *testing.T) {
	t.Parallel()
	sequence := "[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value LIKE '%.evil.example']"
	for _, tt := range []struct {
		name    string
		pattern string
		logs    []string
		want    []string
	}{
		{"in order", sequence, []string{eveLog("01 a.example", "02 good.example", "03 x.evil.example")}, []string{"0 at log0:3, 2 records, with [{log0 1}]"}},
		{"the other way round", sequence, []string{eveLog("01 x.evil.example", "02 a.example")}, nil},
		{"in two logs", sequence, []string{eveLog("01 a.example"), eveLog("03 x.evil.example")}, []string{"0 at log1:1, 2 records, with [{log0 1}]"}},
		{"by time, not by place", sequence, []string{eveLog("03 x.evil.example"), eveLog("01 a.example")}, []string{"0 at log1:1, 2 records, with [{log0 1}]"}},
		{"too far apart", "(" + sequence + ") WITHIN 100 SECONDS", []string{eveLog("01 a.example", "03 x.evil.example")}, nil},
		{"near enough", "(" + sequence + ") WITHIN 121 SECONDS", []string{eveLog("01 a.example", "03 x.evil.example")}, []string{"0 at log0:2, 2 records, with [{log0 1}]"}},
		{"a record counts once", "[domain-name:value = 'a.example'] REPEATS 2 TIMES", []string{eveLog("01 a.example", "02 a.example", "03 a.example", "04 a.example")},
			[]string{"0 at log0:2, 2 records, with [{log0 1}]", "0 at log0:4, 2 records, with [{log0 3}]"}},
		{"either", "[domain-name:value = 'b.example'] OR (" + sequence + ")", []string{eveLog("01 b.example")}, []string{"0 at log0:1, 1 records, with []"}},
	} {
		if got, _ := gatheredFrom(t, []string{tt.pattern}, tt.logs...); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestForgotten: what is kept is bounded, and when that may have cost a match it is told; when it cannot have, it is not.
func TestForgotten(t *testing.T) {
	t.Parallel()
	questions := []string{"00 a.example"}
	for range keptEach + 1 {
		questions = append(questions, "59 a.example")
	}
	log := eveLog(append(questions, "59 b.example")...)
	sequence := "[domain-name:value = 'a.example'] FOLLOWEDBY ([domain-name:value = 'b.example'] AND [domain-name:value = 'c.example'])"
	if _, g := gatheredFrom(t, []string{sequence}, log); g.Forgotten() == 0 {
		t.Error("a record was let go, and it is not told")
	}
	if _, g := gatheredFrom(t, []string{"(" + sequence + ") WITHIN 60 SECONDS"}, eveLog(append(questions[:keptEach+1], "59 b.example")...)); g.Forgotten() != 0 {
		t.Errorf("%d may have cost a match, and nothing that was let go was near", g.Forgotten())
	}
}

// TestForgottenOfAll: many patterns together keep no more than all may.
func TestForgottenOfAll(t *testing.T) {
	t.Parallel()
	var patterns, questions []string
	for i := range 110 {
		patterns = append(patterns, fmt.Sprintf("[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b%d.example']", i))
	}
	for range keptEach {
		questions = append(questions, "10 a.example")
	}
	_, g := gatheredFrom(t, patterns, eveLog(questions...))
	if g.kept > keptAll || len(g.order) > 2*keptAll+1 {
		t.Errorf("%d records kept, %d in order", g.kept, len(g.order))
	}
	if g.Forgotten() == 0 {
		t.Error("records were let go, and it is not told")
	}
}

// TestUnevaluated: an expression that takes too long is no match, and is told of.
func TestUnevaluated(t *testing.T) {
	t.Parallel()
	text := `[url:value MATCHES '^(?=(a+)+$)http://x']`
	slow := `[domain-name:value MATCHES '^(?:(a+)+)(?=b)\\.c$' OR domain-name:value = 'found.example']`
	for _, p := range []string{text, slow} {
		if _, err := NewCompound(p, parsed(t, p)); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
	b := NewBuilder()
	c, err := NewCompound(slow, parsed(t, slow))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.c.addCompound(c, b.c.claims.add(&Claim{ID: "slow"})); err != nil {
		t.Fatal(err)
	}
	x, err := b.Index()
	if err != nil {
		t.Fatal(err)
	}
	scan := Scan{Index: x, Jobs: 1}
	got, err := scan.Run(t.Context(), "a log", strings.NewReader(eveLog("01 "+strings.Repeat("a", 60)+".c")), func(f *Finding) error {
		t.Errorf("found %+v", f)
		return nil
	})
	if err != nil || got.Unevaluated.Count != 1 || got.Unevaluated.First != slow {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestLoadCompounds: what is not looked for is counted, with the reason.
func TestLoadCompounds(t *testing.T) {
	t.Parallel()
	l := NewLoader(Policy{})
	read := func(n int, pattern string) {
		t.Helper()
		raw := fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-%012d","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",`+
			`"pattern":%q,"pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}`, n, pattern)
		if err := l.Object([]byte(raw), "a test"); err != nil {
			t.Fatal(err)
		}
	}
	read(1, "[ipv4-addr:value = '192.0.2.1' AND ipv4-addr:value LIKE '192.%']")
	read(2, "[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:is_active = true]")
	read(3, "[network-traffic:dst_ref.value = '192.0.2.1' OR network-traffic:is_active = true]")
	for n := range maxAlways + 2 {
		read(10+n, "[domain-name:value MATCHES '^[a-z]{9}$']")
	}
	if l.Compound != 2+maxAlways || l.Partly != 1 || l.Unsaid != 1 || l.Untried != 2 || !strings.Contains(l.FirstUnsaid, "network-traffic:is_active") {
		t.Errorf("%+v", l.Loaded)
	}
	n := 0
	for range l.All() {
		n++
	}
	if n != 0 {
		t.Errorf("%d values stand for indicators of which they are only a part", n)
	}
	if got := len(l.Entries()); got != 2+maxAlways {
		t.Errorf("%d entries", got)
	}
}

// TestCompoundsAreUpdated: a pattern comes, is replaced and goes like any other indicator, also through a merge.
func TestCompoundsAreUpdated(t *testing.T) {
	t.Parallel()
	x, err := NewBuilder().Index()
	if err != nil {
		t.Fatal(err)
	}
	entry := func(text string) []Entry {
		c, err := NewCompound(text, parsed(t, text))
		if err != nil {
			t.Fatal(err)
		}
		return []Entry{{Claim: Claim{ID: "i"}, Compound: c}}
	}
	ids := func(value string) []string { return idsOf(x.Lookup(value, time.Now())) }
	for _, step := range []struct {
		what   string
		add    []Entry
		remove []string
		merge  bool
		a, b   int
	}{
		{"it comes", entry("[domain-name:value LIKE '%.evil.example']"), nil, false, 1, 0},
		{"it stays through a merge", nil, nil, true, 1, 0},
		{"it is replaced", entry("[domain-name:value = 'b.example' AND domain-name:value LIKE 'b%']"), []string{"i"}, false, 0, 1},
		{"that is merged", nil, nil, true, 0, 1},
		{"it goes", nil, []string{"i"}, false, 0, 0},
		{"for good", nil, nil, true, 0, 0},
	} {
		if err := x.Update(step.add, step.remove); err != nil {
			t.Fatal(err)
		}
		if step.merge {
			x.mergeAll(t)
		}
		if a, b := len(ids("a.evil.example")), len(ids("b.example")); a != step.a || b != step.b {
			t.Errorf("%s: %d and %d hits, want %d and %d", step.what, a, b, step.a, step.b)
		}
	}
}

// TestScanOfAStalledPipe: a scan ends with its context, also when the log says nothing more.
func TestScanOfAStalledPipe(t *testing.T) {
	t.Parallel()
	x, err := NewBuilder().Index()
	if err != nil {
		t.Fatal(err)
	}
	src, dst := io.Pipe()
	defer dst.Close()
	go io.WriteString(dst, eveLog("01 a.example"))
	ctx, stop := context.WithCancel(t.Context())
	scan := Scan{Index: x, Logs: logs.Options{Live: true}, Passed: func(logs.Mark) error { stop(); return nil }}
	ended := make(chan error)
	go func() {
		_, err := scan.Run(ctx, "a pipe", src, func(*Finding) error { return nil })
		ended <- err
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for the pipe")
	}
}

// TestGatheringKept: what is kept goes on in another run, for the indicator and the text that it was of; what was part of a match is not there any more.
func TestGatheringKept(t *testing.T) {
	t.Parallel()
	twice := "[domain-name:value = 'a.example'] REPEATS 3 TIMES"
	scan := func(g *Gathering, text, log string) (hits []string) {
		t.Helper()
		b := NewBuilder()
		c, err := NewCompound(text, parsed(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.c.addCompound(c, b.c.claims.add(&Claim{ID: "indicator"})); err != nil {
			t.Fatal(err)
		}
		x, err := b.Index()
		if err != nil {
			t.Fatal(err)
		}
		s := Scan{Index: x, Gathering: g, Logs: logs.Options{Format: logs.EVE}}
		if _, err := s.Run(t.Context(), "log", strings.NewReader(log), func(f *Finding) error {
			hits = append(hits, fmt.Sprint(f.Line, f.Records, f.With))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return hits
	}
	restarted := func(g *Gathering) *Gathering {
		t.Helper()
		raw, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		next := NewGathering()
		if err := json.Unmarshal(raw, next); err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(next); err != nil || string(again) != string(raw) {
			t.Errorf("%s, want %s, %v", again, raw, err)
		}
		return next
	}
	g := NewGathering()
	if hits := scan(g, twice, eveLog("01 a.example", "02 a.example")); hits != nil || g.Changes() != 2 {
		t.Errorf("%q, %d changes", hits, g.Changes())
	}
	g = restarted(g)
	other := restarted(g)
	if hits := scan(other, "[domain-name:value = 'a.example'] REPEATS 4 TIMES", eveLog("03 a.example")); hits != nil {
		t.Errorf("another pattern of the indicator: %q", hits)
	}
	if hits := scan(g, twice, eveLog("03 a.example", "04 a.example")); !slices.Equal(hits, []string{"1 3 [{log 1} {log 2}]"}) {
		t.Errorf("%q", hits)
	}
	if hits := scan(restarted(g), twice, eveLog("05 a.example")); hits != nil {
		t.Errorf("records count twice: %q", hits)
	}
	for _, bad := range []string{`{`, `[{"id":1}]`} {
		if err := json.Unmarshal([]byte(bad), NewGathering()); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
	strange := NewGathering() // of another program
	if err := json.Unmarshal(fmt.Appendf(nil, `[{"id":"indicator","pattern":%q,"records":[{"at":1,"sure":[7],"file":"log","line":1},{"at":1,"file":"log","line":2}]}]`, twice), strange); err != nil {
		t.Fatal(err)
	}
	if hits := scan(strange, twice, eveLog("01 a.example", "02 a.example")); hits != nil {
		t.Errorf("%q", hits)
	}
}
