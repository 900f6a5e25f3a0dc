package history

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// bitWriter packs numbers into bits, lowest first.
type bitWriter struct {
	out []byte
	acc uint64 // bits that do not fill a byte yet, and those just added
	n   uint   // how many; under 8 between calls
}

// put appends the low width bits of v, which has no others; width is at most 64.
func (w *bitWriter) put(v uint64, width uint) {
	if width > 32 {
		w.put(v&(1<<32-1), 32)
		v, width = v>>32, width-32
	}
	w.acc |= v << w.n
	w.n += width
	for w.n >= 8 {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
		w.n -= 8
	}
}

// gamma appends v, which is not 0, in Elias's gamma code: small numbers are short, 1 is one bit.
func (w *bitWriter) gamma(v uint64) {
	more := uint(bits.Len64(v)) - 1
	w.put(1<<more, more+1) // the ones' place after as many zeros, lowest first
	w.put(v&^(1<<more), more)
}

// bytes ends the last byte and returns all.
func (w *bitWriter) bytes() []byte {
	if w.n > 0 {
		w.out = append(w.out, byte(w.acc))
		w.acc, w.n = 0, 0
	}
	return w.out
}

// bitReader reads what a bitWriter wrote. Past the end it reads zeros and remembers that it did.
type bitReader struct {
	in   []byte // with padding bytes behind end
	at   uint   // in bits
	end  uint   // in bits
	fail bool
}

// padding is how many bytes may be looked at behind those that are read.
const padding = 16

var errShort = errors.New("ends early")

// newBitReader reads the first n bytes of in, which has room for the padding behind them.
func newBitReader(in []byte, n int) bitReader {
	return bitReader{in: in[:n+padding], end: uint(n) * 8}
}

func (r *bitReader) get(width uint) uint64 {
	if width > 56 {
		low := r.get(32)
		return low | r.get(width-32)<<32
	}
	if r.at+width > r.end {
		r.fail = true
		return 0
	}
	v := binary.LittleEndian.Uint64(r.in[r.at>>3:]) >> (r.at & 7)
	r.at += width
	return v & (1<<width - 1)
}

func (r *bitReader) gamma() uint64 {
	var more uint
	for r.get(1) == 0 {
		if more++; r.fail || more > 63 {
			r.fail = true
			return 1
		}
	}
	return r.get(more) | 1<<more
}
