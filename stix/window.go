package stix

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"threatwatch"
)

// A window is the part of a text that is held: what came before base is gone, what comes after its end is not read yet. Offsets are
// those of the whole decoded text.
type window struct {
	src  io.Reader
	gzip bool
	b    []byte
	base int64 // offset of b[0]
	keep int64 // offset from which the text is still needed
	gone int   // line feeds before base
	eof  bool
}

// Sizes of a window: it grows by doubling while a value does not fit.
const (
	windowSize = 256 << 10
	// MaxText is how many bytes of decoded text [ReadObjects] holds at once.
	MaxText = 2 << 30
)

// openWindow makes a window of size bytes at the beginning of r, unpacked if it begins like gzip.
func openWindow(r io.Reader, size int) (*window, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	w := &window{src: br}
	if magic, _ := br.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		zr, err := gzip.NewReader(br)
		if err != nil {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "read gzip: %w", err)
		}
		w.src, w.gzip = zr, true
	}
	w.b = make([]byte, 0, size)
	return w, nil
}

// more reads on, after dropping what is not needed any longer.
func (w *window) more() error {
	if gone := int(w.keep - w.base); gone > 0 {
		w.gone += bytes.Count(w.b[:gone], []byte{'\n'})
		w.b = w.b[:copy(w.b, w.b[gone:])]
		w.base = w.keep
	}
	if len(w.b) > cap(w.b)/2 {
		if cap(w.b) >= MaxText {
			return threatwatch.Errorf(threatwatch.TooLarge, "a JSON value of more than %d bytes", int64(MaxText))
		}
		w.b = append(make([]byte, 0, 2*cap(w.b)), w.b...)
	}
	for len(w.b) < cap(w.b) && !w.eof {
		n, err := w.src.Read(w.b[len(w.b):cap(w.b)])
		w.b = w.b[:len(w.b)+n]
		switch {
		case err == io.EOF:
			w.eof = true
		case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), w.gzip && errors.Is(err, io.ErrUnexpectedEOF):
			return threatwatch.Errorf(threatwatch.Invalid, "read gzip: %w", err)
		case err != nil:
			return err
		}
	}
	return nil
}

// pass applies one of the skip functions at an offset, reading on while the text that is held ends before the function is done, and
// returns the offset after what it passed.
func (w *window) pass(from int64, skip func(b []byte, i int) (int, error)) (int64, error) {
	for {
		i, err := skip(w.b, int(from-w.base))
		if i < len(w.b) || w.eof {
			if e, ok := errors.AsType[*SyntaxError](err); ok {
				e.Offset += w.base
			}
			return w.base + int64(i), err
		}
		if err := w.more(); err != nil {
			return from, err
		}
	}
}

// space returns the offset of the first byte at or after from that is no white space, and that byte; 0 at the end of the text.
func (w *window) space(from int64) (int64, byte, error) {
	at, err := w.pass(from, func(b []byte, i int) (int, error) { return skipSpace(b, i), nil })
	if err != nil || w.ends(at) {
		return at, 0, err
	}
	return at, w.b[at-w.base], nil
}

// ends says whether the text ends at the offset that pass or space returned.
func (w *window) ends(at int64) bool { return at == w.base+int64(len(w.b)) }

// text returns what stands between two offsets; it is valid until more is read.
func (w *window) text(from, to int64) []byte {
	return w.b[from-w.base : to-w.base : to-w.base]
}

// line is the number of the line at an offset, counted from 1.
func (w *window) line(at int64) int {
	return w.gone + bytes.Count(w.b[:at-w.base], []byte{'\n'}) + 1
}

// alone says whether the value between two offsets stands on a line of its own.
func (w *window) alone(from, to int64) bool {
	return w.keep <= from && bytes.IndexByte(w.text(from, to), '\n') < 0 && to-w.base < int64(len(w.b)) && (w.b[to-w.base] == '\n' || w.b[to-w.base] == '\r')
}
