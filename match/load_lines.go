package match

import (
	"bufio"
	"bytes"
	"strconv"
	"strings"
)

// A layout says where in a line the value stands.
type layout struct {
	comma  byte // between cells; 0: a list, with the value first
	values []int
	note   int // column of what the list says about the value; -1: none
	sure   int // column of a confidence; -1: none
	kind   int // column that names the kind of the value in the next; -1: none
	header int // lines up to and with the header
}

// Columns by name, as the feeds in use call them; names are compared in lower case with underscores.
var (
	valueColumns = words("indicator ioc ioc_value value domain domain_name host hostname fqdn ip ip_address ipaddress dst_ip src_ip address url " +
		"md5 md5_hash sha1 sha1_hash sha256 sha256_hash sha512 sha512_hash hash file_hash email email_address ja3 ja3_md5 ja3_hash ja4 observable cidr network " +
		"registry_key user_agent ssl_fingerprint certificate")
	noteColumns = strings.Fields("trail malware malware_printable signature malware_family family threat threat_type campaign name tags tag description desc comment category listingreason source")
	sureColumns = words("confidence confidence_level")
	kindWords   = words("domain url ip ipv4 ipv6 md5 sha1 sha256 sha512 hash hostname email ip_dst ip_src ip_port")
)

func words(s string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		out[w] = true
	}
	return out
}

func columnName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r | 0x20
		}
		return '_'
	}, strings.TrimSpace(s))
}

// layoutOf learns the layout from the beginning of a file: a header, also one in a comment as abuse.ch writes it, or else which columns
// hold values.
func layoutOf(start []byte) layout {
	var rows, comments []string
	numbers := map[string]int{}
	n := 0
	for line := range bytes.Lines(start) {
		n++
		s := strings.TrimSpace(string(line))
		switch {
		case s == "" || !bytes.HasSuffix(line, []byte("\n")) && n > 1 && len(start) >= sampleSize:
		case isComment(s):
			if len(rows) == 0 {
				comments = append(comments, strings.TrimSpace(strings.TrimLeft(s, "#;/ ")))
				numbers[comments[len(comments)-1]] = n
			}
		default:
			rows = append(rows, s)
			numbers[s] = n
		}
		if len(rows) == 100 {
			break
		}
	}
	for _, comma := range []byte(",;\t|") {
		for _, head := range headers(rows, comments, comma) {
			if lay, ok := namedColumns(splitCells(head, comma), comma); ok {
				lay.header = numbers[head]
				return lay
			}
		}
	}
	for _, comma := range []byte(",;\t|") {
		if lay, ok := lookedAt(rows, comma); ok {
			return lay
		}
	}
	return layout{note: -1, sure: -1, kind: -1}
}

func isComment(s string) bool {
	return s[0] == '#' || s[0] == ';' || strings.HasPrefix(s, "//")
}

// headers returns the lines that may be a header for a separator: the last comments, then the first row.
func headers(rows, comments []string, comma byte) (out []string) {
	for _, s := range comments[max(0, len(comments)-2):] {
		if strings.IndexByte(s, comma) > 0 {
			out = append(out, s)
		}
	}
	if len(rows) > 0 && strings.IndexByte(rows[0], comma) > 0 {
		out = append(out, rows[0])
	}
	return out
}

// namedColumns reads a header.
func namedColumns(cells []string, comma byte) (layout, bool) {
	lay := layout{comma: comma, note: -1, sure: -1, kind: -1}
	names := make([]string, len(cells))
	for i, c := range cells {
		if _, ok := Guess(c); ok {
			return lay, false // a row
		}
		names[i] = columnName(c)
		if valueColumns[names[i]] {
			lay.values = append(lay.values, i)
		}
		if sureColumns[names[i]] {
			lay.sure = i
		}
	}
	for _, w := range noteColumns {
		for i, name := range names {
			if name == w && lay.note < 0 {
				lay.note = i
			}
		}
	}
	return lay, len(lay.values) > 0
}

// lookedAt finds, without a header, a column of kinds with values behind it, or the first column of values.
func lookedAt(rows []string, comma byte) (layout, bool) {
	var kinds, values [32]int
	split := 0
	for _, row := range rows {
		cells := splitCells(row, comma)
		if len(cells) < 2 {
			continue
		}
		split++
		for i, c := range cells[:min(len(cells), len(values))] {
			if kindWords[columnName(c)] {
				kinds[i]++
			}
			if _, ok := Guess(c); ok {
				values[i]++
			}
		}
	}
	lay := layout{comma: comma, note: -1, sure: -1, kind: -1}
	if split == 0 || split*10 < len(rows)*8 {
		return lay, false
	}
	for i := range len(kinds) - 1 {
		if kinds[i]*10 >= split*8 && values[i+1]*10 >= split*8 {
			lay.kind, lay.values, lay.note = i, []int{i + 1}, i+2
			return lay, true
		}
	}
	for i, n := range values {
		if n*10 >= split*8 {
			lay.values, lay.note = []int{i}, i+1
			return lay, true
		}
	}
	return lay, false
}

