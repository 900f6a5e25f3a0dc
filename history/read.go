package history

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sort"

	"threatwatch/internal/fuse"
)

// segment is a segment that is open for reading.
type segment struct {
	name string // of the file
	id   string
	in   io.ReaderAt
	size int64
	foot *footer
}

// openSegment reads the foot.
func openSegment(name, id string, in io.ReaderAt, size int64) (*segment, error) {
	if size < int64(len(magic))+tailBytes {
		return nil, errShort
	}
	tail, err := readAt(nil, in, size-tailBytes, tailBytes)
	if err != nil {
		return nil, err
	}
	if string(tail[8:tailBytes]) != magic {
		return nil, fmt.Errorf("does not end as a segment does")
	}
	n := int64(binary.LittleEndian.Uint32(tail))
	end := size - tailBytes - n
	if end < int64(len(magic)) {
		return nil, errShort
	}
	sum := binary.LittleEndian.Uint32(tail[4:])
	foot, err := readAt(nil, in, end, int(n))
	if err != nil {
		return nil, err
	}
	if checksum(foot[:n]) != sum {
		return nil, fmt.Errorf("the foot has another checksum")
	}
	s := &segment{name: name, id: id, in: in, size: size}
	s.foot, err = parseFooter(foot[:n], end)
	return s, err
}

// readAt reads n bytes at an offset into room, or what it must grow to, with the padding behind them.
func readAt(room []byte, in io.ReaderAt, at int64, n int) ([]byte, error) {
	if cap(room) < n+padding {
		room = make([]byte, n+padding)
	}
	room = room[:n+padding]
	if _, err := in.ReadAt(room[:n], at); err != nil {
		return nil, err
	}
	return room, nil
}

// reader is the room in which one goroutine reads sections.
type reader struct {
	raw   []byte
	index []byte // of the section, without padding
	block block
	want  []int
	left  []Key
	which []int
}

// fault says what is wrong with which segment.
func (s *segment) fault(i int, what string, err error) error {
	return fmt.Errorf("%s: section %d: %s: %w", s.name, i+1, what, err)
}

// filterFrom is how many keys make it worth reading a section's filter.
const filterFrom = 8

// lookup calls f with each row of the keys, which are in order, and the place of its key among them. What cannot be read is told to damaged, and
// the rest is read all the same.
func (s *segment) lookup(rd *reader, keys []Key, f func(int, *row), damaged func(error)) {
	for i := range s.foot.sections {
		sec := &s.foot.sections[i]
		lo := sort.Search(len(keys), func(k int) bool { return keys[k] >= sec.first })
		hi := lo + sort.Search(len(keys)-lo, func(k int) bool { return keys[lo+k] > sec.last })
		rd.left, rd.which = rd.left[:0], rd.which[:0]
		for k := lo; k < hi; k++ {
			rd.left, rd.which = append(rd.left, keys[k]), append(rd.which, k)
		}
		if len(rd.left) >= filterFrom && sec.filter > 0 {
			if err := s.sieve(rd, sec); err != nil {
				damaged(s.fault(i, "filter", err)) // it can be done without
			}
		}
		if len(rd.left) == 0 {
			continue
		}
		if err := s.readIndex(rd, sec); err != nil {
			damaged(s.fault(i, "index", err))
			continue
		}
		s.search(rd, sec, f, func(b int, err error) { damaged(s.fault(i, fmt.Sprintf("block %d", b+1), err)) })
	}
}

// sieve takes out of what is looked for what the filter knows to be absent.
func (s *segment) sieve(rd *reader, sec *section) error {
	f, err := s.readFilter(rd, sec)
	if err != nil {
		return err
	}
	n := 0
	for i, k := range rd.left {
		if f.Contains(uint64(k)) {
			rd.left[n], rd.which[n] = k, rd.which[i]
			n++
		}
	}
	rd.left, rd.which = rd.left[:n], rd.which[:n]
	return nil
}

func (s *segment) readFilter(rd *reader, sec *section) (_ *fuse.Filter, err error) {
	if rd.raw, err = readAt(rd.raw, s.in, sec.filterAt(), sec.filter); err != nil {
		return nil, err
	}
	raw := rd.raw[:sec.filter]
	if checksum(raw) != sec.filterSum {
		return nil, errChecksum
	}
	return fuse.Parse(raw)
}

var errChecksum = fmt.Errorf("has another checksum")

// readIndex reads the index of a section and checks that blocks and keys are in order.
func (s *segment) readIndex(rd *reader, sec *section) (err error) {
	n := sec.blocks * indexEntry
	if rd.index, err = readAt(rd.index, s.in, sec.indexAt(), n); err != nil {
		return err
	}
	rd.index = rd.index[:n]
	if checksum(rd.index) != sec.indexSum {
		return errChecksum
	}
	at, key := int64(0), sec.first
	for b := range sec.blocks {
		if rd.offset(b) < at || rd.offset(b) > sec.bytes || rd.first(b) < key {
			return fmt.Errorf("blocks out of order")
		}
		at, key = rd.offset(b), rd.first(b)
	}
	return nil
}

