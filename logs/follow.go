package logs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Follow reads a file as it grows, from its beginning, and goes on with the file that takes its name when it is rotated: renamed and made anew, or
// cut to nothing. What was written before a rotation is read first. It ends, with io.EOF, when ctx does. Give its reader to NewReader with
// Options.Live. A named pipe is read for as long, whoever opens and closes its other end.
func Follow(ctx context.Context, path string) (io.ReadCloser, error) {
	w := &follower{ctx: ctx, path: path, last: '\n'}
	err := w.open()
	return w, err
}

// followPoll is how often a file that has nothing new is looked at.
const followPoll = 200 * time.Millisecond

type follower struct {
	ctx   context.Context
	path  string
	f     *os.File
	awake func() bool // a read that waits ends with ctx, until it is called
	at    int64
	last  byte // what was read last: a record that a rotation cut off is ended
}

// open opens what has the name now, without waiting for somebody to write.
func (w *follower) open() error {
	f, err := os.OpenFile(w.path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return &fs.PathError{Op: "follow", Path: w.path, Err: syscall.EISDIR}
	}
	w.Close()
	w.f, w.at = f, 0
	w.awake = context.AfterFunc(w.ctx, func() { f.SetReadDeadline(time.Now()) }) // has no effect on files, where no read waits
	return nil
}

func (w *follower) Read(b []byte) (int, error) {
	for {
		n, err := w.f.Read(b)
		if n > 0 {
			w.at += int64(n)
			w.last = b[n-1]
			return n, nil
		}
		if errors.Is(err, os.ErrDeadlineExceeded) { // see open
			return 0, io.EOF
		}
		if err != nil && err != io.EOF {
			return 0, err
		}
		turned, err := w.turn()
		if err != nil {
			return 0, err
		}
		if turned {
			if w.last != '\n' && len(b) > 0 {
				b[0], w.last = '\n', '\n'
				return 1, nil
			}
			continue
		}
		select {
		case <-w.ctx.Done():
			return 0, io.EOF
		case <-time.After(followPoll):
		}
	}
}

// turn goes to the file that has the name now, or to its beginning when it was cut; false when there is no such thing.
func (w *follower) turn() (bool, error) {
	now, err := os.Stat(w.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // between the renaming and the new file
	}
	if err != nil {
		return false, err
	}
	ours, err := w.f.Stat()
	if err != nil {
		return false, err
	}
	if os.SameFile(now, ours) {
		if now.Size() >= w.at || !now.Mode().IsRegular() {
			return false, nil
		}
		w.at, err = w.f.Seek(0, io.SeekStart)
		return true, err
	}
	if ours.Size() > w.at { // written after our last look, before it was renamed
		return false, nil
	}
	if err := w.open(); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, nil
}

// Close closes the file.
func (w *follower) Close() error {
	if w.f == nil {
		return nil
	}
	w.awake()
	return w.f.Close()
}
