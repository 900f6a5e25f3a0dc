package main

import (
	"context"
	"path/filepath"
	"time"
)

// measureStart takes the time from an empty directory to the first page of the demonstration, and its memory when nobody asks.
func (b *bench) measureStart(ctx context.Context) error {
	t := newTable("First start", "`threatwatch demo` in an empty directory.", "Threatwatch")
	for range 5 {
		dir, err := b.scratch("demo")
		if err != nil {
			return err
		}
		addr, err := freeAddr()
		if err != nil {
			return err
		}
		start := time.Now()
		p, err := spawn(dir, nil, b.binary, "demo", "--listen", addr, "--data", filepath.Join(dir, "data"))
		if err != nil {
			return err
		}
		err = p.answers(ctx, "http://"+addr+"/")
		took := time.Since(start)
		time.Sleep(settle)
		if err == nil {
			t.addMemory("when idle", "Threatwatch", p)
		}
		p.stop()
		if err != nil {
			return err
		}
		t.add(row{what: "to the first page", unit: "ms", less: true}, "Threatwatch", figure{rate: took.Seconds() * 1e3})
	}
	b.report.add(t)
	return nil
}

// settle is how long a server is left alone before its memory is read.
const settle = time.Second
