package sensor

import (
	"cmp"
	"encoding/hex"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"threatwatch/logs"
)

// place is how far a file was read.
type place struct {
	Path   string    `json:"path"`             // of the log, under which the file was found first
	File   string    `json:"file,omitempty"`   // what the system knows the file by, whatever its name; "" where it has no such thing
	Mark   logs.Mark `json:"mark"`             // behind the last record that was read
	Before string    `json:"before,omitempty"` // checksum of what stands before the mark
}

// beforeSize is how much of a file is looked at to know it again: enough to hold the time of a record.
const beforeSize = 1024

// before is the checksum of what stands before a place in a file, "" at its beginning.
func before(f io.ReaderAt, offset int64) (string, error) {
	n := min(offset, beforeSize)
	if n == 0 {
		return "", nil
	}
	buf := make([]byte, n)
	if _, err := f.ReadAt(buf, offset-n); err != nil {
		return "", err
	}
	sum := crc32.Checksum(buf, castagnoli)
	return hex.EncodeToString([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}), nil
}

// same says whether a file is the one that a place is in, or a copy of it where enough stands before the place to know that. A file that was cut and
// written anew is not.
func (p *place) same(f *os.File, info fs.FileInfo) bool {
	if fileID(info) != p.File && p.Mark.Offset < beforeSize || info.Size() < p.Mark.Offset {
		return false
	}
	sum, err := before(f, p.Mark.Offset)
	return err == nil && sum == p.Before
}

// find opens the file that a place is in: under the name of its log, or under the one it was given when it was rotated. nil: it is gone.
func (p *place) find() *os.File {
	for _, name := range append([]string{p.Path}, rotated(p.Path)...) {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		if info, err := f.Stat(); err == nil && p.same(f, info) {
			return f
		}
		f.Close()
	}
	return nil
}

// rotatedName is what rotation puts behind the name of a log, or between its name and its ending: a number or a date.
var rotatedName = regexp.MustCompile(`^[-._][0-9][-_.:T0-9]*$`)

// rotated lists the files beside a log whose names say that they were it, oldest first. Those that were packed are left out.
func rotated(path string) []string {
	dir, base := filepath.Split(path)
	entries, err := os.ReadDir(cmp.Or(dir, "."))
	if err != nil {
		return nil
	}
	ending := filepath.Ext(base)
	stem := strings.TrimSuffix(base, ending)
	type file struct {
		name string
		info fs.FileInfo
	}
	var list []file
	for _, e := range entries {
		behind, ok := strings.CutPrefix(e.Name(), base)
		if inside, found := strings.CutPrefix(e.Name(), stem); !ok && found {
			behind, ok = strings.CutSuffix(inside, ending)
		}
		info, err := e.Info()
		if ok && err == nil && info.Mode().IsRegular() && rotatedName.MatchString(behind) {
			list = append(list, file{filepath.Join(dir, e.Name()), info})
		}
	}
	slices.SortStableFunc(list, func(a, b file) int { return a.info.ModTime().Compare(b.info.ModTime()) })
	var names []string
	for _, f := range list {
		names = append(names, f.name)
	}
	return names
}
