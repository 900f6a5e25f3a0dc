package sensor

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"threatwatch"
)

// A journal is a file of records that count once they are on disk:
//
//	magic
//	record: uint32 length of kind and body, uint32 CRC-32C of them, kind, body
//	…
//
// Numbers are little-endian. It belongs to one goroutine at a time.
type journal struct {
	path string
	f    *os.File
	end  int64  // of what is on disk
	buf  []byte // records that follow
}

const (
	journalMagic = "tw-sens1"
	recordHead   = 8
	maxRecord    = 1 << 30
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// openJournal opens or makes a journal and calls each for its records. What follows the last whole record is cut off; cut is how much that was.
func openJournal(path string, each func(kind byte, at int64, body []byte) error) (j *journal, cut int64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	j = &journal{path: path, f: f}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if info.Size() < int64(len(journalMagic)) { // new, or it was being made
		if err := f.Truncate(0); err != nil {
			return nil, 0, err
		}
		j.buf = []byte(journalMagic)
		return j, 0, errors.Join(j.commit(), syncDir(filepath.Dir(path)))
	}
	if j.end, err = j.scan(each); err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", path, err)
	}
	if cut = info.Size() - j.end; cut > 0 {
		err = errors.Join(f.Truncate(j.end), f.Sync())
	}
	return j, cut, err
}

// scan calls each for the whole records that are on disk, and returns where they end. A body is not to be kept.
func (j *journal) scan(each func(kind byte, at int64, body []byte) error) (end int64, err error) {
	r := bufio.NewReaderSize(io.NewSectionReader(j.f, 0, 1<<62), 1<<20)
	magic := make([]byte, len(journalMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != journalMagic {
		return 0, threatwatch.Errorf(threatwatch.Invalid, "this is no journal of a sensor")
	}
	end = int64(len(magic))
	var body []byte
	for {
		body, err = nextRecord(r, body)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errRecord) {
			return end, nil
		}
		if err != nil {
			return end, err
		}
		if err := each(body[0], end, body[1:]); err != nil {
			return end, err
		}
		end += recordHead + int64(len(body))
	}
}

var errRecord = errors.New("the record is damaged")

// nextRecord reads kind and body into buf.
func nextRecord(r io.Reader, buf []byte) ([]byte, error) {
	var head [recordHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return buf, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n == 0 || n > maxRecord {
		return buf, errRecord
	}
	if uint32(cap(buf)) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(r, buf); err != nil {
		return buf, err
	}
	if crc32.Checksum(buf, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return buf, errRecord
	}
	return buf, nil
}

// add puts a record behind the others and returns its place. It counts after commit.
func (j *journal) add(kind byte, body ...[]byte) (at int64) {
	from := len(j.buf)
	j.buf = append(j.buf, 0, 0, 0, 0, 0, 0, 0, 0, kind)
	for _, b := range body {
		j.buf = append(j.buf, b...)
	}
	record := j.buf[from:]
	binary.LittleEndian.PutUint32(record, uint32(len(record)-recordHead))
	binary.LittleEndian.PutUint32(record[4:], crc32.Checksum(record[recordHead:], castagnoli))
	return j.end + int64(from)
}

// commit writes what was added to the disk. After an error none of it was.
func (j *journal) commit() error {
	if len(j.buf) == 0 {
		return nil
	}
	_, err := j.f.WriteAt(j.buf, j.end)
	if err == nil {
		err = j.f.Sync()
	}
	if err != nil {
		j.buf = nil
		return errors.Join(err, j.f.Truncate(j.end))
	}
	j.end += int64(len(j.buf))
	j.buf = j.buf[:0]
	if cap(j.buf) > 16<<20 {
		j.buf = nil
	}
	return nil
}

// read returns the body of the record at a place.
func (j *journal) read(at int64) ([]byte, error) {
	body, err := nextRecord(io.NewSectionReader(j.f, at, maxRecord+recordHead), nil)
	if err != nil {
		return nil, fmt.Errorf("read %s at %d: %w", j.path, at, err)
	}
	return body[1:], nil
}

// rewrite puts a journal with other records into the place of this one, whole or not at all. fill adds them; it may read this one.
func (j *journal) rewrite(fill func(to *journal) error) error {
	f, err := os.OpenFile(j.path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	to := &journal{path: j.path, f: f, buf: []byte(journalMagic)}
	err = fill(to)
	if err == nil {
		err = to.commit()
	}
	if err == nil {
		err = os.Rename(f.Name(), j.path)
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	old := j.f
	*j = *to
	return errors.Join(old.Close(), syncDir(filepath.Dir(j.path)))
}

// spill commits a journal that is being filled when much has been added.
func (j *journal) spill() error {
	if len(j.buf) < 4<<20 {
		return nil
	}
	return j.commit()
}

func (j *journal) close() error { return j.f.Close() }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
