package match

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/logs"
)

// Scan matches whole logs, on several goroutines, and gives what it finds in the order of the log.
type Scan struct {
	Index *Index
	Logs  logs.Options
	Jobs  int // parts of a log that are matched at once; 0: one for each processor

	// Memory, when it is set, makes what is told of every record: one for each goroutine.
	Memory func() (Memory, error)
	Sensor string // of records that do not say whose they are; for Memory

	// Passed, when it is set, is told how far a log has been matched: after the findings before that place, and often.
	Passed func(logs.Mark) error
}

// Memory remembers records ([history.Writer] does).
type Memory interface {
	Record(rec *logs.Record, sensor string, at time.Time) error
	Close() error
}

// Scanned is what was read of a log.
type Scanned struct {
	Format  logs.Format
	Records int64
	Bytes   int64 // of records, decompressed
	TooLong int64 // records that were left out
	Faults  int64 // records that could not be read, or only in part
	First   string
}

func (s *Scanned) fault(n int64, err error) {
	if s.Faults++; s.First == "" {
		s.First = fmt.Sprintf("record %d: %s", n, err)
	}
}

func (s *Scanned) add(o *Scanned) {
	s.Records, s.Bytes, s.Faults = s.Records+o.Records, s.Bytes+o.Bytes, s.Faults+o.Faults
	if s.First == "" {
		s.First = o.First
	}
}

// part is a block on its way, and what came of it.
type part struct {
	block *logs.Block
	end   logs.Mark
	Scanned
	found []Finding
	err   error
	done  chan struct{}
}

// Run matches one log and calls found for each finding, in order. It ends with the log, with an error of found, or with ctx. What was read before
// an error is in Scanned.
func (s *Scan) Run(ctx context.Context, name string, src io.Reader, found func(*Finding) error) (out Scanned, err error) {
	r, err := logs.NewReader(src, s.Logs)
	if err != nil {
		return out, err
	}
	defer r.Close()
	out.Format = r.Format()
	jobs := s.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	ctx, stop := context.WithCancel(ctx)
	work, order := make(chan *part), make(chan *part, 2*jobs) // order bounds what is held
	var workers sync.WaitGroup
	failed := make(chan error, jobs)
	for range jobs {
		w, err := s.worker(name)
		if err != nil {
			stop()
			close(work)
			workers.Wait()
			return out, err
		}
		workers.Go(func() {
			for p := range work {
				w.part(p)
				close(p.done)
			}
			if err := w.close(); err != nil {
				failed <- err
			}
		})
	}
	var read error
	go func() {
		read = feed(ctx, r, work, order)
		close(work)
		close(order)
	}()
	for p := range order {
		if err != nil {
			continue // the reader has been told to stop: let go of what is on its way
		}
		<-p.done
		out.add(&p.Scanned)
		if err = p.err; err == nil {
			err = tell(p.found, found)
		}
		if err == nil && s.Passed != nil {
			err = s.Passed(p.end)
		}
		if err != nil {
			stop()
		}
	}
	stop()
	workers.Wait()
	out.TooLong = r.TooLong()
	if err == nil && read != io.EOF {
		err = read
	}
	close(failed)
	for e := range failed {
		err = errors.Join(err, e)
	}
	return out, err
}

func tell(list []Finding, found func(*Finding) error) error {
	for i := range list {
		if err := found(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

// feed hands blocks to the workers, each first to those who keep the order.
func feed(ctx context.Context, r *logs.Reader, work, order chan<- *part) error {
	for {
		b, err := r.Next()
		if err != nil {
			return err
		}
		p := &part{block: b, end: b.End(), done: make(chan struct{})}
		select {
		case order <- p:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case work <- p:
		case <-ctx.Done():
			p.err = ctx.Err()
			close(p.done)
			return ctx.Err()
		}
	}
}

// scanWorker is one goroutine's.
type scanWorker struct {
	name   string
	sensor string
	m      *Matcher
	rec    logs.Record
	hits   []Hit
	memory Memory
}

func (s *Scan) worker(name string) (*scanWorker, error) {
	w := &scanWorker{name: name, sensor: s.Sensor, m: s.Index.Matcher()}
	w.m.When = (*logs.Record).When
	if s.Memory == nil {
		return w, nil
	}
	var err error
	w.memory, err = s.Memory()
	return w, err
}

func (w *scanWorker) close() error {
	if w.memory == nil {
		return nil
	}
	return w.memory.Close()
}

// part matches the records of a block.
func (w *scanWorker) part(p *part) {
	b := p.block
	p.Bytes = int64(b.Size())
	for entry, n, ok := b.Next(); ok && p.err == nil; entry, n, ok = b.Next() {
		p.Records++
		if err := b.Scan(entry, &w.rec); err != nil {
			p.fault(n, err)
		}
		w.hits = w.m.Match(&w.rec, w.hits[:0])
		for i := range w.hits {
			p.found = append(p.found, w.finding(&w.hits[i], n))
		}
		if w.memory != nil {
			p.err = w.remember(p, n)
		}
	}
	b.Release()
	p.block = nil
}

// remember tells the memory of a record. One without a time that can be kept is a fault of the record, anything else is the memory's.
func (w *scanWorker) remember(p *part, n int64) error {
	at, ok := w.rec.When()
	if !ok {
		at = time.Now()
	}
	sensor := w.sensor
	if len(w.rec.Host) > 0 {
		sensor = string(w.rec.Host)
	}
	err := w.memory.Record(&w.rec, sensor, at)
	if err != nil && threatwatch.KindOf(err) == threatwatch.Invalid {
		p.fault(n, err)
		return nil
	}
	return err
}

// finding says where a hit was made.
func (w *scanWorker) finding(h *Hit, n int64) Finding {
	f := Finding{Hit: *h, File: w.name, Line: n, Host: string(w.rec.Host)}
	for i := range w.rec.Fields {
		x := &w.rec.Fields[i]
		switch {
		case x.Kind != logs.Address && x.Kind != logs.Domain:
		case x.Role == logs.Source && f.From == "":
			f.From = string(x.Value)
		case x.Role == logs.Destination && f.To == "":
			f.To = string(x.Value)
		}
	}
	if f.Host == "" {
		f.Host = f.From
	}
	return f
}
