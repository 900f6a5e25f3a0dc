package match

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"threatwatch"
	"threatwatch/stix"
)

// Loader fills a Builder from whatever people keep indicators in: STIX bundles and lines of objects, lists with a value a line, CSV,
// files of Zeek's intelligence framework, hosts files; packed with gzip or zstd or not.
type Loader struct {
	*Builder
	Policy
	Loaded
	identities map[string]string // id to name, of the STIX files read
	versions   map[string]version
}

// Policy says which indicators are asked for.
type Policy struct {
	MinConfidence int         // 0: any, also those that state none
	MaxTLP        *stix.Level // nil: any; what bears no marking passes
	AnyTime       bool        // as if all were valid always
}

// Loaded counts what was read and why some of it is not looked for.
type Loaded struct {
	Indicators  int // objects, or lines of lists
	Revoked     int
	Confidence  int // below the least, or not stated
	TLP         int // marked stricter than asked for
	Expired     int // replaced by a later version in the same file
	Other       int // in another language than STIX patterns
	Compound    int // patterns of several comparisons, which are looked for in records
	Partly      int // of these, those with a part of which no record says anything
	Unsaid      int // patterns that ask for what no record says
	Untried     int // patterns without a value or text to look for, of which there are too many
	Unreadable  int
	FirstUnsaid string   // what one of them asks for
	FirstFaults []string // a few of what could not be read
}

// NewLoader returns a Loader with an empty Builder.
func NewLoader(p Policy) *Loader {
	return &Loader{Builder: NewBuilder(), Policy: p, identities: map[string]string{}, versions: map[string]version{}}
}

func (l *Loaded) fault(format string, args ...any) {
	if l.Unreadable++; len(l.FirstFaults) < 5 {
		l.FirstFaults = append(l.FirstFaults, fmt.Sprintf(format, args...))
	}
}

// Read reads one source; name is that of the file. A file that holds nothing to look for is an error.
func (l *Loader) Read(name string, from io.Reader) error {
	r, err := unpacked(from)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	had, faults := l.Indicators, l.Unreadable
	start, _ := r.Peek(sampleSize)
	start = bytes.TrimPrefix(start, []byte("\uFEFF"))
	switch first := bytes.TrimLeft(start, " \t\r\n"); {
	case len(first) == 0:
		return nil // an empty list is a list
	case first[0] == '{', first[0] == '[' && bytes.IndexByte(first[:min(len(first), 64)], '{') >= 0:
		err = l.readSTIX(name, r)
	case bytes.HasPrefix(first, []byte("#fields\t")):
		err = l.readIntel(name, r)
	default:
		err = l.readLines(name, r, layoutOf(start))
	}
	if err == nil && l.Indicators == had && l.Unreadable > faults {
		err = threatwatch.Errorf(threatwatch.Invalid, "nothing in it is an indicator, or an address, domain, URL, hash or anything else to look for")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// sampleSize is how much of a file is looked at to learn what it is.
const sampleSize = 64 << 10

// unpacked recognises gzip and zstd by their first bytes.
func unpacked(from io.Reader) (*bufio.Reader, error) {
	r := bufio.NewReaderSize(from, sampleSize)
	magic, _ := r.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		return bufio.NewReaderSize(z, sampleSize), nil
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r)
		if err != nil {
			return nil, err
		}
		return bufio.NewReaderSize(z.IOReadCloser(), sampleSize), nil
	}
	return r, nil
}

// eachLine calls f for every line, without its end; longer lines than a value can be are skipped and counted.
func (l *Loader) eachLine(r *bufio.Reader, f func(n int, line string) error) error {
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			l.fault("line %d is longer than %d bytes", n, sampleSize)
			for line = nil; err == bufio.ErrBufferFull; {
				_, err = r.ReadSlice('\n')
			}
		}
		if s := strings.TrimRight(string(line), "\r\n"); s != "" {
			if n == 1 {
				s = strings.TrimPrefix(s, "\uFEFF")
			}
			if err := f(n, s); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// listSource is what a list is called: the file's name without folder and endings.
func listSource(name string) string {
	base := filepath.Base(name)
	if base == "-" {
		return "standard input"
	}
	for _, end := range [...]string{".gz", ".zst", ".txt", ".csv", ".tsv", ".list", ".intel", ".json", ".stix2", ".stix", ".ndjson", ".jsonl"} {
		base = strings.TrimSuffix(base, end)
	}
	return base
}

// wanted applies the policy to a claim and counts what it leaves out.
func (l *Loader) wanted(c *Claim, level stix.Level, marked bool) bool {
	switch {
	case l.MinConfidence > int(c.Confidence) && l.MinConfidence > 0:
		l.Loaded.Confidence++
		return false
	case l.MaxTLP != nil && marked && level > *l.MaxTLP:
		l.Loaded.TLP++
		return false
	}
	if marked {
		c.TLP = level.String()
	}
	if l.AnyTime {
		c.From, c.Until = 0, 0
	}
	return true
}