// splitCells splits a line of CSV; quotes as RFC 4180, also behind a blank.
func splitCells(line string, comma byte) []string {
	if strings.IndexByte(line, '"') < 0 {
		cells := strings.Split(line, string(comma))
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		return cells
	}
	var cells []string
	for {
		line = strings.TrimLeft(line, " ")
		if strings.HasPrefix(line, `"`) {
			var b strings.Builder
			rest := line[1:]
			for {
				i := strings.IndexByte(rest, '"')
				if i < 0 {
					b.WriteString(rest)
					rest = ""
					break
				}
				b.WriteString(rest[:i])
				if rest = rest[i+1:]; !strings.HasPrefix(rest, `"`) {
					break
				}
				b.WriteByte('"')
				rest = rest[1:]
			}
			cells, line = append(cells, b.String()), rest
			if i := strings.IndexByte(line, comma); i >= 0 {
				line = line[i+1:]
				continue
			}
			return cells
		}
		cell, rest, more := strings.Cut(line, string(comma))
		cells = append(cells, strings.TrimSpace(cell))
		if !more {
			return cells
		}
		line = rest
	}
}

// readLines reads a list or CSV.
func (l *Loader) readLines(name string, r *bufio.Reader, lay layout) error {
	source := listSource(name)
	return l.eachLine(r, func(n int, line string) error {
		s := strings.TrimSpace(line)
		if s == "" || n <= lay.header || isComment(s) {
			return nil
		}
		c := Claim{Source: source, Where: name, Confidence: -1}
		var vs []Value
		if lay.comma == 0 {
			var v Value
			var ok bool
			if v, c.Name, ok = listLine(s); ok {
				vs = append(vs, v)
			}
		} else {
			vs = lay.cells(splitCells(s, lay.comma), &c)
		}
		if len(vs) == 0 {
			l.fault("%s, line %d: %q", name, n, clip(s, 60))
			return nil
		}
		return l.list(vs, c)
	})
}

// list adds the values of a line.
func (l *Loader) list(vs []Value, c Claim) error {
	l.Indicators++
	if !l.wanted(&c, 0, false) {
		return nil
	}
	if p := vs[0].Port; p != 0 && len(vs) == 1 && vs[0].Class != URL {
		c.Name = strings.TrimSpace(c.Name + " port " + strconv.Itoa(int(p)))
	}
	return l.AddAll(vs, c)
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// cells takes the values of a row.
func (lay *layout) cells(cells []string, c *Claim) []Value {
	var vs []Value
	for _, i := range lay.values {
		if i < len(cells) {
			if v, ok := Guess(cells[i]); ok {
				vs = append(vs, v)
			}
		}
	}
	if lay.note >= 0 && lay.note < len(cells) {
		c.Name = clip(cells[lay.note], 120)
	}
	if lay.sure >= 0 && lay.sure < len(cells) {
		if n, err := strconv.Atoi(cells[lay.sure]); err == nil && n >= 0 && n <= 100 {
			c.Confidence = int8(n)
		}
	}
	return vs
}

// listLine reads a line of a list: a value, perhaps with a comment or a count behind it, or two words as in a hosts file.
func listLine(s string) (v Value, note string, ok bool) {
	for _, mark := range [...]string{" #", "\t#", " ;", " //"} {
		if i := strings.Index(s, mark); i > 0 {
			s, note = strings.TrimSpace(s[:i]), strings.TrimLeft(s[i:], " \t#;/")
		}
	}
	first, rest, more := cutBlank(s)
	if more {
		switch first {
		case "0.0.0.0", "127.0.0.1", "::", "::1": // RFC 952 hosts file, as blocklists use it
			host, _, _ := cutBlank(rest)
			if v, ok = Guess(host); ok && v.Class == Domain {
				return v, note, true
			}
		}
	}
	if note == "" && more {
		note = rest
	}
	if i := strings.IndexAny(first, ";,|"); i > 0 {
		if v, ok = Guess(first[:i]); ok && v.Class != URL {
			return v, clip(strings.TrimSpace(first[i+1:]+" "+rest), 120), true
		}
	}
	if v, ok = Guess(s); ok {
		if more {
			note = "" // the blanks are part of it
		}
		return v, clip(note, 120), true
	}
	v, ok = Guess(first)
	return v, clip(note, 120), ok
}

func cutBlank(s string) (first, rest string, more bool) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, "", false
	}
	return s[:i], strings.TrimSpace(s[i:]), true
}