func (rd *reader) first(b int) Key { return Key(binary.LittleEndian.Uint64(rd.index[b*indexEntry:])) }
func (rd *reader) offset(b int) int64 {
	return int64(binary.LittleEndian.Uint32(rd.index[b*indexEntry+8:]))
}
func (rd *reader) sum(b int) uint32 { return binary.LittleEndian.Uint32(rd.index[b*indexEntry+12:]) }

// search looks for the keys that are left in the blocks that may hold them. A key may go on over several blocks.
func (s *segment) search(rd *reader, sec *section, f func(int, *row), damaged func(int, error)) {
	next := 0 // block
	for i := 0; i < len(rd.left) && next < sec.blocks; {
		key := rd.left[i]
		b := sort.Search(sec.blocks, func(b int) bool { return rd.first(b) >= key }) - 1 // it may begin before the one whose first key it is
		b = max(b, next)
		if b == sec.blocks || rd.first(b) > key {
			i++
			continue
		}
		upper := Key(math.MaxUint64)
		if next = b + 1; next < sec.blocks {
			upper = rd.first(next)
		}
		end := i + sort.Search(len(rd.left)-i, func(k int) bool { return rd.left[i+k] > upper })
		if err := s.searchBlock(rd, sec, b, i, end, f); err != nil {
			damaged(b, err)
		}
		for i < end && (next == sec.blocks || rd.left[i] < upper) {
			i++
		}
	}
}

// searchBlock looks for the keys lo to hi of those that are left in one block.
func (s *segment) searchBlock(rd *reader, sec *section, b, lo, hi int, f func(int, *row)) error {
	if err := s.openBlock(rd, sec, b); err != nil {
		return err
	}
	rd.want = rd.want[:0]
	found := false
	for _, key := range rd.block.keys {
		for lo < hi && rd.left[lo] < key {
			lo++
		}
		which := -1
		if lo < hi && rd.left[lo] == key {
			which, found = rd.which[lo], true
		}
		rd.want = append(rd.want, which)
	}
	if !found {
		return nil
	}
	at := -1
	var bad error
	err := rd.block.each(func(k int) bool { at = rd.want[k]; return at >= 0 }, func(r *row) {
		if int(r.sensor) >= len(s.foot.sensors) {
			bad = fmt.Errorf("sensor %d of %d", r.sensor+1, len(s.foot.sensors))
			return
		}
		f(at, r)
	})
	if err == nil {
		err = bad
	}
	return err
}

// openBlock reads a block of the section whose index was read.
func (s *segment) openBlock(rd *reader, sec *section, b int) (err error) {
	from, to := rd.offset(b), sec.bytes
	if b+1 < sec.blocks {
		to = rd.offset(b + 1)
	}
	n := int(to - from)
	if rd.raw, err = readAt(rd.raw, s.in, sec.offset+from, n); err != nil {
		return err
	}
	if checksum(rd.raw[:n]) != rd.sum(b) {
		return errChecksum
	}
	return rd.block.open(rd.raw, n, rd.first(b))
}

// cursor reads all rows of a segment in order, for merging.
type cursor struct {
	s       *segment
	rd      reader
	section int
	block   int
	rows    []row // of the block
	at      int
}

// next returns the next row, nil after the last.
func (c *cursor) next() (*row, error) {
	for c.at == len(c.rows) {
		if c.section == len(c.s.foot.sections) {
			return nil, nil
		}
		if err := c.fill(); err != nil {
			return nil, c.s.fault(c.section, fmt.Sprintf("block %d", c.block+1), err)
		}
	}
	c.at++
	return &c.rows[c.at-1], nil
}

// fill reads the next block.
func (c *cursor) fill() error {
	sec := &c.s.foot.sections[c.section]
	if c.block == 0 {
		if err := c.s.readIndex(&c.rd, sec); err != nil {
			return err
		}
	}
	if err := c.s.openBlock(&c.rd, sec, c.block); err != nil {
		return err
	}
	c.rows, c.at = c.rows[:0], 0
	err := c.rd.block.each(func(int) bool { return true }, func(r *row) { c.rows = append(c.rows, *r) })
	for i := range c.rows {
		if int(c.rows[i].sensor) >= len(c.s.foot.sensors) {
			return fmt.Errorf("sensor %d of %d", c.rows[i].sensor+1, len(c.s.foot.sensors))
		}
	}
	if c.block++; c.block == sec.blocks {
		c.section, c.block = c.section+1, 0
	}
	return err
}
