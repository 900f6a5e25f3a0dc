package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress is a line on a terminal that says how far something is and how fast it goes; elsewhere it is silent.
type progress struct {
	text func(n int64, perSecond float64) string
	w    io.Writer // nil: nobody looks

	mu    sync.Mutex // protects what follows: files are read by goroutines of their own
	n     int64
	begun time.Time
	last  time.Time // when the line was last written; zero: it is not there
}

// progressEvery is how often the line is written, and how long the first takes to come.
const progressEvery = 200 * time.Millisecond

func newProgress(w io.Writer, text func(n int64, perSecond float64) string) *progress {
	p := &progress{text: text, begun: time.Now()}
	if isTerminal(w) {
		p.w = w
	}
	return p
}

func (p *progress) add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n += n; p.w == nil || time.Since(p.last) < progressEvery || time.Since(p.begun) < progressEvery {
		return
	}
	p.last = time.Now()
	fmt.Fprintf(p.w, "\r%s \x1b[K", p.text(p.n, float64(p.n)/time.Since(p.begun).Seconds()))
}

// done takes the line away.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w != nil && !p.last.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.last = time.Time{}
	}
}
