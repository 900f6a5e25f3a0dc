package match

import (
	"errors"
	"math"
	"sync"
	"sync/atomic"
)

// Index holds values in memory. It is read by any number of goroutines while one changes it: readers see all of a change or nothing.
type Index struct {
	now atomic.Pointer[state]
	mu  sync.Mutex // held while changing
}

// Entry is values with what is said about them.
type Entry struct {
	Values   []Value
	Claim    Claim
	Compound *Compound // instead of values
}

// Index seals what was gathered. The Builder is not to be used after it.
func (b *Builder) Index() (*Index, error) {
	if err := b.c.seal(); err != nil {
		return nil, err
	}
	return indexOf(&state{[]*layer{{core: b.c}}}), nil
}

func indexOf(s *state) *Index {
	x := &Index{}
	x.now.Store(s)
	return x
}

// Len is how many values there are; a value that was updated may count twice until the next merge.
func (x *Index) Len() int { return x.now.Load().len() }

// Update takes out what the indicators with these ids said, then adds entries: a new version is both. Matchers see the change with their
// next record.
func (x *Index) Update(add []Entry, remove []string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	names := make([]claimName, len(remove))
	for i, id := range remove {
		names[i] = nameOf(0, id)
	}
	next := x.now.Load().without(names)
	if len(add) > 0 {
		c, err := build(add)
		if err != nil {
			return err
		}
		next = next.with(c)
	}
	if from := next.due(0, math.MaxInt); from >= 0 {
		var err error
		if next, err = next.merged(from); err != nil {
			return err
		}
	}
	x.now.Store(next)
	return nil
}

// build makes a core of entries.
func build(entries []Entry) (*core, error) {
	c := newCore()
	for i := range entries {
		if err := c.addEntry(&entries[i]); err != nil {
			return nil, err
		}
	}
	return c, c.seal()
}

func (c *core) addEntry(e *Entry) error {
	if e.Compound == nil {
		b := Builder{c}
		return b.AddAll(e.Values, e.Claim)
	}
	err := c.addCompound(e.Compound, c.claims.add(&e.Claim))
	if errors.Is(err, errAlways) {
		return nil // it is counted
	}
	return err
}
