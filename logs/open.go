package logs

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxWindow bounds what a Zstandard frame may ask the reader to remember.
const maxWindow = 128 << 20

// open sets the source to what is inside of the compression, as UTF-8. Input that is not compressed is passed on as it comes.
func (r *Reader) open(src io.Reader) error {
	in := bufio.NewReaderSize(src, peekSize)
	magic, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}): // RFC 1952 §2.3.1
		z, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("read gzip: %w", err)
		}
		in = bufio.NewReaderSize(z, peekSize)
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}), len(magic) == 4 && magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte{0x2a, 0x4d, 0x18}): // RFC 8878 §3.1
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return fmt.Errorf("read Zstandard: %w", err)
		}
		r.close = z.Close
		in = bufio.NewReaderSize(z, peekSize)
	}
	r.src = in
	mark, err := in.Peek(2)
	if err != nil && err != io.EOF {
		r.close()
		return err
	}
	if bytes.Equal(mark, []byte{0xff, 0xfe}) || bytes.Equal(mark, []byte{0xfe, 0xff}) {
		r.src = transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
	}
	return nil
}
