// Package queue lets any number of callers of Update wait for the one goroutine of an engine that writes.
package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// A group of jobs ends after this many or this much time: an engine writes what waits in one transaction.
const (
	GroupJobs = 256
	GroupTime = 20 * time.Millisecond
)

// Job is one Update on its way.
type Job struct {
	Err error // what its caller gets

	ctx  context.Context
	f    func(store.Tx) error
	done chan struct{}
}

// Run runs the job, unless its caller has gone, and keeps its error. A panic becomes one, so that one caller's mistake does not stop the
// writer; [store.Stop] is none.
func (j *Job) Run(tx store.Tx) {
	if j.Err = j.ctx.Err(); j.Err != nil {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			j.Err = fmt.Errorf("panic in update: %v", r)
		}
	}()
	if j.Err = j.f(tx); errors.Is(j.Err, store.Stop) {
		j.Err = nil
	}
}

// Begin tells that a group begins to be written. now is the store's clock: no entry of the group is stamped before it.
func (q *Queue) Begin(now time.Time) {
	q.writing.Lock()
	defer q.writing.Unlock()
	q.began, q.over = now, make(chan struct{})
}

// Answer ends the group and lets the callers of its jobs go. err is the transaction's: all of them get it, but for those that have an error
// of their own.
func (q *Queue) Answer(jobs []*Job, err error) {
	q.writing.Lock()
	close(q.over)
	q.over = nil
	q.writing.Unlock()
	for _, j := range jobs {
		if err != nil && j.Err == nil {
			j.Err = fmt.Errorf("write: %w", err)
		}
		close(j.done)
	}
}

// Queue is where jobs wait.
type Queue struct {
	jobs chan *Job

	mu     sync.RWMutex // protects closed
	closed bool

	writing sync.Mutex // protects began and over
	began   time.Time
	over    chan struct{} // closed when the group that is being written has ended; nil: none is
}

// New returns an empty queue.
func New() *Queue { return &Queue{jobs: make(chan *Job, 1024)} }

// Update queues f and returns when it has been answered.
func (q *Queue) Update(ctx context.Context, f func(store.Tx) error) error {
	j := &Job{ctx: ctx, f: f, done: make(chan struct{})}
	if err := q.While(func() { q.jobs <- j }); err != nil {
		return err
	}
	<-j.done // never abandoned: the caller must know whether it happened
	return j.Err
}

// Settled waits for the end of the group that is being written, if it began in an earlier second than now.
func (q *Queue) Settled(ctx context.Context, now time.Time) error {
	q.writing.Lock()
	began, over := q.began, q.over
	q.writing.Unlock()
	if over == nil || !began.Truncate(time.Second).Before(now.Truncate(time.Second)) {
		return nil
	}
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// While runs f unless the queue is closed, and keeps it open meanwhile.
func (q *Queue) While(f func()) error {
	q.mu.RLock()
	defer q.mu.RUnlock()
	if q.closed {
		return threatwatch.Errorf(threatwatch.Unavailable, "the store is closed")
	}
	f()
	return nil
}

// Close ends the queue: what waits is still done. false: it had been closed.
func (q *Queue) Close() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.closed = true
	close(q.jobs)
	return true
}

// Jobs are all jobs to come, until the queue is closed and empty.
func (q *Queue) Jobs() <-chan *Job { return q.jobs }

// Waiting is a job that waits now, nil when none does.
func (q *Queue) Waiting() *Job {
	select {
	case j := <-q.jobs: // nil when closed
		return j
	default:
		return nil
	}
}
