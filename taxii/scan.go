package taxii

import (
	"bytes"
	"errors"
	"fmt"

	"threatwatch/stix"
)

// This file takes an envelope apart without decoding what is in it. The scan looks at structure only: where a value ends. Whoever reads bytes
// from outside hands each piece to the strict scanner of package stix (see split), so that there is one reading of JSON in the house.

// errScan says that the bytes are not JSON, as far as structure goes.
var errScan = errors.New("not valid JSON")

// scanErrorf names the offset at which the structure breaks.
func scanErrorf(at int) error { return fmt.Errorf("offset %d: %w", at, errScan) }

// space returns the first index from i that is not white space. RFC 8259 §2.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// text returns the index after the string that starts at i.
func text(b []byte, i int) (int, error) {
	for j := i + 1; j < len(b); {
		k := bytes.IndexByte(b[j:], '"')
		if k < 0 {
			break
		}
		end, back := j+k, 0
		for end-1-back > i && b[end-1-back] == '\\' {
			back++
		}
		if back%2 == 0 {
			return end + 1, nil
		}
		j = end + 1
	}
	return 0, scanErrorf(i)
}

// skip returns the index after the value that starts at i.
func skip(b []byte, i int) (int, error) {
	if i >= len(b) {
		return 0, scanErrorf(i)
	}
	switch b[i] {
	case '"':
		return text(b, i)
	case '{', '[':
		return skipNested(b, i)
	}
	j := i
	for j < len(b) && b[j] != ',' && b[j] != '}' && b[j] != ']' && b[j] != ':' && b[j] != '"' && b[j] > ' ' {
		j++
	}
	if j == i {
		return 0, scanErrorf(i)
	}
	return j, nil
}

// maxNesting is beyond what the strict scanner takes anyway; it bounds the stack of open brackets.
const maxNesting = 256

// skipNested returns the index after the object or array that starts at i; brackets must pair.
func skipNested(b []byte, i int) (int, error) {
	var stack [maxNesting]byte
	depth := 0
	for j := i; j < len(b); {
		switch c := b[j]; c {
		case '"':
			end, err := text(b, j)
			if err != nil {
				return 0, err
			}
			j = end
			continue
		case '{', '[':
			if depth == maxNesting {
				return 0, scanErrorf(j)
			}
			stack[depth] = c
			depth++
		case '}', ']':
			depth--
			if stack[depth] != c-2 { // '[' + 2 is ']', '{' + 2 is '}'
				return 0, scanErrorf(j)
			}
			if depth == 0 {
				return j + 1, nil
			}
		}
		j++
	}
	return 0, scanErrorf(i)
}

// members calls f for each member of the object that b is: its name as written, in quotes, and its value.
// Nothing but white space may follow the object.
func members(b []byte, f func(name, value []byte) error) error {
	return sequence(b, '{', func(b []byte, i int) (int, error) {
		if i >= len(b) || b[i] != '"' {
			return 0, scanErrorf(i)
		}
		end, err := text(b, i)
		if err != nil {
			return 0, err
		}
		v := space(b, end)
		if v >= len(b) || b[v] != ':' {
			return 0, scanErrorf(v)
		}
		v = space(b, v+1)
		next, err := skip(b, v)
		if err != nil {
			return 0, err
		}
		return next, f(b[i:end], b[v:next])
	})
}

// elements calls f for each element of the array that b is.
func elements(b []byte, f func(value []byte) error) error {
	return sequence(b, '[', func(b []byte, i int) (int, error) {
		next, err := skip(b, i)
		if err != nil {
			return 0, err
		}
		return next, f(b[i:next])
	})
}

// sequence walks the items between the bracket open and its partner, which must be all there is in b.
func sequence(b []byte, open byte, item func(b []byte, i int) (int, error)) error {
	i := space(b, 0)
	if i >= len(b) || b[i] != open {
		return scanErrorf(i)
	}
	i = space(b, i+1)
	if i < len(b) && b[i] == open+2 {
		return ending(b, i+1)
	}
	for {
		next, err := item(b, i)
		if err != nil {
			return err
		}
		i = space(b, next)
		if i >= len(b) {
			return scanErrorf(i)
		}
		switch b[i] {
		case ',':
			i = space(b, i+1)
		case open + 2:
			return ending(b, i+1)
		default:
			return scanErrorf(i)
		}
	}
}

// ending makes sure that nothing follows.
func ending(b []byte, i int) error {
	if i = space(b, i); i != len(b) {
		return scanErrorf(i)
	}
	return nil
}

// errDone ends a walk early.
var errDone = errors.New("done")

// IDOf returns the id that an object claims, "" when it claims none: for naming an object that is refused.
func IDOf(raw []byte) string {
	id := ""
	_ = members(raw, func(name, value []byte) error {
		if string(name) != `"id"` {
			return nil
		}
		if v, err := stix.ParseValue(value); err == nil {
			id = v.Text()
		}
		return errDone
	})
	return clip(id)
}

// VersionOf returns the version of an object as TAXII names it: its own modified, else created, else the time it was added; always in the
// words of the object itself, so that a client finds the same text in both places. TAXII 2.1 §3.4.1, §5.3.1.
func VersionOf(raw []byte, added Stamp) string {
	var modified, created string
	_ = members(raw, func(n, v []byte) error {
		switch string(n) {
		case `"modified"`:
			modified = plain(v)
		case `"created"`:
			created = plain(v)
		}
		return nil
	})
	switch {
	case modified != "":
		return modified
	case created != "":
		return created
	}
	return added.String()
}

// plain returns the content of a JSON string that may be a time, "" when it cannot be one.
func plain(v []byte) string {
	if len(v) < 2 || v[0] != '"' {
		return ""
	}
	s := string(v[1 : len(v)-1])
	if _, err := stix.ParseTime(s); err != nil {
		return ""
	}
	return s
}
