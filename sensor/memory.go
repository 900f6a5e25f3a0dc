package sensor

import (
	"sync"
	"time"

	"threatwatch/logs"
	"threatwatch/match"
)

// Memory remembers records ([threatwatch/history.Writer] does): Flush puts on disk what was remembered.
type Memory interface {
	Record(rec *logs.Record, sensor string, at time.Time) error
	Flush() error
}

// memory is one Memory for all who read.
type memory struct {
	mu sync.Mutex // protects to
	to Memory     // nil: nothing is remembered
}

// Record implements match.Memory.
func (m *memory) Record(rec *logs.Record, sensor string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.to.Record(rec, sensor, at)
}

// Close implements match.Memory; the others go on.
func (m *memory) Close() error { return nil }

func (m *memory) flush() error {
	if m.to == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.to.Flush()
}

// take is what a match.Scan asks for its goroutine; nil where nothing is remembered.
func (m *memory) take() func() (match.Memory, error) {
	if m.to == nil {
		return nil
	}
	return func() (match.Memory, error) { return m, nil }
}
