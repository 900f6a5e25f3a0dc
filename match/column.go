package match

import (
	"bytes"
	"math/bits"
)

// A column holds a number for each row, in as few bytes each as the largest of them needs: in none where all are zero.
type column struct {
	rows   int
	width  int    // bytes of a number
	packed []byte // the lowest byte of each first
}

func (c *column) at(row uint32) (v uint64) {
	for i, b := range c.packed[int(row)*c.width:][:c.width] {
		v |= uint64(b) << (8 * i)
	}
	return v
}

func (c *column) add(v uint64) {
	c.widen(v)
	for range c.width {
		c.packed = append(c.packed, byte(v))
		v >>= 8
	}
	c.rows++
}

func (c *column) set(row uint32, v uint64) {
	c.widen(v)
	for i := range c.width {
		c.packed[int(row)*c.width+i] = byte(v >> (8 * i))
	}
}

// widen makes room for a number, at most eight times in the life of a column.
func (c *column) widen(v uint64) {
	width := (bits.Len64(v) + 7) / 8
	if width <= c.width {
		return
	}
	wide := column{width: width, packed: make([]byte, 0, (c.rows+1)*width)}
	for row := range uint32(c.rows) {
		wide.add(c.at(row))
	}
	*c = wide
}

// seal gives back the room for more.
func (c *column) seal() { c.packed = bytes.Clone(c.packed) }
