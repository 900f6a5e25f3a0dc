package logs

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// xmlScanner reads Windows events as XML (the form of wevtutil, PowerShell's ToXml and forwarded events): each <Data Name="…"> by its name,
// the time and the computer of <System>.
type xmlScanner struct {
	data  *places
	other *target // of data whose names say nothing; nil: they are not looked at
}

// eventText is data of which the name does not say what it is, or that has none.
var eventText = &target{form: textForm, path: "Data"}

var errNoEvent = errors.New("no <Event> element")

// Scan reads one event.
func (s *xmlScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	if !bytes.Contains(entry, []byte("<Event")) {
		return r.asText(entry, errNoEvent)
	}
	if tag := openTag(entry, "<TimeCreated"); tag != nil {
		r.Time = attribute(tag, "SystemTime")
	}
	if v, ok := content(entry, "<Computer>", "</Computer>"); ok {
		r.Host = r.entities(v)
	}
	for rest := entry; ; {
		i := bytes.Index(rest, []byte("<Data"))
		if i < 0 {
			break
		}
		rest = rest[i+len("<Data"):]
		end := bytes.IndexByte(rest, '>')
		if end < 0 {
			return errCutShort
		}
		tag := rest[:end]
		rest = rest[end+1:]
		if len(tag) > 0 && tag[len(tag)-1] == '/' {
			continue // empty
		}
		stop := bytes.IndexByte(rest, '<')
		if stop < 0 {
			return r.restAsText(rest, errCutShort)
		}
		s.take(r, attribute(tag, "Name"), rest[:stop])
		rest = rest[stop:]
	}
	s.userData(entry, r)
	r.join()
	return nil
}

// take reads one value by its name.
func (s *xmlScanner) take(r *Record, name, v []byte) {
	t := s.data.columns[strings.ToLower(string(name))]
	switch {
	case t != nil && t.form != timeForm:
		r.take(t, r.entities(v))
	case t == nil && s.other != nil && len(name) > 0:
		r.take(r.named(s.other, name), r.entities(v))
	case t == nil && s.other != nil:
		r.take(s.other, r.entities(v))
	}
}

// userData reads the elements of <UserData>, of which each provider has its own: 1149 of Remote Desktop says there who signed in from where.
func (s *xmlScanner) userData(entry []byte, r *Record) {
	rest, ok := content(entry, "<UserData", "</UserData>")
	if !ok {
		return
	}
	for {
		_, behind, ok := bytes.Cut(rest, []byte("<"))
		tag, text, closed := bytes.Cut(behind, []byte(">"))
		if !ok || !closed {
			return
		}
		v, _, _ := bytes.Cut(text, []byte("<"))
		if name, _, _ := bytes.Cut(tag, []byte(" ")); len(tag) > 0 && tag[0] != '/' && len(bytes.TrimSpace(v)) > 0 {
			s.take(r, name, v)
		}
		rest = text[len(v):]
	}
}

// openTag returns what stands between the name of an element and the end of its tag.
func openTag(b []byte, open string) []byte {
	i := bytes.Index(b, []byte(open))
	if i < 0 {
		return nil
	}
	b = b[i+len(open):]
	end := bytes.IndexByte(b, '>')
	if end < 0 {
		return nil
	}
	return b[:end]
}

func content(b []byte, open, end string) ([]byte, bool) {
	i := bytes.Index(b, []byte(open))
	if i < 0 {
		return nil, false
	}
	b = b[i+len(open):]
	j := bytes.Index(b, []byte(end))
	if j < 0 {
		return nil, false
	}
	return b[:j], true
}

// attribute returns the value of an attribute, in either kind of quotation marks.
func attribute(tag []byte, name string) []byte {
	for i := 0; ; {
		j := bytes.Index(tag[i:], []byte(name))
		if j < 0 {
			return nil
		}
		i += j + len(name)
		v := bytes.TrimLeft(tag[i:], " ")
		if len(v) < 2 || v[0] != '=' {
			continue
		}
		if v = bytes.TrimLeft(v[1:], " "); len(v) < 2 || v[0] != '"' && v[0] != '\'' {
			continue
		}
		end := bytes.IndexByte(v[1:], v[0])
		if end < 0 {
			return nil
		}
		return v[1 : 1+end]
	}
}

// entities undoes the five entities of XML and references to characters (XML 1.0 §4.6, §4.1).
func (r *Record) entities(v []byte) []byte {
	if bytes.IndexByte(v, '&') < 0 {
		return v
	}
	at := len(r.scratch)
	for len(v) > 0 {
		i := bytes.IndexByte(v, '&')
		end := -1
		if i >= 0 {
			end = bytes.IndexByte(v[i:], ';')
		}
		if i < 0 || end < 0 {
			r.scratch = append(r.scratch, v...)
			break
		}
		r.scratch = append(r.scratch, v[:i]...)
		r.scratch = append(r.scratch, entity(v[i:i+end+1])...)
		v = v[i+end+1:]
	}
	return r.scratch[at:]
}

func entity(name []byte) []byte {
	switch string(name) {
	case "&amp;":
		return []byte("&")
	case "&lt;":
		return []byte("<")
	case "&gt;":
		return []byte(">")
	case "&quot;":
		return []byte(`"`)
	case "&apos;":
		return []byte("'")
	}
	digits, base := strings.TrimSuffix(strings.TrimPrefix(string(name), "&#"), ";"), 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	if n, err := strconv.ParseInt(digits, base, 32); err == nil && name[1] == '#' {
		return []byte(string(rune(n)))
	}
	return name
}

// xmlFraming is one event up to its end tag; what stands between events is passed over.
type xmlFraming struct{}

var eventEnd = []byte("</Event>")

func (xmlFraming) lines() bool { return false }

func (xmlFraming) cut(data []byte) int {
	i := bytes.LastIndex(data, eventEnd)
	if i < 0 {
		return 0
	}
	return i + len(eventEnd)
}

func (xmlFraming) split(data []byte) (entry, rest []byte) {
	i := bytes.Index(data, eventEnd)
	if i < 0 { // what follows the last event: end tags, or an event that is cut short
		if j := bytes.Index(data, []byte("<Event")); j >= 0 && !bytes.HasPrefix(data[j:], []byte("<Events")) {
			return bytes.TrimSpace(data[j:]), nil
		}
		return nil, nil
	}
	entry, rest = data[:i+len(eventEnd)], data[i+len(eventEnd):]
	for j := 0; ; j++ { // past the root and the declaration
		k := bytes.Index(entry[j:], []byte("<Event"))
		if k < 0 {
			return bytes.TrimSpace(entry), rest
		}
		if j += k; !bytes.HasPrefix(entry[j:], []byte("<Events")) {
			return entry[j:], rest
		}
	}
}

func (f xmlFraming) count(data []byte) int64 { return countEntries(f, data) }

func (xmlFraming) resync(data []byte) int {
	if i := bytes.Index(data, eventEnd); i >= 0 {
		return i + len(eventEnd)
	}
	return -1
}
