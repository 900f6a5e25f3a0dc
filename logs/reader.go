package logs

import (
	"bytes"
	"io"
	"sync"
)

// Options say how a log is read. The zero value finds everything out.
type Options struct {
	Format  Format
	Mapping *Mapping // instead of the format's own
	// Live hands records out as soon as they are whole, for input that waits for more: pipes, Follow. Otherwise blocks are filled first.
	Live bool
	// Whole leaves a last record out whose end has not come: a later Reader may go on before it. Otherwise the end of the log ends it.
	Whole bool
	// From is where an earlier Reader of the same log got to, and src begins there. Nothing is found out then, nor decompressed.
	From *Mark
	// MaxRecord is the longest record that is read, in bytes; longer ones are left out and counted. 0 means 8 MiB; it is never less than 256 KiB.
	MaxRecord int
}

const (
	blockSize     = 256 << 10
	defaultLength = 8 << 20
	peekSize      = 64 << 10
)

// Scanner reads one entry of a log. It holds nothing that changes: goroutines may share it, each with a Record of its own.
type Scanner interface {
	// Scan reads the entry into r, over what was there. The fields' values are parts of entry or of r. An error says why the entry, or the rest
	// of it, cannot be read; fields found before that are in r.
	Scan(entry []byte, r *Record) error
}

// header reads what a format says about its records above them.
type header interface {
	// read takes the header at the start of data, sets the Reader's scanner, and returns where the records begin that go with it and where they
	// end, which is before the next header.
	read(data []byte, r *Reader) (from, end int)
	// text is what must be read again by who goes on below: as little as says the same.
	text() string
}

// Reader cuts a log into blocks of whole records. It belongs to one goroutine; the blocks may go to others.
type Reader struct {
	src    io.Reader
	close  func()
	format Format
	o      Options
	frame  framing
	scan   Scanner // of values
	facts  Scanner
	header header // nil for formats without one

	carry   []byte // read, not yet handed out
	taken   int64  // bytes taken from src
	head    string // header text above the records
	last    Mark   // behind what was handed out
	next    int64  // number of the record that carry begins with
	dropped int64  // records left out since the last block
	tooLong int64
	lost    bool // inside of a record that is too long
	err     error
}

// NewReader reads enough of src to know what it is. Gzip and Zstandard are recognised and undone, so is UTF-16 with a byte order mark.
func NewReader(src io.Reader, o Options) (*Reader, error) {
	if o.MaxRecord <= 0 {
		o.MaxRecord = defaultLength
	}
	o.MaxRecord = max(o.MaxRecord, blockSize)
	r := &Reader{o: o, next: 1, close: func() {}}
	if o.From != nil {
		r.goOn(src)
		return r, nil
	}
	if err := r.open(src); err != nil {
		return nil, err
	}
	first, err := r.peek()
	if err != nil {
		r.close()
		return nil, err
	}
	r.format = o.Format
	if r.format == Auto {
		if err := noLog(first); err != nil {
			r.close()
			return nil, err
		}
		r.format = Detect(first)
	}
	r.frame = framingOf(r.format, first)
	r.header = r.format.header(o.Mapping)
	r.scan, r.facts = r.format.scanners(o.Mapping)
	r.last = r.mark()
	return r, nil
}

// Format returns what the log is read as.
func (r *Reader) Format() Format { return r.format }

// TooLong returns how many records were left out because they are longer than Options.MaxRecord.
func (r *Reader) TooLong() int64 { return r.tooLong }

// Close frees what decompression holds. It does not close the source.
func (r *Reader) Close() { r.close() }

// peek fills carry for a look at the format. Input that waits is looked at once it has a line.
func (r *Reader) peek() ([]byte, error) {
	buf := make([]byte, 0, peekSize)
	for len(buf) < peekSize && r.err == nil && (!r.o.Live || bytes.IndexByte(buf, '\n') < 0) {
		buf = r.fill(buf)
	}
	if r.err != nil && r.err != io.EOF && len(buf) == 0 {
		return nil, whyPacked(r.err)
	}
	r.carry = bytes.TrimPrefix(buf, []byte("\xef\xbb\xbf"))
	if !r.o.Live && bytes.IndexByte(r.carry, '\n') < 0 && bytes.IndexByte(bytes.TrimRight(r.carry, "\r"), '\r') >= 0 {
		r.src, r.carry = crLines{r.src}, onlyCR(r.carry)
	}
	return r.carry, nil
}

// fill reads once into the free part of buf.
func (r *Reader) fill(buf []byte) []byte {
	n, err := r.src.Read(buf[len(buf):cap(buf)])
	r.taken += int64(n)
	if err != nil {
		r.err = err
	}
	return buf[:len(buf)+n]
}

