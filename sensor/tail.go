package sensor

import (
	"bytes"
	"context"
	"io"
	"os"
	"sync/atomic"
	"time"

	"threatwatch"
)

const (
	// lookEvery is how often a file that has nothing new is looked at.
	lookEvery = 200 * time.Millisecond
	// settled is how long a file that another one took the name of must have been quiet: who writes may hold it open still.
	settled = 5 * time.Second
)

// tail reads one file from where it stands: as it grows, until another file has its name and nothing more comes, until it is cut, or until ctx ends.
// It ends with io.EOF in each case; a last record without an end is given one only where no more can come.
type tail struct {
	ctx    context.Context
	path   string // of the log
	f      *os.File
	at     atomic.Int64 // read so far: asked by those who match
	follow bool
	quiet  time.Time // since when nothing came; zero: something just came
	last   byte
	cut    bool // it was cut, and begins anew
	whole  bool // it was read to the end
}

func (t *tail) Read(b []byte) (int, error) {
	for {
		if t.ctx.Err() != nil {
			return 0, io.EOF
		}
		n, err := t.f.Read(b)
		if n > 0 {
			t.at.Add(int64(n))
			t.last, t.quiet = b[n-1], time.Time{}
			return n, nil
		}
		if err != nil && err != io.EOF {
			return 0, err
		}
		if t.over() {
			if t.whole && t.last != '\n' && t.last != 0 && len(b) > 0 {
				b[0], t.last = '\n', '\n'
				return 1, nil
			}
			return 0, io.EOF
		}
		pause(t.ctx, lookEvery)
	}
}

// over says that nothing more is to be waited for.
func (t *tail) over() bool {
	if !t.follow || t.whole {
		t.whole = true
		return true
	}
	ours, err := t.f.Stat()
	if err != nil {
		return false
	}
	if t.cut = ours.Size() < t.at.Load(); t.cut {
		return true
	}
	now, err := os.Stat(t.path)
	if err != nil || os.SameFile(now, ours) {
		t.quiet = time.Time{}
		return false
	}
	if t.quiet.IsZero() {
		t.quiet = time.Now()
	}
	t.whole = time.Since(t.quiet) >= settled
	return t.whole
}

// plainText refuses what does not grow by lines: packed files and UTF-16.
func plainText(f io.ReaderAt) error {
	start := make([]byte, 4)
	n, _ := f.ReadAt(start, 0) // too short is plain
	zero := func(i int) bool { return n == len(start) && start[i] == 0 }
	wide := zero(0) != zero(1) && zero(0) == zero(2) && zero(1) == zero(3) // two letters of ASCII
	for _, magic := range []string{"\x1f\x8b", "\x28\xb5\x2f\xfd", "\xff\xfe", "\xfe\xff"} {
		if wide || bytes.HasPrefix(start[:n], []byte(magic)) {
			return threatwatch.Errorf(threatwatch.Unsupported, "packed files and UTF-16 cannot be followed: threatwatch match reads them")
		}
	}
	return nil
}
