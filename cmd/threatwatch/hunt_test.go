package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatwatch/history"
	"threatwatch/intake"
	"threatwatch/logs"
	"threatwatch/store"
)

// remembered writes a history of a few records.
func remembered(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "seen")
	w, err := history.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 11, 1, 10, 20, 30, 0, time.UTC)
	for _, r := range []struct {
		kind   logs.Kind
		value  string
		sensor string
		after  time.Duration
	}{
		{logs.Domain, "www.evil.example", "dns-1", 0},
		{logs.Domain, "www.evil.example", "dns-2", 49 * time.Hour},
		{logs.Domain, "www.evil.example", "dns-2", 48 * time.Hour},
		{logs.Address, "198.51.100.7", "fw", time.Minute},
		{logs.URL, "http://other.example/a?b=c", "proxy", time.Minute},
	} {
		rec := logs.Record{Fields: []logs.Field{{Kind: r.kind, Value: []byte(r.value)}}}
		if err := w.Record(&rec, r.sensor, day.Add(r.after)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestHunt(t *testing.T) {
	t.Parallel()
	dir := remembered(t)
	list := filepath.Join(t.TempDir(), "list.ndjson")
	if err := os.WriteFile(list, []byte(indicator), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		want []string // each a line of the table, by its cells
	}{
		{"a value, defanged", []string{"www.evil[.]example"}, exitFine,
			[]string{"www.evil.example exact www.evil.example 2026-11-01T10:20:30Z 2026-11-03T11:20:30Z 3 dns-2 (2), dns-1 (1)"}},
		{"the domain above", []string{"evil.example"}, exitFine,
			[]string{"evil.example below evil.example 2026-11-01T10:20:30Z 2026-11-03T11:20:30Z 3 dns-2 (2), dns-1 (1)"}},
		{"a network", []string{"198.51.100.0/24"}, exitFine,
			[]string{"198.51.100.0/24 within 198.51.100.7 2026-11-01T10:21:30Z 2026-11-01T10:21:30Z 1 fw (1)"}},
		{"a URL without its query", []string{"http://other.example/a"}, exitFine,
			[]string{"other.example/a below other.example/a 2026-11-01T10:21:30Z 2026-11-01T10:21:30Z 1 proxy (1)"}},
		{"the host of a URL", []string{"other.example"}, exitFine,
			[]string{"other.example exact other.example 2026-11-01T10:21:30Z 2026-11-01T10:21:30Z 1 proxy (1)"}},
		{"a file", []string{list}, exitFine,
			[]string{"evil.example below evil.example 2026-11-01T10:20:30Z 2026-11-03T11:20:30Z 3 dns-2 (2), dns-1 (1)"}},
		{"since", []string{"--since", "2026-11-02", "evil.example"}, exitFine,
			[]string{"evil.example below evil.example 2026-11-03T10:20:30Z 2026-11-03T11:20:30Z 2 dns-2 (2)"}},
		{"until", []string{"--until", "2026-11-03T11:00:00Z", "evil.example"}, exitFine,
			[]string{"evil.example below evil.example 2026-11-01T10:20:30Z 2026-11-03T10:20:30Z 2 dns-1 (1), dns-2 (1)"}},
		{"the last hour", []string{"--last", "1h", "evil.example"}, exitWrong, nil},
		{"the last years", []string{"--last", "9000w", "198.51.100.7"}, exitFine,
			[]string{"198.51.100.7 exact 198.51.100.7 2026-11-01T10:21:30Z 2026-11-01T10:21:30Z 1 fw (1)"}},
		{"nothing", []string{"absent.example"}, exitWrong, nil},
		{"what is no value beside one that is", []string{"what is this", "198.51.100.7"}, exitCannot,
			[]string{"198.51.100.7 exact 198.51.100.7 2026-11-01T10:21:30Z 2026-11-01T10:21:30Z 1 fw (1)"}},
		{"too wide", []string{"10.0.0.0/8"}, exitCannot, nil},
		{"two beginnings", []string{"--last", "1h", "--since", "2026-11-01", "198.51.100.7"}, exitCannot, nil},
		{"no span", []string{"--last", "soon", "198.51.100.7"}, exitCannot, nil},
		{"no time", []string{"--since", "soon", "198.51.100.7"}, exitCannot, nil},
	} {
		code, out, errs := program(t, append([]string{"hunt", "--in", dir}, tt.args...)...)
		var got []string
		for line := range strings.Lines(out) {
			if cells := strings.Join(strings.Fields(line), " "); !strings.HasPrefix(cells, "VALUE ") {
				got = append(got, cells)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || code != tt.code {
			t.Errorf("%s: exit %d, want %d; want, got: %s\n%s", tt.name, code, tt.code, diff, errs)
		}
	}
}

func TestHuntJSON(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "list.ndjson")
	if err := os.WriteFile(list, []byte(indicator), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := program(t, "hunt", "--in", remembered(t), "--json", list)
	var got found
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitFine {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	want := found{Value: "evil.example", Type: "domain", How: "below", Seen: "evil.example", First: "2026-11-01T10:20:30Z", Last: "2026-11-03T11:20:30Z", Count: 3,
		Sensors:    []sensorLine{{"dns-1", "2026-11-01T10:20:30Z", "2026-11-01T10:20:30Z", 1}, {"dns-2", "2026-11-03T10:20:30Z", "2026-11-03T11:20:30Z", 2}},
		Indicators: []string{"indicator--00000000-0000-4000-8000-000000000003"}, Sources: []string{"list"}, Basis: "64-bit hash"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want, got: %s", diff)
	}
	if !strings.Contains(errs, "1 value looked for among 10 rows of 2026-11-01T10:20:30Z to 2026-11-03T11:20:30Z, 1 found") ||
		!strings.Contains(errs, "hits rest on 64-bit hashes: 9e-19 false ones expected") {
		t.Errorf("summary: %s", errs)
	}
}

// TestHuntSaysWhatIsDamaged names the file, prints what the others say, and ends with 2.
func TestHuntSaysWhatIsDamaged(t *testing.T) {
	t.Parallel()
	dir := remembered(t)
	torn, err := filepath.Glob(filepath.Join(dir, "2026-11-03.*.seen"))
	if err != nil || len(torn) != 1 {
		t.Fatal(torn, err)
	}
	if err := os.Truncate(torn[0], 100); err != nil {
		t.Fatal(err)
	}
	code, out, errs := program(t, "hunt", "--in", dir, "evil.example")
	if code != exitCannot || !strings.Contains(errs, "damaged: "+filepath.Base(torn[0])) || !strings.Contains(out, "2026-11-01T10:20:30Z  1  ") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	code, _, errs = program(t, "hunt", "--in", t.TempDir(), "evil.example")
	if code != exitCannot || !strings.Contains(errs, "no history in") {
		t.Errorf("an empty directory: exit %d: %s", code, errs)
	}
}

// TestHuntExchange hunts the indicators of an exchange, with --new each once.
func TestHuntExchange(t *testing.T) {
	t.Parallel()
	in, data := remembered(t), filepath.Join(t.TempDir(), "data")
	put := func(name, text string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := program(t, "import", "--data", data, "--source", "feed", file); code != exitFine {
			t.Fatalf("import: exit %d: %s", code, errs)
		}
	}
	hunt := func(want int, line string, args ...string) {
		t.Helper()
		code, out, errs := program(t, append([]string{"hunt", "--in", in, "--data", data}, args...)...)
		if code != want || !strings.Contains(out, line) || line == "" && out != "" {
			t.Errorf("hunt %v: exit %d, want %d: %s%s", args, code, want, out, errs)
		}
	}
	put("first.json", indicator)
	hunt(exitFine, "evil.example  below", "--new")
	hunt(exitWrong, "", "--new")
	put("second.json", strings.NewReplacer("000003", "000004", "domain-name:value = 'evil.example'", "ipv4-addr:value = '198.51.100.7'").Replace(indicator))
	hunt(exitFine, "198.51.100.7  exact", "--new")
	hunt(exitWrong, "", "--new")
	hunt(exitFine, "evil.example  below")
	for _, args := range [][]string{{"--data", data, "evil.example"}, {"--new", "evil.example"}, {"--follow", "evil.example"}, {}} {
		if code, _, errs := program(t, append([]string{"hunt", "--in", in}, args...)...); code != exitCannot {
			t.Errorf("hunt %v: exit %d: %s", args, code, errs)
		}
	}
}

// TestHuntFollows: what comes into the exchange while it is followed is hunted within a second or two.
func TestHuntFollows(t *testing.T) {
	t.Parallel()
	in, data := remembered(t), filepath.Join(t.TempDir(), "data")
	a := &app{ctx: t.Context(), Out: io.Discard, Err: io.Discard}
	st, err := a.createStore(place(data))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	door := intake.New(st, time.Now)
	src, err := door.AddSource(t.Context(), store.Source{Name: "feed", Public: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan int)
	go func() {
		done <- run(ctx, []string{"hunt", "--in", in, "--data", data, "--new", "--follow", "--json"}, strings.NewReader(""), w, io.Discard)
	}()
	if _, err := door.Submit(t.Context(), intake.Submission{Source: src.ID}, [][]byte{[]byte(indicator)}); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil || !strings.Contains(line, `"value":"evil.example"`) {
		t.Errorf("%q, %v", line, err)
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("hunted after %v", took)
	}
	stop()
	if code := <-done; code != exitFine {
		t.Errorf("exit %d", code)
	}
}
