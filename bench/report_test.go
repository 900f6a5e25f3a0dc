package main

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFigure(t *testing.T) {
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(100-i)*time.Millisecond)
	}
	f := summarise(times, 200, 4e6, 2*time.Second)
	if f.p50 != 50*time.Millisecond || f.p95 != 95*time.Millisecond || f.p99 != 99*time.Millisecond || f.rate != 100 || f.mbps != 2 {
		t.Errorf("summarise = %+v", f)
	}
	if m, s := median([]float64{4, 1, 2, 3}), spread([]float64{10, 8, 12}); m != 2.5 || s != 0.2 {
		t.Errorf("median = %v, spread = %v; want 2.5, 0.2", m, s)
	}
	for x, want := range map[float64]string{0: "0", 0.0634: "0.063", 9.96: "10", 12.4: "12", 999: "999", 12_345: "12,300", 1_234_567: "1,230,000"} {
		if got := number(x); got != want {
			t.Errorf("number(%v) = %s, want %s", x, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	tab := newTable("Title", "Text.", "ours", "peer", "gone")
	tab.absent["gone"] = "is not installed"
	add := row{what: "add", unit: "objects/s", clients: 1}
	for _, x := range []float64{90, 100, 110} {
		tab.add(add, "ours", figure{rate: x, p50: time.Millisecond, p95: 2 * time.Millisecond, p99: 3 * time.Second, own: .5, done: 1})
	}
	tab.add(add, "peer", figure{rate: 10, done: 3, failed: 1, err: errors.New("500")})
	pages := row{what: "pages", unit: "objects/s", clients: 1}
	tab.add(pages, "ours", figure{rate: 90})
	tab.add(pages, "peer", figure{rate: 9, done: 3, cut: true})
	memory := row{what: "memory", unit: "MB", less: true}
	tab.add(memory, "ours", figure{rate: 20})
	tab.add(memory, "peer", figure{rate: 40})
	tab.skip(row{what: "add", unit: "objects/s", clients: 8}, "peer", "one takes 9.0 s")
	want := `### Title

Text.

| what | ours | peer | gone |
| --- | --- | --- | --- |
| add, 1 client (objects/s) | 100 ±10 % | 10 (10×); 1 of 4 requests failed: 500 | – |
| pages, 1 client (objects/s) | 90 | 9 (10×); stopped at request 3 | – |
| memory (MB) | 20 | 40 (2×) | – |
| add, 8 clients (objects/s) | – | one takes 9.0 s | – |

Time of one request, p50 / p95 / p99, median of the rounds:

| what | ours | peer | gone |
| --- | --- | --- | --- |
| add, 1 client | 1.0 ms / 2.0 ms / 3.0 s | – | – |

Cores that the load generator itself used, at most: ours 0.50.

gone is not installed.
`
	if diff := cmp.Diff(want, tab.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
