package main

import (
	"context"
	"path/filepath"
	"time"
)

// measureStart starts the demonstration five times.
func (b *bench) measureStart(ctx context.Context) error {
	t := newTable("First start", "`threatwatch demo` in an empty directory, five times.", "Threatwatch")
	b.report.add(t)
	for range 5 {
		if err := b.startDemo(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// startDemo takes the time from an empty directory to the first page, and the memory when nobody asks.
func (b *bench) startDemo(ctx context.Context, t *table) error {
	dir, err := b.scratch("demo")
	if err != nil {
		return err
	}
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	x := &exchange{}
	start := time.Now()
	err = x.begin(ctx, "http://"+addr+"/", func() (*process, error) {
		return spawn(dir, nil, b.binary, "demo", "--listen", addr, "--data", filepath.Join(dir, "data"))
	})
	if err != nil {
		return err
	}
	defer x.stop()
	t.add(row{what: "to the first page", unit: "ms", less: true}, "Threatwatch", figure{rate: time.Since(start).Seconds() * 1e3})
	time.Sleep(settle)
	t.addMemory("when idle", "Threatwatch", x.process)
	return nil
}

// settle is how long a server is left alone before its memory is read: it gives back what it does not need within ten seconds.
const settle = 12 * time.Second
