package logs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// zeek holds the names of Zeek's logs, which mean the same in almost all of them; where they do not, the form sorts it out: "host" is a name
// in http.log and an address in software.log. JSON logs have them as names with a dot.
var zeek = sync.OnceValue(func() *Mapping {
	return preset(`
ts=time peer=sensor _system_name=sensor
id.orig_h=address:source id.resp_h=address:destination
src=address:source dst=address:destination source_addr=address:source dest_addr=address:destination
tx_hosts=address:source rx_hosts=address:destination
client_addr=address:source server_addr=address:destination assigned_addr=address:source requested_addr=address:source assigned_ip=address:source
proxied=text:source x_originating_ip=address:source
bound.host=address:destination bound.name=host:destination request.host=address:destination request.name=host:destination
data_channel.orig_h=address:source data_channel.resp_h=address:destination
seen.indicator=text:seen seen.host=address:seen
ip=address:seen addr=address:seen remote_location.ip=address:seen

query=host:query answers=host:answer
server_name=host:servername subject=dn:destination issuer=dn:destination client_subject=dn:source client_issuer=dn:source
issuer_subject=dn:destination client_issuer_subject=dn:source
certificate.subject=dn:destination certificate.issuer=dn:destination
san.dns=host:destination san.ip=address:destination san.uri=url:destination san.email=email:destination
fingerprint=certificate:destination cert_chain_fps=certificate:destination client_cert_chain_fps=certificate:source
ja3=ja3:source ja3s=ja3:destination ja4=ja4:source ja4s=ja4:destination

host=web-host:servername uri=web-path:request id.resp_p=web-port referrer=url:referrer user_agent=useragent:request
filename=filepath:content orig_filenames=filepath:content resp_filenames=filepath:content name=filepath:content path=text:seen prev_name=filepath:content
md5=hash:content sha1=hash:content sha256=hash:content sha512=hash:content
arg=text:request

id.orig_p=port:source id.resp_p=port:destination proto=protocol service=protocol
orig_bytes=bytes:source resp_bytes=bytes:destination orig_pkts=packets:source resp_pkts=packets:destination
method=method username=login:source user=login:source
mime_type=mediatype:content orig_mime_types=mediatype:content resp_mime_types=mediatype:content total_bytes=size:content
subject=subject:destination issuer=issuer:destination client_subject=subject:source client_issuer=issuer:source
certificate.subject=subject:destination certificate.issuer=issuer:destination certificate.serial=serial:destination
mac=mac:source orig_l2_addr=mac:source resp_l2_addr=mac:destination msg_id=messageid cc=copy

helo=host:source mailfrom=email:source rcptto=email:destination from=email:source to=email:destination cc=email:destination reply_to=email:source
first_received=text:seen second_received=text:seen
host_name=host:source client_fqdn=host:source domain=host:seen
server_dns_computer_name=host:destination domainname=host:seen hostname=host:source
request_from=text:source request_to=text:destination
msg=text:seen sub=text:seen message=text:seen
`)
})

// zeekScanner reads tab separated logs; all it needs is in the header lines above the records.
type zeekScanner struct {
	named   bool     // there was a header
	columns []column // those that mean something, by position
	tab     byte
	comma   byte
	empty   []byte
	unset   []byte
}

// column says which of a line's values is wanted.
type column struct {
	skip int // values between the last wanted one and this
	at   *target
	many bool // a set or a vector
}

