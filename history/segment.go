package history

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"

	"github.com/FastFilter/xorfilter"

	"threatwatch/internal/fuse"
)

// A segment holds rows of one day in order, in sections:
//
//	magic
//	section: blocks; index: for each block its first key, its offset in the section, its CRC-32C; filter of the keys, if they are many
//	…
//	foot: see footer
//	uint32 length of the foot, uint32 CRC-32C of the foot, magic
//
// All numbers of fixed length are little-endian. A section ends between keys.
const (
	magic         = "tw-seen1"
	sectionValues = 1 << 18  // a section's filter is read whole, so it must stay small
	sectionBytes  = 64 << 20 // and offsets in it are 32 bits
	indexEntry    = 16
	tailBytes     = 16
	filterValues  = 1024 // under this, the index does as well
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// section is where the parts of a section are, as the foot says.
type section struct {
	first, last Key
	offset      int64 // of its blocks
	bytes       int64 // of its blocks
	blocks      int
	filter      int // bytes of the filter, 0: none
	indexSum    uint32
	filterSum   uint32
}

func (s *section) indexAt() int64  { return s.offset + s.bytes }
func (s *section) filterAt() int64 { return s.indexAt() + int64(s.blocks)*indexEntry }
func (s *section) end() int64      { return s.filterAt() + int64(s.filter) }

// footer is what a segment says about itself.
type footer struct {
	day         int64 // since 1970
	rows        int64
	values      int64
	first, last int64    // seconds since 1970
	replaces    []string // ids of segments that do not count any more
	sensors     []string // in order
	sections    []section
}

// segmentWriter writes a segment to a stream; rows come in order, no two the same.
type segmentWriter struct {
	out     *bufio.Writer
	at      int64
	foot    footer
	section section
	keys    []uint64 // of the section
	index   []byte   // of the section
	pending []row    // of the block
	values  int      // of the block
	buf     []byte
	builder xorfilter.BinaryFuseBuilder
}

func newSegmentWriter(out io.Writer, day int64, sensors, replaces []string) (*segmentWriter, error) {
	w := &segmentWriter{out: bufio.NewWriterSize(out, 1<<18)}
	w.foot = footer{day: day, sensors: sensors, replaces: replaces, first: math.MaxInt64}
	return w, w.write([]byte(magic))
}

func (w *segmentWriter) write(b []byte) error {
	w.at += int64(len(b))
	_, err := w.out.Write(b)
	return err
}

// add writes the next row.
func (w *segmentWriter) add(r *row) error {
	fresh := len(w.keys) == 0 || Key(w.keys[len(w.keys)-1]) != r.key
	if len(w.pending) == blockRows || fresh && w.values == blockValues {
		if err := w.endBlock(); err != nil {
			return err
		}
	}
	if fresh && (len(w.keys) == sectionValues || w.section.bytes > sectionBytes) {
		if err := w.endSection(); err != nil {
			return err
		}
	}
	if fresh {
		w.keys = append(w.keys, uint64(r.key))
		w.foot.values++
	}
	if fresh || len(w.pending) == 0 {
		w.values++
	}
	w.pending = append(w.pending, *r)
	w.foot.rows++
	hour := w.foot.day*86400 + int64(r.hour)*3600
	w.foot.first, w.foot.last = min(w.foot.first, hour+int64(r.first)), max(w.foot.last, hour+int64(r.last))
	return nil
}

func (w *segmentWriter) endBlock() error {
	if len(w.pending) == 0 {
		return nil
	}
	w.buf = appendBlock(w.buf[:0], w.pending)
	w.index = binary.LittleEndian.AppendUint64(w.index, uint64(w.pending[0].key))
	w.index = binary.LittleEndian.AppendUint32(w.index, uint32(w.section.bytes))
	w.index = binary.LittleEndian.AppendUint32(w.index, checksum(w.buf))
	if w.section.blocks == 0 {
		w.section.offset = w.at
	}
	w.section.blocks++
	w.section.bytes += int64(len(w.buf))
	w.pending, w.values = w.pending[:0], 0
	return w.write(w.buf)
}

func (w *segmentWriter) endSection() error {
	if err := w.endBlock(); err != nil || len(w.keys) == 0 {
		return err
	}
	w.section.first, w.section.last = Key(w.keys[0]), Key(w.keys[len(w.keys)-1])
	w.section.indexSum = checksum(w.index)
	if err := w.write(w.index); err != nil {
		return err
	}
	if len(w.keys) >= filterValues {
		filter, err := xorfilter.BuildBinaryFuse[uint8](&w.builder, w.keys)
		if err != nil {
			return fmt.Errorf("make a filter: %w", err)
		}
		w.buf = fuse.Append(w.buf[:0], &filter)
		w.section.filter, w.section.filterSum = len(w.buf), checksum(w.buf)
		if err := w.write(w.buf); err != nil {
			return err
		}
	}
	w.foot.sections = append(w.foot.sections, w.section)
	w.section, w.keys, w.index = section{}, w.keys[:0], w.index[:0]
	return nil
}

// close writes the foot.
func (w *segmentWriter) close() error {
	if err := w.endSection(); err != nil {
		return err
	}
	foot := w.foot.append(nil)
	sum := checksum(foot)
	n := len(foot)
	foot = binary.LittleEndian.AppendUint32(foot, uint32(n))
	foot = binary.LittleEndian.AppendUint32(foot, sum)
	if err := w.write(append(foot, magic...)); err != nil {
		return err
	}
	return w.out.Flush()
}

// append writes the foot: numbers as varints, texts after their length, keys and sums in full.
func (f *footer) append(b []byte) []byte {
	for _, n := range []int64{f.day, f.rows, f.values, f.first, f.last} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, list := range [][]string{f.replaces, f.sensors} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, s := range list {
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(f.sections)))
	for i := range f.sections {
		s := &f.sections[i]
		b = binary.LittleEndian.AppendUint64(b, uint64(s.first))
		b = binary.LittleEndian.AppendUint64(b, uint64(s.last))
		b = binary.LittleEndian.AppendUint32(b, s.indexSum)
		b = binary.LittleEndian.AppendUint32(b, s.filterSum)
		for _, n := range []int64{s.offset, s.bytes, int64(s.blocks), int64(s.filter)} {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	return b
}

// parseFooter reads a foot that stands at the offset end of its file, and checks that what it announces lies before it.
func parseFooter(b []byte, end int64) (*footer, error) {
	r := footReader{b: b}
	f := &footer{}
	for _, n := range []*int64{&f.day, &f.rows, &f.values, &f.first, &f.last} {
		*n = r.number()
	}
	for _, list := range []*[]string{&f.replaces, &f.sensors} {
		for range r.length() {
			*list = append(*list, string(r.take(r.length())))
		}
	}
	at := int64(len(magic))
	for range r.length() {
		var s section
		s.first, s.last = Key(binary.LittleEndian.Uint64(r.take(8))), Key(binary.LittleEndian.Uint64(r.take(8)))
		s.indexSum, s.filterSum = binary.LittleEndian.Uint32(r.take(4)), binary.LittleEndian.Uint32(r.take(4))
		s.offset, s.bytes, s.blocks, s.filter = r.number(), r.number(), int(r.number()), int(r.number())
		switch {
		case r.fail:
			return nil, errShort
		case s.offset != at || s.bytes > end || s.bytes > math.MaxUint32 || int64(s.blocks) > end/indexEntry || int64(s.filter) > end || s.end() > end ||
			s.blocks < 1 || s.first > s.last:
			return nil, fmt.Errorf("section %d is not where the foot says", len(f.sections)+1)
		}
		at = s.end()
		f.sections = append(f.sections, s)
	}
	switch {
	case r.fail:
		return nil, errShort
	case len(r.b) > 0 || at != end:
		return nil, fmt.Errorf("the foot does not fit the file")
	case !slices.IsSorted(f.sensors) || f.day > maxDay:
		return nil, fmt.Errorf("the foot is not one that is written")
	}
	return f, nil
}

// footReader takes a foot apart. What is not there is zero, and fail is set.
type footReader struct {
	b    []byte
	fail bool
}

func (r *footReader) number() int64 {
	n, used := binary.Uvarint(r.b)
	if used <= 0 || n > math.MaxInt64 {
		r.fail, r.b = true, nil
		return 0
	}
	r.b = r.b[used:]
	return int64(n)
}

// length is a number of things that take at least a byte each.
func (r *footReader) length() int {
	n := r.number()
	if n > int64(len(r.b)) {
		r.fail, r.b = true, nil
		return 0
	}
	return int(n)
}

func (r *footReader) take(n int) []byte {
	if n > len(r.b) {
		r.fail, r.b = true, nil
		return make([]byte, n)
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}
