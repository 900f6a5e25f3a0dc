package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/dustin/go-humanize"

	"threatwatch/history"
	"threatwatch/logs"
	"threatwatch/match"
)

// file matches one log.
func (m *matchRun) file(name string, src io.Reader) error {
	scan := m.scan()
	m.live = name == "-"
	scan.Logs.Live = m.live
	got, err := scan.Run(m.app.ctx, name, &counted{r: src, bar: m.bar}, m.found)
	m.bar.done()
	m.count(name, &got)
	return err
}

func (m *matchRun) scan() match.Scan {
	scan := match.Scan{Index: m.src.index, Logs: logs.Options{Format: m.format}, Jobs: m.cmd.Jobs, Sensor: m.cmd.Sensor, Gathering: m.gather}
	if m.cmd.Remember != "" {
		scan.Memory = m.memories.take
	}
	return scan
}

// follow matches files as they grow, all at once, until it is stopped: what had been written by then is matched to its end.
func (m *matchRun) follow() error {
	m.live = true
	var mu sync.Mutex // findings of all files come out one after the other
	found := func(f *match.Finding) error {
		mu.Lock()
		defer mu.Unlock()
		return m.found(f)
	}
	errs := make(chan error, len(m.cmd.Paths))
	for _, name := range m.cmd.Paths {
		go func() {
			src, err := logs.Follow(m.app.ctx, name)
			if err != nil {
				errs <- err
				return
			}
			defer src.Close()
			scan := m.scan()
			scan.Logs.Live, scan.Jobs = true, 1
			got, err := scan.Run(context.WithoutCancel(m.app.ctx), name, src, found)
			mu.Lock()
			m.count(name, &got)
			mu.Unlock()
			errs <- err
		}()
	}
	var err error
	for range m.cmd.Paths {
		err = errors.Join(err, <-errs)
	}
	return err
}

// count adds what was read of a log.
func (m *matchRun) count(name string, got *match.Scanned) {
	m.sum.Records += got.Records
	m.sum.Bytes += got.Bytes
	m.told(name, got)
}

// told says on standard error what of a log could not be read.
func (m *matchRun) told(name string, got *match.Scanned) {
	if got.Faults > 0 {
		fmt.Fprintf(m.app.Err, "%s: %s could not be read whole, of %s; %s\n", plain(name), several(int(got.Faults), "record"), humanize.Comma(got.Records), plain(got.First))
	}
	if got.TooLong > 0 {
		fmt.Fprintf(m.app.Err, "%s: %s left out, longer than 8 MiB\n", plain(name), several(int(got.TooLong), "record"))
	}
	if n := got.Unevaluated.Count; n > 0 {
		fmt.Fprintf(m.app.Err, "%s: %s times a pattern could not be evaluated, which is not the same as no match; one is %s\n", plain(name), humanize.Comma(n), plain(got.Unevaluated.First))
	}
	if got.Forgotten > 0 {
		fmt.Fprintf(m.app.Err, "%s: %s times a pattern of several records may have matched with records that were no longer kept\n", plain(name), humanize.Comma(got.Forgotten))
	}
}

// counted tells a bar how far the reading of a file is.
type counted struct {
	r   io.Reader
	bar *progress
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.bar.add(int64(n))
	return n, err
}

// readSoFar is what the line of a match says.
func readSoFar(n int64, rate float64) string {
	return humanize.IBytes(uint64(n)) + " read, " + humanize.IBytes(uint64(rate)) + "/s"
}

// memories are the writers of a history, each in use by one goroutine at a time, and kept from file to file.
type memories struct {
	dir  string
	mu   sync.Mutex // protects idle
	idle []*history.Writer
}

// memory goes back to the others when a goroutine has done with it.
type memory struct {
	*history.Writer
	of *memories
}

func (ms *memories) take() (match.Memory, error) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if n := len(ms.idle); n > 0 {
		w := ms.idle[n-1]
		ms.idle = ms.idle[:n-1]
		return memory{w, ms}, nil
	}
	w, err := history.Create(ms.dir)
	if err != nil {
		return nil, err
	}
	return memory{w, ms}, nil
}

func (m memory) Close() error {
	m.of.mu.Lock()
	defer m.of.mu.Unlock()
	m.of.idle = append(m.of.idle, m.Writer)
	return nil
}

// close writes what is still held.
func (ms *memories) close() (err error) {
	for _, w := range ms.idle {
		err = errors.Join(err, w.Close())
	}
	ms.idle = nil
	return err
}
