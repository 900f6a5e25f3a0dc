package logs

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// csvScanner reads records of RFC 4180 with any separator. Blanks before a quotation mark are forgiven.
type csvScanner struct {
	comma   byte
	columns []*target // by position; nil for what the mapping does not name
}

var errQuote = errors.New("CSV: a quotation mark is not closed")

// Scan reads one record.
func (s *csvScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	for n := 0; len(entry) > 0; n++ {
		v, rest, err := r.cell(entry, s.comma)
		if err != nil {
			return r.restAsText(entry, err)
		}
		if n < len(s.columns) && s.columns[n] != nil {
			r.take(s.columns[n], v)
		}
		entry = rest
	}
	r.join()
	return nil
}

// cell returns the first cell and what follows its separator.
func (r *Record) cell(entry []byte, comma byte) (v, rest []byte, err error) {
	i := 0
	for i < len(entry) && entry[i] == ' ' {
		i++
	}
	if i == len(entry) || entry[i] != '"' {
		end := bytes.IndexByte(entry, comma)
		if end < 0 {
			return bytes.TrimSpace(entry), nil, nil
		}
		return bytes.TrimSpace(entry[:end]), entry[end+1:], nil
	}
	from := i + 1
	doubled := false
	for i = from; ; i++ {
		j := bytes.IndexByte(entry[i:], '"')
		if j < 0 {
			return nil, nil, errQuote
		}
		if i += j; i+1 == len(entry) || entry[i+1] != '"' {
			break
		}
		doubled = true
		i++
	}
	v = entry[from:i]
	if doubled {
		at := len(r.scratch)
		for part := range bytes.SplitSeq(v, []byte(`""`)) {
			r.scratch = append(append(r.scratch, part...), '"')
		}
		v = r.scratch[at : len(r.scratch)-1]
	}
	text := entry[from-1:]
	rest = entry[i+1:]
	if end := bytes.IndexByte(rest, comma); end >= 0 {
		text, rest, entry = text[:len(text)-len(rest)+end], rest[end+1:], rest[:end]
	} else {
		rest, entry = nil, rest
	}
	if len(bytes.TrimSpace(entry)) > 0 { // the quotation mark was a part of the value
		return bytes.TrimSpace(text), rest, nil
	}
	return v, rest, nil
}

// csvHeader reads the row with the names of the columns.
type csvHeader struct {
	mapping *Mapping
	done    bool
	row     string // the first
}

func (h *csvHeader) read(data []byte, r *Reader) (from, end int) {
	if h.done {
		return 0, len(data)
	}
	h.done = true
	comma, below := told(data)
	if len(below) < len(data) {
		r.next++
	}
	row, rest := r.frame.split(below)
	h.row = string(data[:len(data)-len(below)]) + string(row)
	if comma == 0 {
		comma = separator(row)
	}
	s, facts := &csvScanner{comma: comma}, &csvScanner{comma: comma}
	names := h.names(row, comma)
	if names == nil {
		for range cells(row, comma) {
			names = append(names, "")
		}
		rest = below
	} else {
		r.next++
	}
	for n, name := range names {
		s.columns = append(s.columns, h.column(n, name, false))
		facts.columns = append(facts.columns, h.column(n, name, true))
	}
	r.scan, r.facts = s, facts
	return len(data) - len(rest), len(data)
}

func (h *csvHeader) text() string { return h.row }

// names returns the names of the columns; nil when the first row is a record like the others.
func (h *csvHeader) names(row []byte, comma byte) []string {
	known := false
	names := cells(bytes.TrimPrefix(row, []byte("#")), comma)
	for _, name := range names {
		if h.mapping != nil {
			known = known || h.mapping.values.columns[strings.ToLower(name)] != nil || h.mapping.facts.columns[strings.ToLower(name)] != nil
		} else {
			known = known || byName(&named().values, name) != nil
		}
	}
	if !known {
		return nil
	}
	return names
}

// column returns the target of a column, for values or for facts.
func (h *csvHeader) column(n int, name string, fact bool) *target {
	position := fmt.Sprintf("column %d", n+1)
	if h.mapping == nil {
		of := targetFor
		if fact {
			of = factFor
		}
		if name == "" {
			return of("", position)
		}
		return of(name, name)
	}
	in := &h.mapping.values
	if fact {
		in = &h.mapping.facts
	}
	if t := in.columns[strings.ToLower(name)]; t != nil && name != "" {
		return t
	}
	return in.columns[position]
}

func cells(row []byte, comma byte) (all []string) {
	var r Record
	for row != nil { // what follows the last separator is a cell, though it is empty
		v, rest, err := r.cell(row, comma)
		if err != nil {
			return nil
		}
		all = append(all, string(v))
		row = rest
	}
	return all
}

// separator returns what stands between the cells of a row: the most frequent of four outside of quotation marks.
func separator(row []byte) byte {
	best, most := byte(','), 0
	for _, c := range []byte(",;\t|") {
		n, quoted := 0, false
		for _, x := range row {
			if x == '"' {
				quoted = !quoted
			}
			if x == c && !quoted {
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

// told returns the separator that a line above all others names, as Excel wants it ("sep=;"), and what stands below; 0 where there is none.
func told(data []byte) (comma byte, below []byte) {
	line := firstLine(data)
	name := bytes.Trim(line, "\"\r")
	if len(name) != len("sep=;") || !bytes.EqualFold(name[:4], []byte("sep=")) {
		return 0, data
	}
	return name[4], data[min(len(line)+1, len(data)):]
}

// isCSV reports whether the first rows have as many cells each and names of columns that say something.
func isCSV(first []byte) bool {
	var h csvHeader
	var names []string
	comma, first := told(first)
	f := csvFraming{}
	for rows := 0; rows < 5 && len(first) > 0; {
		if f.cut(first) == 0 {
			return rows > 1 // the last one may be cut off
		}
		var row []byte
		row, first = f.split(first)
		if len(row) == 0 {
			continue
		}
		if rows == 0 {
			if comma == 0 {
				comma = separator(row)
			}
			if names = h.names(row, comma); len(names) < 2 {
				return false
			}
		} else if len(cells(row, comma)) != len(names) {
			return false
		}
		rows++
	}
	return names != nil
}

// csvFraming is lines, except where a quotation mark is open.
type csvFraming struct{}

func (csvFraming) lines() bool { return false }

func (f csvFraming) cut(data []byte) int {
	if bytes.IndexByte(data, '"') < 0 {
		return lineFraming{}.cut(data)
	}
	end := 0
	for {
		n := f.end(data[end:])
		if n < 0 {
			return end
		}
		end += n
	}
}

// end returns the index after the first record: after the first line break with an even number of quotation marks before it.
func (csvFraming) end(data []byte) int {
	for i, quotes := 0, 0; ; {
		j := bytes.IndexByte(data[i:], '\n')
		if j < 0 {
			return -1
		}
		quotes += bytes.Count(data[i:i+j], []byte(`"`))
		if i += j + 1; quotes%2 == 0 {
			return i
		}
	}
}

func (f csvFraming) split(data []byte) (entry, rest []byte) {
	n := f.end(data)
	if n < 0 {
		n = len(data)
	}
	return bytes.TrimRight(data[:n], "\r\n"), data[n:]
}

func (f csvFraming) count(data []byte) int64 { return countEntries(f, data) }

func (csvFraming) resync(data []byte) int { return lineFraming{}.resync(data) }
