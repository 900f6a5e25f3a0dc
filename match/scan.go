package match

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
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

	// Together, when it is set, is held from the first finding of a part until Passed has been told of its end: what the Gathering holds and what
	// was passed agree when it is not.
	Together sync.Locker

	// Gathering keeps records for patterns that ask for several. Scans that share one find what lies in different logs; without it, each log is alone.
	Gathering *Gathering
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

	Unevaluated Unevaluated // patterns that could not be evaluated
	Forgotten   int64       // see [Gathering.Forgotten]
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
	s.Unevaluated.add(o.Unevaluated)
}

// told is what a Gathering says of itself.
type told struct {
	Unevaluated
	forgotten int64
}

// since adds what a Gathering said between two moments.
func (s *Scanned) since(before, after told) {
	s.Forgotten += after.forgotten - before.forgotten
	after.Count -= before.Count
	if after.Count > 0 {
		s.Unevaluated.add(after.Unevaluated)
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

// Run matches one log and calls found for each finding, in order. It ends with the log, with an error of found, or with ctx; then a Read that
// waits is left behind, and ends with what it reads. What was read before an error is in Scanned.
func (s *Scan) Run(ctx context.Context, name string, src io.Reader, found func(*Finding) error) (Scanned, error) {
	reader, err := logs.NewReader(src, s.Logs)
	if err != nil {
		return Scanned{}, err
	}
	within, stop := context.WithCancel(ctx)
	defer stop()
	r := &run{Scan: s, found: found, gathering: s.Gathering, work: make(chan *part), order: make(chan *part, 2*s.jobs()), ended: make(chan feeding, 1),
		out: Scanned{Format: reader.Format()}}
	if r.gathering == nil {
		r.gathering = NewGathering()
	}
	before := r.gathering.told()
	if err := r.hire(within, name); err != nil {
		stop()
		reader.Close()
		return r.out, errors.Join(err, r.dismiss())
	}
	go r.feed(within, reader)
	for err == nil {
		var p *part
		if p, err = r.next(within); p == nil {
			break
		}
		err = r.take(p)
	}
	if ctx.Err() == nil { // otherwise it may wait for bytes that never come
		stop()
		end := <-r.ended
		r.out.TooLong = end.tooLong
		if err == nil && end.err != io.EOF {
			err = end.err
		}
	} else if err == nil { // the feeding saw it first
		err = ctx.Err()
	}
	r.out.since(before, r.gathering.told())
	return r.out, errors.Join(err, r.dismiss())
}

func (s *Scan) jobs() int {
	if s.Jobs > 0 {
		return s.Jobs
	}
	return runtime.GOMAXPROCS(0)
}

// run is one Run.
type run struct {
	*Scan
	found     func(*Finding) error
	gathering *Gathering
	work      chan *part
	order     chan *part // bounds what is held
	ended     chan feeding
	workers   []*scanWorker
	wait      sync.WaitGroup
	out       Scanned
}

// feeding is how the reading of a log ended.
type feeding struct {
	err     error
	tooLong int64
}

// hire starts the workers.
func (r *run) hire(ctx context.Context, name string) error {
	for range r.jobs() {
		w, err := r.worker(name)
		if err != nil {
			return err
		}
		r.workers = append(r.workers, w)
		r.wait.Go(func() {
			for {
				select {
				case p, ok := <-r.work:
					if !ok {
						return
					}
					w.part(p)
					close(p.done)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	return nil
}

// dismiss waits for the workers, which end with the log or with the context.
func (r *run) dismiss() (err error) {
	r.wait.Wait()
	for _, w := range r.workers {
		err = errors.Join(err, w.close())
	}
	return err
}

// feed hands blocks to the workers, each first to those who keep the order.
func (r *run) feed(ctx context.Context, from *logs.Reader) {
	defer from.Close()
	defer close(r.work)
	defer close(r.order)
	for {
		b, err := from.Next()
		if err != nil {
			r.ended <- feeding{err, from.TooLong()}
			return
		}
		p := &part{block: b, end: b.End(), done: make(chan struct{})}
		for _, to := range [...]chan<- *part{r.order, r.work} {
			select {
			case to <- p:
			case <-ctx.Done():
				r.ended <- feeding{ctx.Err(), from.TooLong()}
				return
			}
		}
	}
}

// next returns the next part once it is matched; nil after the last.
func (r *run) next(ctx context.Context) (*part, error) {
	select {
	case p, ok := <-r.order:
		if !ok {
			return nil, nil
		}
		select {
		case <-p.done:
			return p, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// take tells what was found in a part. Records that patterns of several wait for are gathered here, where they come in order.
func (r *run) take(p *part) error {
	if r.Together != nil {
		r.Together.Lock()
		defer r.Together.Unlock()
	}
	r.out.add(&p.Scanned)
	if p.err != nil {
		return p.err
	}
	for i := range p.found {
		f := &p.found[i]
		if f.later != nil && !r.gathering.add(f) {
			continue
		}
		if err := r.found(f); err != nil {
			return err
		}
	}
	if r.Passed != nil {
		return r.Passed(p.end)
	}
	return nil
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
		for i := range w.m.waiting {
			p.found = append(p.found, w.finding(&w.m.waiting[i], n))
		}
		if w.memory != nil {
			p.err = w.remember(p, n)
		}
	}
	p.Unevaluated, w.m.open = w.m.open, Unevaluated{}
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
		f.Host = hostOf(f.From, f.To)
	}
	return f
}

// hostOf is the machine of one's own in a connection: the one with a private address where the other has none, else the one that opened it.
func hostOf(from, to string) string {
	if a, err := netip.ParseAddr(from); err == nil && !a.Unmap().IsPrivate() {
		if b, err := netip.ParseAddr(to); err == nil && b.Unmap().IsPrivate() {
			return to
		}
	}
	return from
}