// Block is a run of whole records. It belongs to one goroutine at a time.
type Block struct {
	// Dropped is how many records before the first were left out because they are too long. A log that ends in such a record has a last block
	// without entries.
	Dropped int64

	scan  Scanner
	facts Scanner
	frame framing
	next  int64
	buf   []byte
	rest  []byte
	end   Mark
}

// Next returns the next entry and its number: that of the line where an entry is a line, otherwise that of the record; both from 1.
func (b *Block) Next() (entry []byte, number int64, ok bool) {
	for len(b.rest) > 0 {
		entry, rest := b.frame.split(b.rest)
		b.rest = rest
		if len(entry) > 0 || b.frame.lines() {
			number = b.next
			b.next++
		}
		if len(entry) > 0 {
			return entry, number, true
		}
	}
	return nil, 0, false
}

// Scan reads an entry of the block into r, over what was there; see [Scanner].
func (b *Block) Scan(entry []byte, r *Record) error {
	err := b.scan.Scan(entry, r)
	r.entry, r.rest = entry, b.facts
	return err
}

// Size returns the bytes of the records that are still to come.
func (b *Block) Size() int { return len(b.rest) }

// Release gives the block back; its entries must not be used any more. Blocks that are not given back are left to the garbage collector.
func (b *Block) Release() {
	if cap(b.buf) <= 2*blockSize {
		blocks.Put(b)
	}
}

var blocks = sync.Pool{New: func() any { return &Block{buf: make([]byte, 0, blockSize)} }}

// Next returns the next block; io.EOF after the last. After another error, such as that of a damaged archive, there is nothing more, but all that
// was read before has been handed out.
func (r *Reader) Next() (*Block, error) {
	b := blocks.Get().(*Block)
	b.buf = append(b.buf[:0], r.carry...)
	for {
		if r.lost {
			b.buf = r.resync(b.buf)
		}
		if end := r.whole(b.buf); end > 0 {
			if r.handOut(b, end); len(b.rest) > 0 {
				return b, nil
			}
			b.buf = append(b.buf[:0], r.carry...) // there were only header lines
			continue
		}
		if r.err != nil {
			r.carry = nil
			return r.end(b)
		}
		if len(b.buf) == cap(b.buf) {
			r.grow(b)
			continue
		}
		b.buf = r.fill(b.buf)
	}
}

// whole returns the end of the last whole record, or 0 when more should be read first.
func (r *Reader) whole(buf []byte) int {
	if r.lost || !r.o.Live && r.err == nil && len(buf) < cap(buf) {
		return 0
	}
	if r.err != nil && !r.o.Whole {
		return len(buf)
	}
	return r.frame.cut(buf)
}

// grow makes room for a record that is longer than the block, or gives it up.
func (r *Reader) grow(b *Block) {
	if r.lost || len(b.buf) >= r.o.MaxRecord {
		if !r.lost {
			r.lost = true
			r.tooLong++
			r.dropped++
			r.next++
		}
		b.buf = b.buf[:0]
		return
	}
	b.buf = append(make([]byte, 0, min(2*cap(b.buf), r.o.MaxRecord)), b.buf...)
}

// resync looks for the end of the record that is left out.
func (r *Reader) resync(buf []byte) []byte {
	i := r.frame.resync(buf)
	if i < 0 {
		if len(buf) < cap(buf) && r.err == nil {
			return buf
		}
		return buf[:0]
	}
	r.lost = false
	return buf[:copy(buf, buf[i:])]
}

// handOut gives b the records that end before end, and keeps the rest. Header lines are read on the way; a block has one header.
func (r *Reader) handOut(b *Block, end int) {
	from := 0
	if r.header != nil {
		if from, end = r.header.read(b.buf[:end], r); from > 0 || r.head == "" {
			r.head = r.header.text()
		}
	}
	r.carry = append(r.carry[:0], b.buf[end:]...)
	b.rest = b.buf[from:end]
	b.scan, b.facts, b.frame = r.scan, r.facts, r.frame
	b.next, b.Dropped, r.dropped = r.next, r.dropped, 0
	r.next += r.frame.count(b.rest)
	r.last = r.mark()
	b.end = r.last
}

// end returns what must be said after the last record.
func (r *Reader) end(b *Block) (*Block, error) {
	if r.dropped > 0 {
		b.scan, b.facts, b.frame, b.rest = r.scan, r.facts, r.frame, nil
		b.Dropped, r.dropped = r.dropped, 0
		b.end = r.last
		return b, nil
	}
	b.Release()
	return nil, whyPacked(r.err)
}
