package match

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// maxOverhead is how many bytes an index may take for a value beside the value itself.
const maxOverhead = 60

// TestOverhead: values of lists, indicators with an id and a time each, and those that an exchange holds, take no more than promised, finders included.
func TestOverhead(t *testing.T) {
	since := func(i int) int64 { return 1_767_225_600_123_457 + int64(i)*7_919_333 } // no two in one second
	for _, c := range []struct {
		name  string
		claim func(i int) Claim
	}{
		{"lists", func(i int) Claim {
			return Claim{Source: "list", Name: "family " + strconv.Itoa(i%3000), Confidence: -1}
		}},
		{"indicators", func(i int) Claim {
			return Claim{ID: fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", i), Source: "source", From: since(i), Confidence: int8(i % 100)}
		}},
		{"an exchange", func(i int) Claim {
			return Claim{ID: fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", i), Source: "1", From: since(i), Confidence: int8(i % 100), TLP: "clear", Key: int64(2*i + 1)}
		}},
		{"an exchange, with ends and names", func(i int) Claim {
			return Claim{ID: fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", i), Name: "family " + strconv.Itoa(i%3000), Source: "1", From: since(i),
				Until: since(i * i % 1000), Confidence: int8(i % 100), TLP: "clear", Key: int64(2*i + 1)}
		}},
		{"an exchange, with some that say nothing", func(i int) Claim {
			c := Claim{ID: fmt.Sprintf("indicator--00000000-0000-4000-8000-%012x", i), Source: "1", From: since(i), Until: since(2 * i), Confidence: -1, Key: int64(2*i + 1)}
			if i%10 == 0 {
				c.From = silent
			}
			return c
		}},
	} {
		x, per := measured(t, 300_000, c.claim)
		if t.Logf("%s: %.1f bytes a value", c.name, per); per > maxOverhead {
			t.Errorf("%s: %.1f bytes for a value beside the value itself, want at most %d", c.name, per, maxOverhead)
		}
		runtime.KeepAlive(x)
	}
}

// madeUp is the text of value i: half domains, a quarter addresses, a quarter hashes.
func madeUp(i int) string {
	h := uint64(i)*0x9e3779b97f4a7c15 ^ 0x5bd1e995
	switch i % 4 {
	case 0:
		return fmt.Sprintf("%d.%d.%d.%d", 1+byte(i>>24), byte(i>>16), byte(i>>8), byte(i))
	case 1:
		return fmt.Sprintf("%016x%016x", h, ^h)
	}
	return fmt.Sprintf("host%x.example%d.com", h>>40, i)
}

// measured builds an index of n values and says how many bytes each takes beside the value.
func measured(t testing.TB, n int, claim func(int) Claim) (*Index, float64) {
	t.Helper()
	before := heap()
	b := NewBuilder()
	text := 0
	for i := range n {
		v, ok := Guess(madeUp(i))
		if !ok {
			t.Fatalf("%q is no value", madeUp(i))
		}
		text += len(v.key)
		if err := b.Add(v, claim(i)); err != nil {
			t.Fatal(err)
		}
	}
	x, err := b.Index()
	if err != nil {
		t.Fatal(err)
	}
	b = nil
	x.now.Load().layers[0].claims.number()
	return x, (float64(heap()) - float64(before) - float64(text)) / float64(n)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkIndex says how an index grows, and how long the slowest of a hundred lookups takes. THREATWATCH_BENCH_VALUES names the sizes.
func BenchmarkIndex(b *testing.B) {
	sizes := []int{10_000, 100_000, 1_000_000}
	if os.Getenv("THREATWATCH_BENCH_VALUES") == "10M" {
		sizes = append(sizes, 10_000_000)
	}
	for _, n := range sizes {
		x, per := measured(b, n, func(i int) Claim { return Claim{Source: "list", Name: strconv.Itoa(i % 3000)} })
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			took := make([]time.Duration, 0, b.N)
			now := time.Now()
			found := 0
			for i := range b.N {
				s := madeUp(int(binary.LittleEndian.Uint32([]byte{byte(i), byte(i >> 8), byte(i >> 16), byte(i * 7)})) % (2 * n)) // half of them are there
				began := time.Now()
				found += min(1, len(x.Lookup(s, now)))
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
			b.ReportMetric(per, "B/value")
			b.ReportMetric(float64(found)/float64(b.N), "found/op")
		})
		runtime.KeepAlive(x)
	}
}

// TestObjectsAreLetGo: of an object in which a value stands, what the index needs is kept and not the text.
func TestObjectsAreLetGo(t *testing.T) {
	const n, long = 5000, 4000
	l := NewLoader(Policy{})
	before := heap()
	for i := range n {
		raw := fmt.Appendf(nil, `{"type":"indicator","spec_version":"2.1","id":"indicator--%08x-0000-4000-8000-000000000003","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",`+
			`"name":"number %d","description":"%s","pattern":"[domain-name:value = 'host%d.example']","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z"}`, i, i, strings.Repeat("x", long), i)
		if err := l.Object(raw, ""); err != nil {
			t.Fatal(err)
		}
	}
	x, err := l.Index()
	if err != nil {
		t.Fatal(err)
	}
	if per := float64(heap()-before) / n; per > long/4 {
		t.Errorf("%.0f bytes are kept of an object of %d", per, long)
	}
	runtime.KeepAlive(x)
}
