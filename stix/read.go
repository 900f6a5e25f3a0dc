package stix

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"

	"threatwatch"
)

// MaxText is how many decoded bytes [ReadObjects] takes.
const MaxText = 2 << 30

// ReadObjects reads STIX objects out of whatever people keep them in: a bundle (2.0 or 2.1), a TAXII envelope, an array, a bare
// object, or several of these one after the other (NDJSON); gzip is recognised by its first bytes. It calls f for each object; raw is
// valid until f returns. spec20 says that the object came in a bundle with spec_version 2.0, wherever in the bundle that stands.
//
// The whole text is held in memory, up to [MaxText]. The grammar of each value is checked before its first object is handed over; what
// [Parse] checks besides (UTF-8, repeated names, numbers, depth) is left to it, so that one bad object does not fail its
// neighbours. A *[SyntaxError] names the offset in the decoded text. An error of f ends the reading and is returned as it is.
func ReadObjects(r io.Reader, f func(raw []byte, spec20 bool) error) error {
	b, err := readText(r)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(b, []byte("\uFEFF")) {
		return &SyntaxError{Rule: "RFC 8259 §8.1", Msg: "byte order mark"}
	}
	i := skipSpace(b, 0)
	if i == len(b) {
		return &SyntaxError{Offset: int64(i), Rule: "RFC 8259 §2", Msg: "no JSON value"}
	}
	var w wrapper
	for i < len(b) {
		w = wrapper{spans: w.spans[:0]}
		end, err := w.scan(b, i)
		if err != nil {
			return err
		}
		for _, s := range w.spans {
			if err := f(b[s.from:s.to:s.to], w.spec20); err != nil {
				return err
			}
		}
		i = skipSpace(b, end)
	}
	return nil
}

// readText returns the whole of r, unpacked if it begins like gzip.
func readText(r io.Reader) ([]byte, error) {
	size := sizeOf(r)
	br := bufio.NewReaderSize(r, 64<<10)
	var src io.Reader = br
	if magic, _ := br.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		zr, err := gzip.NewReader(br)
		if err != nil {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "read gzip: %w", err)
		}
		src, size = zr, min(size*6, 64<<20) // a guess, so not a large one
	}
	var buf bytes.Buffer
	buf.Grow(int(min(max(size, 0), MaxText)) + bytes.MinRead) // growing by doubling would hold the text three times
	n, err := buf.ReadFrom(io.LimitReader(src, MaxText+1))
	switch {
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF) && src != io.Reader(br):
		return nil, threatwatch.Errorf(threatwatch.Invalid, "read gzip: %w", err)
	case err != nil:
		return nil, err
	case n > MaxText:
		return nil, threatwatch.Errorf(threatwatch.TooLarge, "more than %d bytes of JSON", int64(MaxText))
	}
	return buf.Bytes(), nil
}

// sizeOf is how much r will probably give, 0 when unknown.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case *os.File:
		if st, err := r.Stat(); err == nil && st.Mode().IsRegular() {
			return st.Size()
		}
	case interface{ Len() int }:
		return int64(r.Len())
	}
	return 0
}

type span struct{ from, to int }

// A wrapper is one top-level value and the objects in it.
type wrapper struct {
	spans  []span
	spec20 bool
}

// scan finds the objects of the value at b[i] and returns the index after it.
func (w *wrapper) scan(b []byte, i int) (int, error) {
	switch b[i] {
	case '[':
		return w.elements(b, i)
	case '{':
		return w.object(b, i)
	}
	return i, syntaxAt(i, "RFC 8259 §2", "neither an object nor an array")
}

// object looks at a bundle, an envelope or a bare object.
func (w *wrapper) object(b []byte, start int) (int, error) {
	var typ, spec string
	objects := byte(0) // first byte of the value of objects
	other := false     // a member that no envelope has
	seen := map[string]bool{}
	end, err := members(b, start, func(name string, at, from int) (int, error) {
		if seen[name] {
			return at, syntaxAt(at, "RFC 7493 §2.3", "the name \""+clip(name)+"\" stands twice")
		}
		seen[name] = true
		if name == "objects" {
			objects = b[from]
			if objects == '[' {
				return w.elements(b, from)
			}
		}
		to, err := skipValue(b, from)
		if err != nil {
			return to, err
		}
		switch name {
		case "type":
			typ = literalText(b[from:to])
		case "spec_version":
			spec = literalText(b[from:to])
		case "objects", "more", "next":
		default:
			other = true
		}
		return to, nil
	})
	switch {
	case err != nil:
		return end, err
	case typ == "bundle" && (objects == 0 || objects == '['):
		w.spec20 = spec == "2.0"
	case typ == "" && objects == '[' || len(seen) == 0 || typ == "" && objects == 0 && !other && !seen["type"] && (seen["more"] || seen["next"]):
		// an envelope, empty perhaps
	default:
		w.spans = append(w.spans[:0], span{start, end})
	}
	return end, nil
}

func (w *wrapper) elements(b []byte, i int) (int, error) {
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1, nil
	}
	for {
		end, err := skipValue(b, i)
		if err != nil {
			return end, err
		}
		w.spans = append(w.spans, span{i, end})
		if i = skipSpace(b, end); i >= len(b) {
			return i, syntaxAt(i, "RFC 8259 §5", "an array is not closed")
		}
		switch b[i] {
		case ',':
			i = skipSpace(b, i+1)
		case ']':
			return i + 1, nil
		default:
			return i, syntaxAt(i, "RFC 8259 §5", "neither comma nor closing bracket")
		}
	}
}
