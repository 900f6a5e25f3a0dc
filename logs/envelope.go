package logs

import "bytes"

// Clouds hand records out in envelopes: {"Records":[{…},{…}]} of CloudTrail, {"records":[…]} of Azure, {"@odata.context":"…","value":[…]} of
// Microsoft's Graph, the answers of search engines. An envelope may be as long as a log; the objects of its list are the records.

// envelopes are the names under which lists of records stand.
var envelopes = []string{"Records", "records", "events", "Events", "logEvents", "entries", "value", "results", "result", "items", "hits", "logs", "data"}

// maxEnvelope is how far before its list an envelope may begin.
const maxEnvelope = 4 << 10

// envelopeOf returns the name of the list of records in the object that a log begins with; "" when it is a record itself: when something of its own,
// such as a time or an address, stands before the list.
func envelopeOf(first []byte) string {
	i := between(first, 0)
	if i >= len(first) || first[i] != '{' {
		return ""
	}
	for i = space(first, i+1); i < len(first) && i < maxEnvelope && first[i] == '"'; {
		end, _ := nameEnd(first, i+1)
		if end < 0 {
			return ""
		}
		name := string(first[i+1 : end])
		if i = space(first, end+1); i >= len(first) || first[i] != ':' {
			return ""
		}
		i = space(first, i+1)
		if isEnvelope(name) && holdsObjects(first, i) {
			return name
		}
		if isEnvelope(name) && i < len(first) && first[i] == '{' { // "hits":{"total":…,"hits":[…]}
			if inner := envelopeOf(first[i:]); inner == name {
				return name
			}
		}
		if byName(&named().values, name) != nil { // it says something itself, and is a record
			return ""
		}
		next, err := skip(first, i)
		if err != nil {
			return ""
		}
		if i = space(first, next); i < len(first) && first[i] == ',' {
			i = space(first, i+1)
		}
	}
	return ""
}

func isEnvelope(name string) bool {
	for _, n := range envelopes {
		if n == name {
			return true
		}
	}
	return false
}

// holdsObjects reports whether a list of objects begins at i.
func holdsObjects(b []byte, i int) bool {
	if i >= len(b) || b[i] != '[' {
		return false
	}
	i = space(b, i+1)
	return i < len(b) && b[i] == '{'
}

// envelopeFraming is the objects of a list in an envelope, and of further envelopes behind it. What else an envelope says is passed over.
type envelopeFraming struct{ list string }

func (envelopeFraming) lines() bool { return false }

func (f envelopeFraming) cut(data []byte) int {
	end := 0
	for i := 0; ; {
		from, next, err := f.record(data, i)
		if err != nil || from == next {
			return end
		}
		i, end = next, next
	}
}

func (f envelopeFraming) split(data []byte) (entry, rest []byte) {
	from, next, err := f.record(data, 0)
	switch {
	case err != nil && from < len(data): // cut short
		return data[from:], nil
	case from == next:
		return nil, nil
	}
	return data[from:next], data[next:]
}

func (f envelopeFraming) count(data []byte) int64 { return countEntries(f, data) }

func (envelopeFraming) resync(data []byte) int { return valueFraming{}.resync(data) }

// record returns where the first record at or behind i begins and ends; both are the end of data when there is none.
func (f envelopeFraming) record(data []byte, i int) (from, next int, err error) {
	for {
		for i = between(data, i); i < len(data) && data[i] == '}'; i = between(data, i+1) { // the end of an envelope
		}
		switch {
		case i >= len(data):
			return len(data), len(data), nil
		case data[i] == '{':
			open, err := f.open(data, i)
			if err != nil {
				return i, i, err
			}
			if !open {
				next, err := skipNested(data, i)
				return i, next, err
			}
			i++
		case data[i] == '"':
			inside, err := f.member(data, i)
			if err != nil {
				return i, i, err
			}
			if inside == i {
				next, err := valueFraming{}.end(data, i)
				return i, next, err
			}
			i = inside
		default:
			next, err := valueFraming{}.end(data, i)
			return i, next, err
		}
	}
}

// open reports whether the object at i is an envelope: its members, up to the list, are ones of the envelope's.
func (f envelopeFraming) open(data []byte, i int) (bool, error) {
	window := data[i:min(len(data), i+maxEnvelope)]
	at := bytes.Index(window, []byte(`"`+f.list+`"`))
	if at < 0 {
		if len(window) < maxEnvelope {
			if _, err := skipNested(window, 0); err != nil {
				return false, err
			}
		}
		return false, nil
	}
	return envelopeOf(data[i:min(len(data), i+2*maxEnvelope)]) == f.list, nil
}

// member steps over a member of an envelope, or into its value where that is the list, or holds it. A text among the records is no member.
func (f envelopeFraming) member(data []byte, i int) (int, error) {
	end := stringEnd(data, i+1)
	if end < 0 {
		return i, errCutShort
	}
	name := data[i+1 : end]
	if i = space(data, end+1); i >= len(data) {
		return i, errCutShort
	}
	if data[i] != ':' {
		return i, nil
	}
	if i = space(data, i+1); i >= len(data) {
		return i, errCutShort
	}
	if string(name) == f.list && (data[i] == '[' || data[i] == '{') {
		return i + 1, nil
	}
	next, err := skip(data, i)
	if err == nil && next == len(data) && scalar[data[i]] {
		return i, errCutShort // a number may go on
	}
	return next, err
}