// read takes the header lines. Logs that were put behind each other have one each.
func (h *zeekHeader) read(data []byte, r *Reader) (from, end int) {
	changed := false
	for from < len(data) && data[from] == '#' {
		line := data[from:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		from += len(line)
		r.next++
		h.line(bytes.TrimRight(line, "\r\n"))
		changed = true
	}
	if changed {
		r.scan, r.facts = h.scanner(&h.mapping.values), h.scanner(&h.mapping.facts)
	}
	if i := bytes.Index(data[from:], []byte("\n#")); i >= 0 {
		return from, from + i + 1
	}
	return from, len(data)
}

// text writes the lines that line reads.
func (h *zeekHeader) text() string {
	if h.fields == nil {
		return ""
	}
	tab := string(rune(h.tab))
	s := fmt.Sprintf("#separator \\x%02x\n", h.tab)
	for _, words := range [][]string{{"#set_separator", string(rune(h.comma))}, {"#empty_field", h.empty}, {"#unset_field", h.unset}, append([]string{"#fields"}, h.fields...)} {
		s += strings.Join(words, tab) + "\n"
	}
	if h.types != nil {
		s += "#types" + tab + strings.Join(h.types, tab) + "\n"
	}
	return s
}

// zeekHeader gathers the lines that begin with #.
type zeekHeader struct {
	tab          byte
	comma        byte
	empty, unset string
	fields       []string
	types        []string
	long         bool // what separates values is several bytes, which is not read
	mapping      *Mapping
}

func newZeekHeader(m *Mapping) *zeekHeader {
	return &zeekHeader{tab: '\t', comma: ',', empty: "(empty)", unset: "-", mapping: m}
}

// line reads one header line; those that say nothing about the form of the records are passed over.
func (h *zeekHeader) line(line []byte) {
	text := string(line)
	if v, ok := strings.CutPrefix(text, "#separator "); ok {
		*h = *newZeekHeader(h.mapping)
		b := unhex([]byte(v))
		if h.long = len(b) != 1; !h.long {
			h.tab = b[0]
		}
		return
	}
	if h.long {
		return
	}
	words := strings.Split(text, string(rune(h.tab)))
	switch words[0] {
	case "#set_separator":
		if len(words) > 1 && len(words[1]) == 1 {
			h.comma = words[1][0]
		}
	case "#empty_field":
		if len(words) > 1 && words[1] != "" {
			h.empty = words[1]
		}
	case "#unset_field":
		if len(words) > 1 && words[1] != "" {
			h.unset = words[1]
		}
	case "#fields":
		h.fields, h.types = words[1:], nil
	case "#types":
		h.types = words[1:]
	}
}

// scanner returns what reads the records below the header.
func (h *zeekHeader) scanner(in *places) *zeekScanner {
	s := &zeekScanner{named: h.fields != nil, tab: h.tab, comma: h.comma, empty: []byte(h.empty), unset: []byte(h.unset)}
	last := -1
	for i, name := range h.fields {
		kind := ""
		if i < len(h.types) {
			kind = h.types[i]
		}
		inner, many := element(kind)
		t := in.columns[strings.ToLower(name)]
		if t == nil && inner == "addr" && in == &h.mapping.values {
			t = &target{kind: Address, path: name}
		}
		if t == nil || inner != "" && !readable(t, inner) || t.form == webPort && !slices.Contains(h.fields, "uri") {
			continue
		}
		s.columns = append(s.columns, column{i - last - 1, t, many})
		last = i
	}
	return s
}

// element takes the type of the elements out of set[t], vector[t] and table[t], which is the old name of a set.
func element(kind string) (inner string, many bool) {
	if i := strings.IndexByte(kind, '['); i > 0 && strings.HasSuffix(kind, "]") {
		return kind[i+1 : len(kind)-1], true
	}
	return kind, false
}

// readable reports whether a column of Zeek's type can hold what the name promises.
func readable(t *target, kind string) bool {
	switch kind {
	case "string", "addr", "subnet", "file":
		return true
	case "time":
		return t.form == timeForm
	case "port":
		return t.form == webPort || t.form == numberForm
	case "count", "int", "enum":
		return t.kind.Fact()
	}
	return false
}

var errNoFields = errors.New("no #fields line above, or a #separator of several bytes")
var errFewValues = errors.New("fewer values than #fields names")

// Scan reads one line.
func (s *zeekScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	if !s.named {
		return r.asText(entry, errNoFields)
	}
	b, i := entry, 0
	for n := range s.columns {
		c := &s.columns[n]
		if c.skip > 0 {
			if i = skipTabs(b, i, c.skip, s.tab); i < 0 {
				return r.asText(entry, errFewValues)
			}
		}
		if i > len(b) {
			return r.asText(entry, errFewValues)
		}
		end := nextTab(b, i, s.tab)
		if v := b[i:end]; len(v) > 1 || len(v) == 1 && v[0] != s.unset[0] {
			s.take(r, c, v)
		}
		i = end + 1
	}
	r.join()
	return nil
}

func (s *zeekScanner) take(r *Record, c *column, v []byte) {
	if v[0] == s.empty[0] && bytes.Equal(v, s.empty) || v[0] == s.unset[0] && bytes.Equal(v, s.unset) {
		return
	}
	for c.many {
		end := bytes.IndexByte(v, s.comma)
		if end < 0 {
			break
		}
		if part := v[:end]; len(part) > 0 {
			r.take(c.at, r.plainZeek(part))
		}
		v = v[end+1:]
	}
	if len(v) > 0 && !bytes.Equal(v, s.unset) {
		r.take(c.at, r.plainZeek(v))
	}
}

// plainZeek undoes \xNN, with which Zeek writes its separators and what is not printable.
func (r *Record) plainZeek(v []byte) []byte {
	if bytes.IndexByte(v, '\\') < 0 || !bytes.Contains(v, []byte(`\x`)) {
		return v
	}
	from := len(r.scratch)
	r.scratch = appendUnhex(r.scratch, v)
	return r.scratch[from:len(r.scratch):len(r.scratch)]
}

func unhex(v []byte) []byte { return appendUnhex(nil, v) }

func appendUnhex(out, v []byte) []byte {
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+4 <= len(v) && v[i+1] == 'x' {
			if c, err := strconv.ParseUint(string(v[i+2:i+4]), 16, 8); err == nil {
				out = append(out, byte(c))
				i += 3
				continue
			}
		}
		out = append(out, v[i])
	}
	return out
}

// skipTabs returns the index after the n-th separator from i on, or -1.
func skipTabs(b []byte, i, n int, tab byte) int {
	want := ones * uint64(tab)
	for i+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[i:]) ^ want
		m := ^((x&^highs + ^uint64(highs)) | x) & highs // exact for every byte, so that it may be counted
		c := bits.OnesCount64(m)
		if c < n {
			n -= c
			i += 8
			continue
		}
		for ; n > 1; n-- {
			m &= m - 1
		}
		return i + bits.TrailingZeros64(m)>>3 + 1
	}
	for ; i < len(b); i++ {
		if b[i] == tab {
			if n--; n == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// nextTab returns the index of the next separator or the end.
func nextTab(b []byte, i int, tab byte) int {
	want := ones * uint64(tab)
	for i+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[i:]) ^ want
		if m := (x - ones) &^ x & highs; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	for i < len(b) && b[i] != tab {
		i++
	}
	return i
}
