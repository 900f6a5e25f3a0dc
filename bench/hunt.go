package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"threatwatch/history"
	"threatwatch/logs"
)

// A month of logs as they are remembered: most values are seen by one sensor in one hour, a few by many and often.
const (
	huntDays    = 30
	huntSensors = 16
	huntAsked   = 10_000 // one in ten was seen
)

// measureHunt remembers a month of addresses and names, and hunts in it with the built program, start and end of the process included.
func (b *bench) measureHunt(ctx context.Context) error {
	dir, err := b.scratch("seen")
	if err != nil {
		return err
	}
	t := newTable("Retro-hunt", fmt.Sprintf("`threatwatch hunt` over %d days and %d sensors, %s rows; the directory was just written, so it is in the page cache.",
		huntDays, huntSensors, thousands(b.remembered)), "Threatwatch")
	b.report.add(t)
	begun := time.Now()
	if err := remember(ctx, dir, b.remembered); err != nil {
		return err
	}
	took := time.Since(begun)
	h, err := history.Open(dir)
	if err != nil {
		return err
	}
	e := h.Extent()
	if err := h.Close(); err != nil {
		return err
	}
	t.add(row{what: "remembering, one core, merging included", unit: "rows/s"}, "Threatwatch", figure{rate: float64(e.Rows) / took.Seconds()})
	t.add(row{what: "size on disk", unit: "bytes a row", less: true}, "Threatwatch", figure{rate: float64(e.Bytes) / float64(e.Rows)})
	t.add(row{what: "segments", less: true}, "Threatwatch", figure{rate: float64(e.Segments)})
	return b.hunts(ctx, t, dir)
}

// hunts asks for one value, for a hundred and for ten thousand, as often as fits the budget.
func (b *bench) hunts(ctx context.Context, t *table, dir string) error {
	for _, n := range []int{1, 100, huntAsked} {
		list := filepath.Join(dir, fmt.Sprintf("asked-%d.txt", n))
		var text strings.Builder
		for i := range n {
			if i%10 == 0 {
				fmt.Fprintln(&text, remembered(i/10*b.remembered/n))
			} else {
				fmt.Fprintf(&text, "absent-%d.example.org\n", i)
			}
		}
		if err := writeFile(list, text.String()); err != nil {
			return err
		}
		what := []string{list}
		if n == 1 {
			what = []string{remembered(0)}
		}
		for range b.rounds {
			var times []time.Duration
			begun := time.Now()
			for time.Since(begun) < b.budget || len(times) == 0 {
				start := time.Now()
				out, err := exec.CommandContext(ctx, b.binary, append([]string{"hunt", "--json", "--in", dir}, what...)...).Output()
				if err != nil {
					return fmt.Errorf("hunt: %w", err)
				}
				if got := strings.Count(string(out), "\n"); got < max(1, n/10) {
					return fmt.Errorf("hunt: %d values found, %d were seen", got, max(1, n/10))
				}
				times = append(times, time.Since(start))
			}
			t.add(row{what: "threatwatch hunt, values: " + thousands(n), unit: "hunts/s"}, "Threatwatch", summarise(times, len(times), 0, time.Since(begun)))
		}
		if err := os.Remove(list); err != nil {
			return err
		}
	}
	return nil
}

// remembered is the value of a number: addresses and names by turns.
func remembered(n int) string {
	if n%2 == 0 {
		return fmt.Sprintf("%d.%d.%d.%d", 1+n>>24, n>>16&255, n>>8&255, n&255)
	}
	return fmt.Sprintf("host-%d.example-%d.com", n, n/50)
}

// remember writes a history of so many rows or a few more, day by day.
func remember(ctx context.Context, dir string, rows int) error {
	progress("remembering %s rows", thousands(rows))
	w, err := history.Create(dir)
	if err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	rec := logs.Record{Fields: make([]logs.Field, 1)}
	first := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for i := range rows {
		if i%100_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		value := remembered(i)
		rec.Fields[0] = logs.Field{Kind: logs.Address, Value: []byte(value)}
		if i%2 == 1 {
			rec.Fields[0].Kind = logs.Domain
		}
		day := first.AddDate(0, 0, i*huntDays/rows)
		at := day.Add(time.Duration(rnd.IntN(86400)) * time.Second)
		for range 1 + i%3 { // two thirds are seen again within seconds
			if err := w.Record(&rec, fmt.Sprintf("sensor-%d", i%huntSensors), at); err != nil {
				return err
			}
			at = at.Add(time.Duration(rnd.IntN(5)) * time.Second)
		}
	}
	return errors.Join(w.Close(), history.Merge(dir))
}
