// Package fuse writes binary fuse filters as bytes and reads them again. A filter of 64-bit keys passes every key that is in it and one of
// 256 that is not, in about nine bits a key.
package fuse

import (
	"encoding/binary"
	"errors"

	"github.com/FastFilter/xorfilter"
)

// Filter is a filter with fingerprints of one byte.
type Filter = xorfilter.BinaryFuse[uint8]

const head = 24

var (
	errShort      = errors.New("filter ends early")
	errDimensions = errors.New("filter of other dimensions")
)

// Append adds a filter to b.
func Append(b []byte, f *Filter) []byte {
	b = binary.LittleEndian.AppendUint64(b, f.Seed)
	for _, n := range []uint32{f.SegmentLength, f.SegmentLengthMask, f.SegmentCount, f.SegmentCountLength} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return append(b, f.Fingerprints...)
}

// Parse makes a filter of bytes, which it keeps. What it returns looks at no fingerprint that is not there.
func Parse(b []byte) (*Filter, error) {
	if len(b) < head {
		return nil, errShort
	}
	f := &Filter{Seed: binary.LittleEndian.Uint64(b), Fingerprints: b[head:]}
	for i, n := range []*uint32{&f.SegmentLength, &f.SegmentLengthMask, &f.SegmentCount, &f.SegmentCountLength} {
		*n = binary.LittleEndian.Uint32(b[8+4*i:])
	}
	need := uint64(f.SegmentCountLength) + 2*uint64(f.SegmentLength)
	if f.SegmentLength == 0 || f.SegmentLength&(f.SegmentLength-1) != 0 || f.SegmentLengthMask != f.SegmentLength-1 ||
		f.SegmentCountLength == 0 || f.SegmentCountLength%f.SegmentLength != 0 || need > uint64(len(f.Fingerprints)) {
		return nil, errDimensions
	}
	return f, nil
}
