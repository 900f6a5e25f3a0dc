package history

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// row says that a value was seen by a sensor in an hour of the segment's day.
type row struct {
	key         Key
	sensor      uint32 // number in the segment's table
	hour        uint8
	first, last uint16 // seconds within the hour
	count       uint64
}

// before says whether r comes before o in a segment: by key, sensor, hour.
func (r *row) before(o *row) bool {
	switch {
	case r.key != o.key:
		return r.key < o.key
	case r.sensor != o.sensor:
		return r.sensor < o.sensor
	}
	return r.hour < o.hour
}

// same says whether two rows speak of the same value, sensor and hour.
func (r *row) same(o *row) bool {
	return r.key == o.key && r.sensor == o.sensor && r.hour == o.hour
}

// add counts o, which is the same, in r.
func (r *row) add(o *row) {
	r.first, r.last = min(r.first, o.first), max(r.last, o.last)
	if r.count += o.count; r.count < o.count {
		r.count = 1<<64 - 1
	}
}

// A block is what is read at once: at most blockValues keys and blockRows rows. A key with more rows goes on in the next block.
//
//	uint16 keys, uint16 rows, uint8 bits of a difference, uint8 bits of a sensor
//	the first key stands in the index; each other one as difference from the one before
//	for each key the number of its rows, gamma
//	for each row: sensor; hour, 5 bits; count, gamma; first second, 12 bits; if the count is not 1, last minus first, 12 bits
const (
	blockHead   = 6
	blockValues = 256
	blockRows   = 4096
	hourBits    = 5
	secondBits  = 12
)

// appendBlock appends the block of rows, which are in order.
func appendBlock(b []byte, rows []row) []byte {
	keys, width, sensorWidth := 1, 0, 0
	for i := range rows {
		sensorWidth = max(sensorWidth, bits.Len32(rows[i].sensor))
		if i > 0 && rows[i].key != rows[i-1].key {
			keys++
			width = max(width, bits.Len64(uint64(rows[i].key-rows[i-1].key)))
		}
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(keys))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(rows)))
	b = append(b, byte(width), byte(sensorWidth))
	w := bitWriter{out: b}
	for i := 1; i < len(rows); i++ {
		if rows[i].key != rows[i-1].key {
			w.put(uint64(rows[i].key-rows[i-1].key), uint(width))
		}
	}
	run := uint64(1)
	for i := 1; i < len(rows); i++ {
		if rows[i].key != rows[i-1].key {
			w.gamma(run)
			run = 0
		}
		run++
	}
	w.gamma(run)
	for i := range rows {
		w.row(&rows[i], uint(sensorWidth))
	}
	return w.bytes()
}

func (w *bitWriter) row(r *row, sensorWidth uint) {
	w.put(uint64(r.sensor), sensorWidth)
	w.put(uint64(r.hour), hourBits)
	w.gamma(r.count)
	w.put(uint64(r.first), secondBits)
	if r.count > 1 {
		w.put(uint64(r.last-r.first), secondBits)
	}
}

// block is a block that is being read. It is used again and again.
type block struct {
	keys []Key
	runs []int // rows of each key
	rest bitReader
	rows int
	wide uint // bits of a sensor
}

// open reads the keys of a block of n bytes in raw, which has room for the padding. first is its first key.
func (b *block) open(raw []byte, n int, first Key) error {
	if n < blockHead {
		return errShort
	}
	keys, rows := int(binary.LittleEndian.Uint16(raw)), int(binary.LittleEndian.Uint16(raw[2:]))
	width := uint(raw[4])
	b.rows, b.wide, b.runs = rows, uint(raw[5]), b.runs[:0]
	if keys < 1 || keys > blockValues || rows < keys || rows > blockRows || width > 64 || b.wide > 32 {
		return fmt.Errorf("block of %d keys, %d rows", keys, rows)
	}
	b.rest = newBitReader(raw[blockHead:], n-blockHead)
	b.keys = append(b.keys[:0], first)
	for range keys - 1 {
		next := first + Key(b.rest.get(width))
		if next <= first {
			return fmt.Errorf("keys out of order")
		}
		b.keys = append(b.keys, next)
		first = next
	}
	if b.rest.fail {
		return errShort
	}
	return nil
}

// each calls f with the rows of the keys for which want holds; want is asked in order, with the number of the key.
func (b *block) each(want func(int) bool, f func(*row)) error {
	if err := b.countRuns(); err != nil {
		return err
	}
	var r row
	for i, n := range b.runs {
		r.key = b.keys[i]
		wanted := want(i)
		for range n {
			if err := b.row(&r); err != nil {
				return err
			}
			if wanted {
				f(&r)
			}
		}
	}
	return nil
}

func (b *block) countRuns() error {
	sum := 0
	for range b.keys {
		n := b.rest.gamma()
		if n > blockRows {
			return fmt.Errorf("%d rows of one key", n)
		}
		b.runs = append(b.runs, int(n))
		sum += int(n)
	}
	switch {
	case b.rest.fail:
		return errShort
	case sum != b.rows:
		return fmt.Errorf("%d rows where %d are announced", sum, b.rows)
	}
	return nil
}

// row reads the next row.
func (b *block) row(r *row) error {
	r.sensor, r.hour = uint32(b.rest.get(b.wide)), uint8(b.rest.get(hourBits))
	r.count, r.first = b.rest.gamma(), uint16(b.rest.get(secondBits))
	r.last = r.first
	if r.count > 1 {
		r.last += uint16(b.rest.get(secondBits))
	}
	switch {
	case b.rest.fail:
		return errShort
	case r.hour > 23 || r.last > 3599:
		return fmt.Errorf("hour %d, second %d", r.hour, r.last)
	}
	return nil
}
