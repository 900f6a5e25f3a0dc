package logs

import (
	"bytes"
	"io"
)

// framing says where records end.
type framing interface {
	lines() bool                            // records are lines, and empty lines count
	cut(data []byte) int                    // end of the last whole record of data, which begins with one; 0 when none is whole
	split(data []byte) (entry, rest []byte) // first record; entry is empty where there is only what stands between records
	count(data []byte) int64                // numbers that the records of data take up
	resync(data []byte) int                 // beginning of a record in data that begins inside of one; -1 when there is none
}

// framingOf returns the framing of a format. JSON is one object a line, unless the log's beginning shows otherwise.
func framingOf(f Format, first []byte) framing {
	switch f {
	case EVE, ZeekJSON, ECS, OCSF, WindowsJSON, JSON:
		if list := envelopeOf(first); list != "" {
			return envelopeFraming{list}
		}
		if isSpread(first) {
			return valueFraming{}
		}
	case CSV:
		return csvFraming{}
	case WindowsXML:
		return xmlFraming{}
	}
	return lineFraming{}
}

// isSpread reports whether JSON is an array, or objects over several lines.
func isSpread(first []byte) bool {
	first = bytes.TrimLeft(first, "\xef\xbb\xbf \t\r\n")
	if len(first) == 0 || first[0] == '[' {
		return len(first) > 0
	}
	line, rest, ok := bytes.Cut(first, []byte("\n"))
	if !ok || line[0] != '{' {
		return false
	}
	if _, err := skipNested(line, 0); err == nil {
		return false
	}
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && rest[0] == '"' || len(bytes.TrimSpace(line)) == 1
}

// lineFraming is one record a line, with LF or CR LF at its end.
type lineFraming struct{}

func (lineFraming) lines() bool { return true }

func (lineFraming) cut(data []byte) int { return bytes.LastIndexByte(data, '\n') + 1 }

func (lineFraming) split(data []byte) (entry, rest []byte) {
	i := bytes.IndexByte(data, '\n')
	if i < 0 {
		return unpadded(bytes.TrimSuffix(data, []byte("\r"))), nil
	}
	entry, rest = data[:i], data[i+1:]
	if i > 0 && entry[i-1] == '\r' {
		entry = entry[:i-1]
	}
	return unpadded(entry), rest
}

// unpadded takes off the zeros that a crash, or a log cut while it was written, leaves before a record.
func unpadded(entry []byte) []byte {
	for len(entry) > 0 && entry[0] == 0 {
		entry = entry[1:]
	}
	return entry
}

// crLines gives lines that end in CR alone, as some spreadsheets still write them, the end that other lines have.
type crLines struct{ r io.Reader }

func (c crLines) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	onlyCR(b[:n])
	return n, err
}

func onlyCR(b []byte) []byte {
	for i, c := range b {
		if c == '\r' {
			b[i] = '\n'
		}
	}
	return b
}

func (lineFraming) count(data []byte) int64 {
	n := bytes.Count(data, []byte("\n"))
	if len(data) > 0 && data[len(data)-1] != '\n' {
		n++
	}
	return int64(n)
}

func (lineFraming) resync(data []byte) int {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1
	}
	return -1
}

// valueFraming is objects with anything between them that JSON allows: an array, or objects that are printed over several lines.
type valueFraming struct{}

func (valueFraming) lines() bool { return false }

func (f valueFraming) cut(data []byte) int {
	end := 0
	for i := between(data, 0); i < len(data); i = between(data, i) {
		next, err := f.end(data, i)
		if err != nil {
			break
		}
		i, end = next, next
	}
	return end
}

func (f valueFraming) split(data []byte) (entry, rest []byte) {
	i := between(data, 0)
	if i == len(data) {
		return nil, nil
	}
	end, err := f.end(data, i)
	if err != nil {
		end = len(data)
	}
	return data[i:end], data[end:]
}

// end returns the index after the object at i; what is no object goes to the end of its line.
func (valueFraming) end(data []byte, i int) (int, error) {
	if data[i] == '{' {
		return skipNested(data, i)
	}
	j := bytes.IndexByte(data[i:], '\n')
	if j < 0 {
		return i, errCutShort
	}
	return i + j + 1, nil
}

func (f valueFraming) count(data []byte) int64 { return countEntries(f, data) }

// countEntries counts the records of data by splitting it.
func countEntries(f framing, data []byte) (n int64) {
	for len(data) > 0 {
		entry, rest := f.split(data)
		if len(entry) > 0 {
			n++
		}
		data = rest
	}
	return n
}

// resync takes an object at the start of a line for a record: arrays are printed so, one element a line or with their names further in.
func (valueFraming) resync(data []byte) int {
	for i := range data {
		if data[i] == '{' && i > 0 && (data[i-1] == '\n' || i > 1 && data[i-1] == ',' && data[i-2] == '}') {
			return i
		}
	}
	return -1
}

// between steps over what stands between the objects of an array.
func between(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\t' || data[i] == '\n' || data[i] == '\r' || data[i] == ',' || data[i] == '[' || data[i] == ']') {
		i++
	}
	return i
}
