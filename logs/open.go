package logs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxWindow bounds what a Zstandard frame may ask the reader to remember.
const maxWindow = 128 << 20

// maxLayers is how often a log may be packed: some are packed again on their way.
const maxLayers = 3

// open sets the source to what is inside of the compression, as UTF-8. Input that is not compressed is passed on as it comes.
func (r *Reader) open(src io.Reader) error {
	in := bufio.NewReaderSize(src, peekSize)
	for range maxLayers {
		inside, err := r.unpack(in)
		if err != nil {
			r.close()
			return whyPacked(err)
		}
		if inside == nil {
			break
		}
		in = bufio.NewReaderSize(inside, peekSize)
	}
	r.src = in
	start, err := in.Peek(utf16Sample)
	if err != nil && err != io.EOF && len(start) == 0 {
		r.close()
		return whyPacked(err)
	}
	if order, is := isUTF16(start); is {
		r.src = transform.NewReader(in, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
	}
	return nil
}

// unpack returns what is inside of one layer of compression; nil where there is none.
func (r *Reader) unpack(in *bufio.Reader) (io.Reader, error) {
	magic, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}): // RFC 1952 §2.3.1
		return gzip.NewReader(in)
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}), len(magic) == 4 && magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte{0x2a, 0x4d, 0x18}): // RFC 8878 §3.1
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		outer := r.close
		r.close = func() { z.Close(); outer() }
		return z, nil
	}
	return nil, nil
}

// whyPacked says what is wrong with packed data.
func whyPacked(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("compressed data end too early")
	case errors.Is(err, gzip.ErrHeader):
		return errors.New("behind the gzip data stands something else, which is not read")
	}
	return err
}

// utf16Sample is how many bytes of a log tell that it is UTF-16 without saying so. A pipe gives as many or ends: it is less than any record that says something.
const utf16Sample = 4

// isUTF16 tells UTF-16 by its byte order mark, or by the zeros of two letters or digits of ASCII, with which logs begin.
func isUTF16(start []byte) (order unicode.Endianness, is bool) {
	switch {
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return unicode.BigEndian, true
	case len(start) < utf16Sample:
		return unicode.LittleEndian, false
	case isPrinted(start[0]) && start[1] == 0 && isPrinted(start[2]) && start[3] == 0:
		return unicode.LittleEndian, true
	case start[0] == 0 && isPrinted(start[1]) && start[2] == 0 && isPrinted(start[3]):
		return unicode.BigEndian, true
	}
	return unicode.LittleEndian, false
}

// isPrinted reports whether c is visible ASCII, or stands between lines.
func isPrinted(c byte) bool { return c >= ' ' && c < 0x7f || c == '\t' || c == '\r' || c == '\n' }

// notLogs are files by their first bytes that hold no records to be read, though some of them hold logs.
var notLogs = []struct {
	at          int
	magic, what string
}{
	{0, "BZh", "packed with bzip2, which is not read: bzcat FILE | threatwatch match -"},
	{0, "\xfd7zXZ\x00", "packed with xz, which is not read: xzcat FILE | threatwatch match -"},
	{0, "\x04\x22\x4d\x18", "packed with LZ4, which is not read: lz4cat FILE | threatwatch match -"},
	{0, "PK\x03\x04", "a zip archive, which is not read: unzip -p FILE | threatwatch match -"},
	{0, "7z\xbc\xaf\x27\x1c", "a 7z archive, which is not read: unpack it first"},
	{257, "ustar", "a tar archive, which is not read: tar -xOf FILE | threatwatch match -"},
	{0, "ElfFile\x00", "a Windows event log, which is read as XML: wevtutil qe FILE /lf:true /f:xml"},
	{0, "LPKSHHRH", "a journal of systemd, which is read as JSON: journalctl --file FILE -o json"},
	{0, "\xd4\xc3\xb2\xa1", "captured packets, not a log: have Zeek or Suricata read them"},
	{0, "\xa1\xb2\xc3\xd4", "captured packets, not a log: have Zeek or Suricata read them"},
	{0, "\x0a\x0d\x0d\x0a", "captured packets, not a log: have Zeek or Suricata read them"},
	{0, "\x89PNG\r\n\x1a\n", "a picture, not a log"},
	{0, "SQLite format 3\x00", "a database of SQLite, not a log"},
	{0, "PAR1", "a table of Parquet, which is not read: write it as CSV or JSON"},
}

// errBinary says what is to be done where it is a log nevertheless.
var errBinary = errors.New("this is no text, and no log that is known: with --format text all text in it is looked at")

// noLog says why what begins so is no log that can be read; nil where it may be one.
func noLog(first []byte) error {
	for _, n := range notLogs {
		if len(first) > n.at && bytes.HasPrefix(first[n.at:], []byte(n.magic)) {
			return fmt.Errorf("this is %s", n.what)
		}
	}
	odd, all := 0, 0
	for _, c := range first {
		if c != 0 { // a crash leaves many where records should be
			all++
		}
		if c != 0 && c < ' ' && !isPrinted(c) && c != 0x1b && c != '\f' {
			odd++
		}
	}
	if odd > 8 && odd > all/20 { // random bytes have one in ten, pictures and programs more
		return errBinary
	}
	return nil
}
