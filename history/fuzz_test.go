package history

import (
	"bytes"
	"testing"

	"threatwatch/internal/fuse"
)

// FuzzSegment reads what claims to be a segment, and its parts as if their checksums were right. Errors are fine, and so are wrong answers;
// panics are not, nor reading of what is not there.
func FuzzSegment(f *testing.F) {
	var out bytes.Buffer
	w, err := newSegmentWriter(&out, 20000, []string{"a", "b"}, []string{"0123456789abcdef"})
	if err != nil {
		f.Fatal(err)
	}
	for i := range 3000 {
		r := row{key: Key(i/3) << 40, sensor: uint32(i % 3 / 2), hour: uint8(i % 3), first: 5, last: uint16(5 + i%3), count: uint64(1 + i%3)}
		if err := w.add(&r); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.close(); err != nil {
		f.Fatal(err)
	}
	whole := out.Bytes()
	s, err := openSegment("seed", "", bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		f.Fatal(err)
	}
	sec := s.foot.sections[0]
	f.Add(whole)
	f.Add(whole[sec.offset : sec.offset+2000])
	f.Add(whole[sec.filterAt():sec.end()])
	f.Add(whole[sec.end() : len(whole)-tailBytes])
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := openSegment("fuzz", "", bytes.NewReader(b), int64(len(b))); err == nil {
			readAll(t, s)
		}
		if filter, err := fuse.Parse(b); err == nil {
			for k := range uint64(200) {
				filter.Contains(k * 0x9e3779b97f4a7c15)
			}
		}
		if foot, err := parseFooter(b, 1<<20); err == nil {
			if again := foot.append(nil); len(again) > len(b) {
				t.Errorf("%d bytes say more than %d", len(b), len(again))
			}
		}
		var bl block
		if err := bl.open(append(b[:len(b):len(b)], make([]byte, padding)...), len(b), 0); err == nil {
			n := 0
			err := bl.each(func(int) bool { return true }, func(*row) { n++ })
			if err == nil && n != bl.rows {
				t.Errorf("%d rows of %d", n, bl.rows)
			}
		}
	})
}

func readAll(t *testing.T, s *segment) {
	c := cursor{s: s}
	var keys []Key
	for {
		r, err := c.next()
		if r == nil || err != nil {
			break
		}
		if len(keys) == 0 || keys[len(keys)-1] < r.key {
			keys = append(keys, r.key)
		}
	}
	found := map[int]bool{}
	s.lookup(&reader{}, keys, func(i int, r *row) {
		if r.key != keys[i] {
			t.Errorf("key %d, want %d", r.key, keys[i])
		}
		found[i] = true
	}, func(error) {})
}
