package history

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"threatwatch"
)

const (
	suffix    = ".seen"
	keyName   = "key"
	newPrefix = ".new-"
	dayForm   = "2006-01-02"
	maxDay    = 84006 // 2200-01-01
)

// dayOf is the day of a moment, counted from 1970.
func dayOf(t time.Time) int64 {
	s := t.Unix()
	if s < 0 {
		return -1
	}
	return s / 86400
}

func dayName(day int64) string { return time.Unix(day*86400, 0).UTC().Format(dayForm) }

// History is a directory as it was when it was opened.
type History struct {
	Progress func(done, of int) // if set, is told how many segments a hunt is done with; one call at a time

	secret   secret
	segments []*segment
	replaced map[string]bool // ids of segments that are there and do not count
	damaged  []error
	files    []*os.File
}

// Open opens a directory for hunting. Segments that cannot be read are named by Damaged; the others answer.
func Open(dir string) (*History, error) {
	k, err := readSecret(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, threatwatch.Errorf(threatwatch.NotFound, "no history in %s", dir)
	}
	if err != nil {
		return nil, err
	}
	for range 5 {
		h := &History{secret: k}
		again, err := h.open(dir)
		if err == nil && !again {
			return h, nil
		}
		h.Close()
		if err != nil {
			return nil, err
		}
	}
	return nil, threatwatch.Errorf(threatwatch.Unavailable, "segments of %s are merged faster than they can be opened", dir)
}

// open opens all segments. Again says that one went away meanwhile: it was merged into another, which may not have been listed.
func (h *History) open(dir string) (again bool, err error) {
	names, err := listSegments(dir)
	if err != nil {
		return false, err
	}
	h.replaced = map[string]bool{}
	for _, name := range names {
		s, f, err := openFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
		if err != nil {
			h.damaged = append(h.damaged, err)
			continue
		}
		h.files, h.segments = append(h.files, f), append(h.segments, s)
		for _, id := range s.foot.replaces {
			h.replaced[id] = true
		}
	}
	h.segments = slices.DeleteFunc(h.segments, func(s *segment) bool { return h.replaced[s.id] })
	return false, nil
}

// listSegments lists the names of segments, oldest day first.
func listSegments(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list history: %w", err)
	}
	var names []string
	for _, e := range entries {
		if _, _, ok := splitName(e.Name()); ok {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// splitName takes the name of a segment apart.
func splitName(name string) (day, id string, ok bool) {
	day, rest, _ := strings.Cut(name, ".")
	id, ok = strings.CutSuffix(rest, suffix)
	if _, err := time.Parse(dayForm, day); err != nil || len(id) != 16 {
		return "", "", false
	}
	return day, id, ok
}

func segmentName(day int64, id string) string { return dayName(day) + "." + id + suffix }

func openFile(path string) (*segment, *os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil {
		var s *segment
		name := filepath.Base(path)
		_, id, _ := splitName(name)
		if s, err = openSegment(name, id, f, info.Size()); err == nil {
			return s, f, nil
		}
	}
	f.Close()
	return nil, nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
}

// Close gives the files back.
func (h *History) Close() error {
	var all []error
	for _, f := range h.files {
		all = append(all, f.Close())
	}
	return errors.Join(all...)
}

// Damaged names the segments that could not be opened.
func (h *History) Damaged() []error { return h.damaged }

// Extent says how much is remembered: rows, segments, and the first and last second. An empty history has zero times.
type Extent struct {
	Rows, Values, Bytes int64 // Values: distinct ones, summed over segments
	Segments            int
	First, Last         time.Time
}

// Extent looks at what the segments say about themselves.
func (h *History) Extent() (e Extent) {
	for _, s := range h.segments {
		e.Rows, e.Values, e.Bytes, e.Segments = e.Rows+s.foot.rows, e.Values+s.foot.values, e.Bytes+s.size, e.Segments+1
		if first := time.Unix(s.foot.first, 0).UTC(); e.Segments == 1 || first.Before(e.First) {
			e.First = first
		}
		if last := time.Unix(s.foot.last, 0).UTC(); last.After(e.Last) {
			e.Last = last
		}
	}
	return e
}

// readSecret reads the key of a directory.
func readSecret(dir string) (secret, error) {
	text, err := os.ReadFile(filepath.Join(dir, keyName))
	if err != nil {
		return secret{}, err
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(raw) != 16 {
		return secret{}, threatwatch.Errorf(threatwatch.Invalid, "%s is not the key of a history: 32 hexadecimal digits", filepath.Join(dir, keyName))
	}
	return secret{binary.LittleEndian.Uint64(raw), binary.LittleEndian.Uint64(raw[8:])}, nil
}

// makeSecret reads the key of a directory, and makes directory and key if they are not there. Of several processes one makes it: a link
// does not replace what is there.
func makeSecret(dir string) (secret, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return secret{}, err
	}
	k, err := readSecret(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	f, err := newFile(dir)
	if err != nil {
		return secret{}, err
	}
	defer os.Remove(f.Name())
	raw := make([]byte, 16)
	rand.Read(raw)
	_, err = fmt.Fprintf(f, "%x\n", raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return secret{}, err
	}
	if err := os.Link(f.Name(), filepath.Join(dir, keyName)); err != nil && !errors.Is(err, fs.ErrExist) {
		return secret{}, err
	}
	if err := syncDir(dir); err != nil {
		return secret{}, err
	}
	return readSecret(dir)
}

// newFile makes a file that no reader looks at.
func newFile(dir string) (*os.File, error) { return os.CreateTemp(dir, newPrefix+"*") }

// nameFile gives a file that is written its name, once it is on disk.
func nameFile(f *os.File, path string) error {
	err := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// newID is a name that no other segment has.
func newID() string {
	raw := make([]byte, 8)
	rand.Read(raw)
	return hex.EncodeToString(raw)
}
