package intake

import (
	"context"
	"runtime"
	"sync"

	"threatwatch"
)

// Sizes of the pipeline. A batch ends at whichever comes first; as much waits while another is written. A large batch writes each page
// of the indexes with random keys once for many rows, which is felt when much is held already.
const (
	BatchObjects = 6_000
	firstObjects = 1_000 // of the first batch; each is twice the one before, so that writing begins early
	batchBytes   = 16 << 20
	chunkObjects = 128
	chunkBytes   = 256 << 10
)

// Stream is a bulk import: objects are parsed and validated on all cores while the batch before is written, and outcomes come in order,
// each batch after it is durable. Add and Close are for one goroutine.
type Stream struct {
	ctx   context.Context
	sub   Submission
	size  int
	cur   *chunk
	work  chan *chunk
	order chan *chunk
	wg    sync.WaitGroup
	done  chan struct{}

	mu      sync.Mutex // protects err
	err     error
	summary Summary // owned by the writer until done is closed
}

// chunk is a run of objects parsed by one worker.
type chunk struct {
	raws  [][]byte
	v20   []bool
	bytes int
	items []*item
	ready chan struct{}
}

// Stream begins a bulk import. f, which may be nil, gets every outcome in order once it is durable, from one goroutine; Index counts
// from the start of the stream. The caller must call Close.
func (in *Intake) Stream(ctx context.Context, s Submission, f func(Outcome)) *Stream {
	return in.StreamBatch(ctx, s, BatchObjects, f)
}

// StreamBatch is Stream with another number of objects in one transaction.
func (in *Intake) StreamBatch(ctx context.Context, s Submission, size int, f func(Outcome)) *Stream {
	workers := runtime.GOMAXPROCS(0)
	st := &Stream{
		ctx: ctx, sub: s, size: max(1, size), cur: &chunk{}, done: make(chan struct{}),
		work:  make(chan *chunk, workers),
		order: make(chan *chunk, max(1, size/chunkObjects)),
	}
	for range workers {
		st.wg.Go(st.parse)
	}
	go st.write(in.session(s), f)
	return st
}

// Add hands over one object; raw is copied. spec20 says that the bundle around it is STIX 2.0. An error means that the stream has
// failed: what was reported durable stays so, nothing more will be.
func (st *Stream) Add(raw []byte, spec20 bool) error {
	if err := st.failed(); err != nil {
		return err
	}
	c := st.cur
	c.raws = append(c.raws, append([]byte(nil), raw...))
	c.v20 = append(c.v20, spec20)
	c.bytes += len(raw)
	if len(c.raws) >= min(chunkObjects, st.size) || c.bytes >= chunkBytes {
		return st.flush()
	}
	return nil
}

func (st *Stream) flush() error {
	c := st.cur
	if len(c.raws) == 0 {
		return nil
	}
	st.cur = &chunk{}
	c.ready = make(chan struct{})
	select {
	case st.order <- c: // the writer sees chunks in this order
	case <-st.ctx.Done():
		return st.ctx.Err()
	}
	st.work <- c
	return nil
}

// Close writes what is left and returns the counts. It must be called once, also after an error.
func (st *Stream) Close() (Summary, error) {
	err := st.flush()
	close(st.work)
	close(st.order)
	st.wg.Wait()
	<-st.done
	if e := st.failed(); e != nil {
		err = e
	}
	return st.summary, err
}

func (st *Stream) parse() {
	for c := range st.work {
		c.items = make([]*item, len(c.raws))
		for i, raw := range c.raws {
			c.items[i] = prepare(raw, c.v20[i], st.sub.Strict)
		}
		close(c.ready)
	}
}

// write gathers chunks into batches and commits them. After a failure it only drains, so that Add and the workers never block.
func (st *Stream) write(se *session, f func(Outcome)) {
	defer close(st.done)
	var items []*item
	bytes, size := 0, min(firstObjects, st.size)
	for c := range st.order {
		<-c.ready
		for i, it := range c.items {
			items = append(items, it)
			bytes += len(c.raws[i])
			if len(items) >= size || bytes >= batchBytes {
				st.commit(se, items, f)
				items, bytes, size = nil, 0, min(2*size, st.size)
			}
		}
		c.items, c.raws = nil, nil
	}
	if len(items) > 0 {
		st.commit(se, items, f)
	}
}

func (st *Stream) commit(se *session, items []*item, f func(Outcome)) {
	if st.failed() != nil {
		return
	}
	out, err := se.commit(st.ctx, items)
	if err != nil {
		st.mu.Lock()
		st.err = err
		st.mu.Unlock()
		return
	}
	for _, o := range out {
		if o.Status == Refused {
			o.Raw = items[o.Index].raw
		}
		o.Index = st.summary.Read
		st.summary.Count(o)
		if f != nil {
			f(o)
		}
	}
}

func (st *Stream) failed() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.err == nil && st.ctx.Err() != nil {
		return threatwatch.Errorf(threatwatch.Unavailable, "import stopped: %w", st.ctx.Err())
	}
	return st.err
}
