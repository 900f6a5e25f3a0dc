package sensor

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"threatwatch/match"
)

// publishPattern puts the indicator of a pattern into the collection.
func (b *bench) publishPattern(pattern string) {
	b.Helper()
	o := fmt.Appendf(nil, `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000009","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",`+
		`"pattern":%q,"pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z"}`, pattern)
	if st, err := b.fake.Add(b.Context(), b.collection, [][]byte{o}); err != nil || st.FailureCount > 0 {
		b.Fatal(st, err)
	}
}

func (b *bench) run(want int) {
	b.Helper()
	if _, err := Run(b.Context(), b.Config); err != nil {
		b.Fatal(err)
	}
	if got := b.sighted(); got != want {
		b.Errorf("sighted %d, want %d; told %q", got, want, b.told)
	}
}

// TestGatheredThroughRestarts: half of what a pattern asks for is read in one run, the rest in others and in other logs; nothing counts twice.
func TestGatheredThroughRestarts(t *testing.T) {
	b := newBench(t)
	b.Logs = append(b.Logs, b.Logs[0]+"b")
	b.publishPattern("[ipv4-addr:value = '198.51.100.7'] REPEATS 3 TIMES")
	b.log(b.Logs[0], 7)
	b.log(b.Logs[1], 1)
	b.run(0)
	b.run(0)
	b.log(b.Logs[1], 7)
	b.run(0)
	b.log(b.Logs[0], 7)
	b.run(1)
	b.run(1)
	b.log(b.Logs[0], 7, 7)
	b.run(1)
	b.log(b.Logs[0], 7)
	b.run(2)
	if len(b.told) != 1 || !strings.Contains(b.told[0], "no copy of the collection yet") {
		t.Errorf("told %q", b.told)
	}
}

// TestGatheredLost: where what was gathered cannot be read it is told, and the sensor works on.
func TestGatheredLost(t *testing.T) {
	b := newBench(t)
	b.publishPattern("[ipv4-addr:value = '198.51.100.7'] REPEATS 2 TIMES")
	b.log(b.Logs[0], 7)
	b.run(0)
	for n := range int64(2) {
		if err := os.WriteFile(gatheredPath(b.Dir, n), []byte(`{"number":77}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.log(b.Logs[0], 7)
	b.run(0)
	if len(b.told) != 2 || !strings.Contains(b.told[1], "gathered") {
		t.Errorf("told %q", b.told)
	}
	b.log(b.Logs[0], 7)
	b.run(1)
}

// TestGatheredTorn: where the output breaks amid the records of a part these are read again, and do not count twice.
func TestGatheredTorn(t *testing.T) {
	b := newBench(t)
	b.publish(1, 2)
	b.publishPattern("[ipv4-addr:value = '198.51.100.7'] REPEATS 3 TIMES")
	b.log(b.Logs[0], 7, 7, 1)
	found := b.Found
	broken := errors.New("the output is broken")
	b.Found = func(*match.Finding) error { return broken }
	if _, err := Run(t.Context(), b.Config); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	b.Found = found
	b.run(1) // of the address alone
	b.log(b.Logs[0], 7)
	b.run(2)
}
