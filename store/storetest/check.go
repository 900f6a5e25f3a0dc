package storetest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// patience is how long a property may take outside of tests.
func (e Engine) patience() time.Duration {
	if e.Patience > 0 {
		return e.Patience
	}
	return 5 * time.Minute
}

// T is what the suite needs of a test: *testing.T has it.
type T interface {
	Helper()
	Context() context.Context
	TempDir() string
	Cleanup(func())
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Skip(args ...any)
}

// Verdict is what became of one property.
type Verdict struct {
	Property string        `json:"property"`
	Says     string        `json:"says"`
	Holds    bool          `json:"holds"`
	Skipped  bool          `json:"skipped,omitempty"`
	Faults   []string      `json:"faults,omitempty"`
	Took     time.Duration `json:"took"`
}

// Check runs the suite outside of tests and tells each verdict as soon as it is known. It returns how many properties do not hold.
func Check(ctx context.Context, e Engine, tell func(Verdict)) (broken int) {
	for _, p := range properties {
		if ctx.Err() != nil {
			break
		}
		v := examine(ctx, p, e)
		if !v.Holds && !v.Skipped {
			broken++
		}
		tell(v)
	}
	return broken
}

func examine(ctx context.Context, p property, e Engine) Verdict {
	ctx, cancel := context.WithTimeout(ctx, e.patience())
	x := &examination{ctx: ctx}
	begun := time.Now()
	done := make(chan struct{})
	go func() { // of its own, because Fatal ends it
		defer close(done)
		defer x.end()
		defer cancel()
		p.check(x, e)
	}()
	select {
	case <-done:
	case <-time.After(e.patience() + time.Second): // it does not look at its context: left behind
		x.note("it does not come to an end")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return Verdict{Property: p.name, Says: p.says, Holds: len(x.faults) == 0 && !x.skipped, Skipped: x.skipped, Faults: x.faults, Took: time.Since(begun)}
}

// examination is a T that keeps what it is told.
type examination struct {
	ctx context.Context

	mu      sync.Mutex // protects what follows
	faults  []string
	skipped bool
	ends    []func()
}

func (x *examination) Helper()                  {}
func (x *examination) Context() context.Context { return x.ctx }

func (x *examination) TempDir() string {
	dir, err := os.MkdirTemp("", "threatwatch-check-")
	if err != nil {
		x.Fatal(err)
	}
	x.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (x *examination) Cleanup(f func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ends = append(x.ends, f)
}

// end runs what Cleanup was given, the last first.
func (x *examination) end() {
	if r := recover(); r != nil {
		x.note(fmt.Sprintf("panic: %v", r))
	}
	x.mu.Lock()
	ends := x.ends
	x.mu.Unlock()
	for _, f := range slices.Backward(ends) {
		f()
	}
}

// maxFaults is how many faults of a property are kept: an engine that breaks one rule breaks it often.
const maxFaults = 5

func (x *examination) note(text string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.faults) < maxFaults {
		x.faults = append(x.faults, text)
	}
}

func (x *examination) Error(args ...any)                 { x.note(fmt.Sprint(args...)) }
func (x *examination) Errorf(format string, args ...any) { x.note(fmt.Sprintf(format, args...)) }
func (x *examination) Fatal(args ...any)                 { x.Error(args...); runtime.Goexit() }
func (x *examination) Fatalf(format string, args ...any) { x.Errorf(format, args...); runtime.Goexit() }

func (x *examination) Skip(...any) {
	x.mu.Lock()
	x.skipped = true
	x.mu.Unlock()
	runtime.Goexit()
}

// within runs f as a part of t: a subtest, or the same examination with the part's name before its faults.
func within(t T, name string, f func(T)) {
	switch t := t.(type) {
	case *testing.T:
		t.Run(name, func(t *testing.T) { f(t) })
	case *examination:
		before := len(t.faults)
		f(t)
		for i := before; i < len(t.faults); i++ {
			t.faults[i] = name + ": " + t.faults[i]
		}
	}
}
