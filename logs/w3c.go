package logs

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"sync"
)

// Logs with the names of their columns above them and blanks between: the extended format of the W3C (https://www.w3.org/TR/WD-logfile), as IIS, proxies
// and CloudFront write it, and flow logs of clouds with their first line. Those of AWS are known without it, when they have the fields of its second version.

// w3c holds the names of that format and of those who write it; others mean what they usually do.
var w3c = sync.OnceValue(func() *Mapping {
	return preset(`
c-ip=address:source s-ip=address:destination r-ip=address:destination x-forwarded-for=hosts:source cs(x-forwarded-for)=hosts:source
cs-host=web-host:servername cs(host)=web-host:servername x-host-header=web-host:servername cs-uri-stem=web-path:request cs-uri-path=web-path:request
cs-protocol=web-scheme cs-uri-scheme=web-scheme cs-uri=text:request c-uri=text:request
cs(user-agent)=useragent:request cs(referer)=url:referrer s-computername=sensor start=time
c-port=port:source s-port=port:destination r-port=port:destination cs-method=method:request cs-version=httpversion:request cs-protocol-version=httpversion:request
cs-username=login:source sc-bytes=bytes:destination cs-bytes=bytes:source
`)
})

// flowNames are the fields of flow logs of AWS, unless others were asked for.
const flowNames = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"

// w3cHeader gathers the lines that begin with #, or the first line where that holds the names.
type w3cHeader struct {
	mapping *Mapping
	fields  []string
	date    string // of #Date, for records that have only the time of day
	begun   bool
}

func (h *w3cHeader) read(data []byte, r *Reader) (from, end int) {
	changed := false
	for from < len(data) && (data[from] == '#' || !h.begun && isFlowNames(firstLine(data[from:]))) {
		line := firstLine(data[from:])
		from = min(from+len(line)+1, len(data))
		r.next++
		h.line(string(bytes.TrimRight(line, "\r")))
		h.begun, changed = true, true
	}
	if !h.begun && isFlow(firstLine(data)) {
		h.line(flowNames)
		h.begun, changed = true, true
	}
	if changed {
		r.scan, r.facts = h.scanner(false), h.scanner(true)
	}
	if i := bytes.Index(data[from:], []byte("\n#")); i >= 0 {
		return from, from + i + 1
	}
	return from, len(data)
}

func firstLine(data []byte) []byte {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return line
}

func (h *w3cHeader) line(line string) {
	switch name, rest, _ := strings.Cut(line, ":"); {
	case line[0] != '#':
		h.fields = strings.Fields(line)
	case strings.EqualFold(name, "#Fields"):
		h.fields = strings.Fields(rest)
	case strings.EqualFold(name, "#Date"):
		h.date, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
	}
}

// text writes the lines that line reads.
func (h *w3cHeader) text() string {
	if h.fields == nil {
		return ""
	}
	return "#Date: " + h.date + "\n#Fields: " + strings.Join(h.fields, " ") + "\n"
}

// isW3C reports whether a log begins with a header of this kind.
func isW3C(first []byte) bool {
	for _, name := range []string{"#Software:", "#Version:", "#Fields:", "#Date:"} {
		if len(first) >= len(name) && bytes.EqualFold(first[:len(name)], []byte(name)) {
			return true
		}
	}
	return isFlowNames(firstLine(first)) || isFlow(firstLine(first))
}

// isFlowNames reports whether a line is the names above a flow log.
func isFlowNames(line []byte) bool {
	return bytes.Contains(line, []byte("srcaddr")) && bytes.Contains(line, []byte("dstaddr")) && !bytes.ContainsAny(line, ",;\t|=:\"")
}

// isFlow reports whether a line is a record of a flow log of AWS, second version: what it begins and ends with no other log has.
func isFlow(line []byte) bool {
	cells := bytes.Fields(line)
	if len(cells) != strings.Count(flowNames, " ")+1 || string(cells[0]) != "2" || !bytes.HasPrefix(cells[2], []byte("eni-")) {
		return false
	}
	switch string(cells[len(cells)-1]) {
	case "OK", "NODATA", "SKIPDATA":
		return true
	}
	return false
}

// w3cScanner reads the records below a header.
type w3cScanner struct {
	columns           []*target // by position
	date, time, query int       // positions; -1 where there is no such column
	day               string
}

func (h *w3cHeader) scanner(facts bool) *w3cScanner {
	s := &w3cScanner{date: -1, time: -1, query: -1, day: h.date}
	for n, name := range h.fields {
		name = strings.ToLower(name)
		in, of := &h.mapping.values, targetFor
		if facts {
			in, of = &h.mapping.facts, factFor
		}
		t := in.columns[name]
		if t == nil {
			t = of(name, h.fields[n])
		}
		switch name {
		case "date":
			s.date, t = n, nil
		case "time":
			s.time, t = n, nil
		case "cs-uri-query":
			s.query = n
		}
		s.columns = append(s.columns, t)
	}
	return s
}

var (
	errNoNames  = errors.New("no #Fields line above")
	errFewCells = errors.New("fewer values than #Fields names")
)

// Scan reads one line.
func (s *w3cScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	if s.columns == nil {
		return r.asText(entry, errNoNames)
	}
	comma := byte(' ')
	if bytes.IndexByte(entry, '\t') >= 0 {
		comma = '\t'
	}
	var date, clock, query []byte
	rest := entry
	for n, t := range s.columns {
		if rest == nil {
			return r.asText(entry, errFewCells)
		}
		v, next, err := r.cell(rest, comma)
		if err != nil {
			return r.asText(entry, err)
		}
		rest = next
		switch n {
		case s.date:
			date = v
		case s.time:
			clock = v
		case s.query:
			query = v
		}
		if t != nil && len(v) > 0 {
			r.take(t, r.unquoted(t, v, comma))
		}
	}
	s.when(r, date, clock)
	if len(query) > 1 && len(r.web.path) > 0 {
		from := len(r.scratch)
		r.scratch = append(append(append(r.scratch, r.web.path...), '?'), query...)
		r.web.path = r.scratch[from:len(r.scratch):len(r.scratch)]
	}
	r.join()
	return nil
}

// when puts the time together, unless a column has it.
func (s *w3cScanner) when(r *Record, date, clock []byte) {
	if r.Time != nil || len(clock) == 0 {
		return
	}
	from := len(r.scratch)
	if len(date) == 0 {
		date = []byte(s.day)
	}
	if len(date) > 0 {
		r.scratch = append(append(r.scratch, date...), ' ')
	}
	r.scratch = append(r.scratch, clock...)
	r.Time = r.scratch[from:len(r.scratch):len(r.scratch)]
}

// unquoted gives user agents back their blanks: IIS writes a plus sign for each, CloudFront %20.
func (r *Record) unquoted(t *target, v []byte, comma byte) []byte {
	if t.kind != UserAgent || bytes.IndexByte(v, ' ') >= 0 {
		return v
	}
	if comma == ' ' {
		return bytes.ReplaceAll(v, []byte("+"), []byte(" "))
	}
	if plain, err := url.PathUnescape(string(v)); err == nil {
		return []byte(plain)
	}
	return v
}
