package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dustin/go-humanize"

	"threatwatch"
	"threatwatch/history"
	"threatwatch/logs"
)

// rememberCmd puts what stands in logs into a history for hunt, whether or not anybody has said something about it.
type rememberCmd struct {
	In     string   `required:"" placeholder:"DIR" type:"path" help:"History to add to; made if it is not there."`
	Sensor string   `placeholder:"NAME" help:"Where records are from that do not say so. Default: the name of this machine"`
	Paths  []string `arg:"" name:"log" help:"Log files or folders of them, plain, gzip or zstd; - is standard input. Formats are those of match."`
}

// Help is shown by --help.
func (*rememberCmd) Help() string {
	return `Examples:

  threatwatch remember --in ./seen /var/log/zeek/2026-11-24
  zcat eve.json.gz | threatwatch remember --in ./seen --sensor fw-1 -
  threatwatch hunt --in ./seen 'evil[.]example'

Kept is, in at most 12 bytes for each value, sensor and hour: a keyed hash of the value, how often, and the first and last second. Several processes may
add to one directory. A log that is remembered twice counts twice. Records without a time are taken to be of now. What was added when the process is killed
stays up to the last million rows or so.
Exit status 2: something could not be read; the rest is remembered.`
}

// Run remembers every file.
func (c *rememberCmd) Run(a *app) error {
	r, err := newRemembering(c.In, c.Sensor)
	if err != nil {
		return err
	}
	begun, broken := time.Now(), 0
	for _, p := range c.Paths {
		if err := c.path(a, r, p, &broken); err != nil {
			return errors.Join(err, r.close())
		}
	}
	if err := r.close(); err != nil {
		return err
	}
	fmt.Fprintf(a.Err, "%s records remembered in %v; %s without a time, %s with one out of reach, %s not readable\n", humanize.Comma(r.records.Load()),
		time.Since(begun).Round(time.Millisecond), humanize.Comma(r.untimed.Load()), humanize.Comma(r.beyond.Load()), humanize.Comma(r.unreadable.Load()))
	if broken > 0 {
		return exitCode(exitCannot)
	}
	return nil
}

// path remembers a file, every file of a folder, or standard input. It counts those that cannot be read, and goes on.
func (c *rememberCmd) path(a *app, r *remembering, path string, broken *int) error {
	tolerate := func(name string, err error) error {
		if w, ok := errors.AsType[*writeError](err); ok {
			return w.error
		}
		if err != nil && a.ctx.Err() == nil {
			*broken++
			fmt.Fprintf(a.Err, "threatwatch: %s: %v\n", plain(name), err)
		}
		return a.ctx.Err()
	}
	if path == "-" {
		return tolerate("standard input", r.log(a, a.In))
	}
	return filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err == nil && (d.IsDir() || name != path && strings.HasPrefix(d.Name(), ".")) {
			return nil
		}
		if err != nil {
			return tolerate(name, err)
		}
		f, err := os.Open(name)
		if err != nil {
			return tolerate(name, err)
		}
		defer f.Close()
		return tolerate(name, r.log(a, f))
	})
}

// remembering adds records to a history from several goroutines, each with a rememberer of its own.
type remembering struct {
	of                                   []*rememberer
	records, untimed, beyond, unreadable atomic.Int64
}

// rememberer adds records to a history. It belongs to one goroutine.
type rememberer struct {
	all    *remembering
	w      *history.Writer
	sensor string // of records that name none
	record logs.Record
}

// writeError is an error of the history, after which there is no point in going on.
type writeError struct{ error }

func newRemembering(dir, sensor string) (*remembering, error) {
	if sensor == "" {
		sensor, _ = os.Hostname() // a machine without a name is one too
	}
	r := &remembering{}
	for range runtime.GOMAXPROCS(0) {
		w, err := history.Create(dir)
		if err != nil {
			return nil, err
		}
		r.of = append(r.of, &rememberer{all: r, w: w, sensor: sensor})
	}
	return r, nil
}

// close writes what is held.
func (r *remembering) close() error {
	var all []error
	for _, one := range r.of {
		all = append(all, one.w.Close())
	}
	return errors.Join(all...)
}

// log remembers a whole log.
func (r *remembering) log(a *app, from io.Reader) error {
	log, err := logs.NewReader(from, logs.Options{})
	if err != nil {
		return err
	}
	defer log.Close()
	blocks := make(chan *logs.Block)
	faults := make(chan error, len(r.of))
	var wg sync.WaitGroup
	for _, one := range r.of {
		wg.Go(func() { faults <- one.blocks(blocks) })
	}
	for a.ctx.Err() == nil {
		block, e := log.Next()
		if e != nil {
			err = e
			break
		}
		blocks <- block
	}
	close(blocks)
	wg.Wait()
	close(faults)
	r.unreadable.Add(log.TooLong())
	for fault := range faults {
		if fault != nil {
			return &writeError{fault}
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return err
}

// blocks remembers the records of blocks until there are no more; after an error it only takes them.
func (r *rememberer) blocks(blocks <-chan *logs.Block) (fault error) {
	for block := range blocks {
		for entry, _, ok := block.Next(); ok && fault == nil; entry, _, ok = block.Next() {
			if err := block.Scan(entry, &r.record); err != nil {
				r.all.unreadable.Add(1)
			}
			fault = r.add(&r.record)
		}
		block.Release()
	}
	return fault
}

// add remembers a record.
func (r *rememberer) add(rec *logs.Record) error {
	at, timed := rec.When()
	if !timed {
		at = time.Now()
		r.all.untimed.Add(1)
	}
	sensor := r.sensor
	if len(rec.Host) > 0 {
		sensor = string(rec.Host)
	}
	err := r.w.Record(rec, sensor, at)
	if threatwatch.KindOf(err) == threatwatch.Invalid {
		r.all.beyond.Add(1)
		return nil
	}
	r.all.records.Add(1)
	return err
}
