// Package veris reads incidents in the Vocabulary for Event Recording and Incident Sharing (VERIS 1.2, 1.3 and 1.4), such as those of the VERIS
// Community Database, as incidents of the watch, and writes them again.
//
// Each record becomes an incident that keeps the record whole, so that what comes out says what went in. A record that names an actor, or the
// country of one, becomes a claim too: what the record's source says of who did it. What breaks the schema is left out and told of.
package veris

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"

	"threatwatch"
	"threatwatch/draft"
	"threatwatch/stix"
	"threatwatch/watch"
)

// Format names the record among the originals of an incident.
const Format = "veris"

// namespace of the identifiers that are made from names.
var namespace = [16]byte{0x5b, 0x0d, 0x3c, 0x91, 0x7e, 0x24, 0x4a, 0x6f, 0x8b, 0x35, 0xe1, 0x7a, 0x02, 0xc9, 0x4d, 0x18}

// telling are members that only a record of VERIS has.
var telling = []string{"incident_id", "security_incident", "discovery_method", "timeline", "actor", "action", "asset", "attribute", "victim"}

// sure is from how many members on that tell of VERIS a record is one, though it has others: a later edition may.
const sure = 3

// Detect says whether a document that begins like this holds records of VERIS: one, a list, or one a line. Their members may stand in any order,
// and the beginning may end within the first.
func Detect(begin []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(begin, []byte("\xef\xbb\xbf"))))
	depth, told, foreign, name := 0, 0, 0, true
	for {
		t, err := dec.Token()
		if err != nil {
			return told >= sure || told > 0 && foreign == 0
		}
		switch t := t.(type) {
		case json.Delim:
			switch {
			case t == '[' && depth == 0:
				continue
			case t == '{' || t == '[':
				depth++
			default:
				depth--
			}
			if depth == 0 {
				return told >= sure || told > 0 && foreign == 0
			}
			name = true
		case string:
			if depth == 1 && name {
				if shape().fields[t] == nil {
					foreign++
				}
				if slices.Contains(telling, t) {
					told++
				}
				name = false
				continue
			}
			name = true
		default:
			name = true
		}
	}
}

// Objects calls f with every object that the records of a document become. Those that cannot be used are in faults, each with its place. now is
// the version, in STIX's form, of what differs from what held returns of an identifier though the record gives no later time of change.
func Objects(raw []byte, now string, held func(id string) *stix.Value, f func(*stix.Value) error) (faults []error, err error) {
	in := &importing{book: draft.NewBook(namespace, now, held, f), seen: map[string][]byte{}}
	for _, d := range watch.Definitions() {
		in.book.Put(d, d.Get("created").Text())
	}
	err = stix.ReadObjectLines(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))), func(raw []byte, _ bool) error {
		in.count++
		if err := in.record(raw); err != nil {
			faults = append(faults, threatwatch.Errorf(threatwatch.Invalid, "record %d: %w", in.count, err))
		}
		return in.book.Err()
	}, func(line int, _ []byte, fault *stix.SyntaxError) error {
		in.count++
		faults = append(faults, threatwatch.Errorf(threatwatch.Invalid, "line %d: %w", line, fault))
		return nil
	})
	if err == nil && in.count == 0 {
		err = threatwatch.Errorf(threatwatch.Invalid, "the document holds no record")
	}
	return faults, err
}

// importing is the reading of one document.
type importing struct {
	book  *draft.Book
	seen  map[string][]byte // the incidents so far, each with its record in canonical form
	count int
}

// record takes in one record.
func (in *importing) record(raw []byte) error {
	v, err := stix.ParseValue(raw)
	if err != nil {
		return err
	}
	if faults := Check(v); len(faults) > 0 {
		if more := len(faults) - 1; more > 0 {
			return fmt.Errorf("%s%w (and %d more)", called(v), faults[0], more)
		}
		return fmt.Errorf("%s%w", called(v), faults[0])
	}
	canon, err := v.Canonical()
	if err != nil {
		return err
	}
	id := in.book.ID("incident", nameOf(v))
	if old := in.seen[id]; old != nil {
		if bytes.Equal(old, canon) {
			return nil // the same record once more
		}
		return fmt.Errorf("%splus.master_id: another record of this document has the same, and says something else", called(v))
	}
	in.seen[id] = canon
	in.write(id, v)
	return nil
}

// called is how a record is named to people.
func called(v *stix.Value) string {
	if id := v.Get("incident_id").Text(); id != "" {
		return id + ": "
	}
	return ""
}

// nameOf is what makes a record the same in every document. An incident_id alone is not enough: the ids of two collections may meet, and in one of
// them a record may be copied for each of several victims, which only master_id tells apart.
func nameOf(v *stix.Value) string {
	return v.Get("source_id").Text() + "\n" + v.Get("incident_id").Text() + "\n" + v.Get("plus").Get("master_id").Text()
}

// RecordOf is the record that an incident was made of; nil when it was made of something else.
func RecordOf(incident *stix.Value) *stix.Value { return watch.RecordOf(incident, Format) }

// Write writes the records of the incidents among objects, one a line.
func Write(objects iter.Seq2[*stix.Value, error], w io.Writer) error {
	for o, err := range objects {
		if err != nil {
			return err
		}
		if r := RecordOf(o); r != nil {
			if _, err := w.Write(append(r.AppendJSON(nil), '\n')); err != nil {
				return err
			}
		}
	}
	return nil
}
