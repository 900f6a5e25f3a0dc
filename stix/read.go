package stix

import (
	"bytes"
	"io"
)

// ReadObjects reads STIX objects out of whatever people keep them in: a bundle (2.0 or 2.1), a TAXII envelope, an array, a bare
// object, or several of these one after the other (NDJSON); gzip is recognised by its first bytes. It calls f for each object; raw is
// valid until f returns. spec20 says that the object came in a bundle with spec_version 2.0.
//
// Objects of an array, and of a bundle whose type (and spec_version, if it has one) stands before its objects, are handed over as they
// are read, so that memory is bounded by the largest object. Any other value is held until its end shows what it is, up to [MaxText].
// The grammar of each object is checked before it is handed over; what [Parse] checks besides (UTF-8, repeated names, numbers,
// depth) is left to it, so that one bad object does not fail its neighbours. A *[SyntaxError] names the offset in the decoded
// text; objects before it have been handed over. An error of f ends the reading and is returned as it is.
func ReadObjects(r io.Reader, f func(raw []byte, spec20 bool) error) error {
	return readObjects(r, windowSize, f)
}

func readObjects(r io.Reader, size int, f func(raw []byte, spec20 bool) error) error {
	w, err := openWindow(r, size)
	if err != nil {
		return err
	}
	return w.objects(f, nil)
}

// objects hands over the objects of one value after the other. A fault in the value at start goes to onward, if there is one.
func (w *window) objects(f func(raw []byte, spec20 bool) error, onward func(err error, start int64, alone bool) error) error {
	at, c, err := w.space(w.base)
	switch {
	case err != nil:
		return err
	case bytes.HasPrefix(w.b, []byte("\uFEFF")):
		return syntaxAt(0, "RFC 8259 §8.1", "byte order mark")
	case w.ends(at):
		return syntaxAt(int(at), "RFC 8259 §2", "no JSON value")
	}
	alone := false // a value stands alone on its line
	for !w.ends(at) {
		rd := reading{w: w, f: f, start: at}
		end, err := rd.value(c)
		switch {
		case err != nil && onward != nil:
			return onward(err, at, alone)
		case err != nil:
			return err
		}
		alone = alone || onward != nil && w.alone(at, end)
		w.keep = end
		if at, c, err = w.space(end); err != nil {
			return err
		}
	}
	return nil
}

// reading is one top-level value on its way to f.
type reading struct {
	w     *window
	f     func(raw []byte, spec20 bool) error
	start int64 // of the value

	typ, spec string
	names     map[string]bool
	objects   byte   // first byte of the value of objects
	other     bool   // a member that no envelope has
	held      []span // elements of objects that wait for the end of the value
}

type span struct{ from, to int64 }

// value passes the value that begins with c and returns the offset after it.
func (r *reading) value(c byte) (int64, error) {
	r.w.keep = r.start
	switch c {
	case '[':
		return r.elements(r.start, r.handOver)
	case '{':
		return r.object()
	}
	return r.start, syntaxAt(int(r.start), "RFC 8259 §2", "neither an object nor an array")
}

// handOver gives one object to f; it is not needed afterwards.
func (r *reading) handOver(from, to int64) error {
	r.w.keep = to
	return r.f(r.w.text(from, to), r.spec == "2.0")
}

func (r *reading) hold(from, to int64) error {
	r.held = append(r.held, span{from, to})
	return nil
}

// object looks at a bundle, an envelope or a bare object.
func (r *reading) object() (int64, error) {
	r.names = map[string]bool{}
	end, err := r.members()
	if err != nil {
		return end, err
	}
	switch {
	case r.bundle(), r.envelope():
		for _, s := range r.held {
			if err := r.f(r.w.text(s.from, s.to), r.typ == "bundle" && r.spec == "2.0"); err != nil {
				return end, err
			}
		}
		return end, nil
	}
	return end, r.f(r.w.text(r.start, end), false)
}

func (r *reading) bundle() bool {
	return r.typ == "bundle" && (r.objects == 0 || r.objects == '[')
}

// envelope says that the value is a TAXII envelope, empty perhaps. TAXII 2.1 §3.7
func (r *reading) envelope() bool {
	switch {
	case r.names["type"]:
		return false
	case r.objects == '[' || len(r.names) == 0:
		return true
	}
	return r.objects == 0 && !r.other && (r.names["more"] || r.names["next"])
}

// members walks the members of the object and returns the offset after it.
func (r *reading) members() (int64, error) {
	i, c, err := r.w.space(r.start + 1)
	if err != nil || c == '}' {
		return i + 1, err
	}
	for {
		at := i
		if i, err = r.w.pass(i, skipName); err != nil {
			return i, err
		}
		if i, c, err = r.w.space(i); err != nil {
			return i, err
		}
		if c == 0 {
			return i, syntaxAt(int(i), "RFC 8259 §2", "the text ends too early")
		}
		if i, err = r.member(at, i, c); err != nil {
			return i, err
		}
		if i, c, err = r.w.space(i); err != nil {
			return i, err
		}
		switch c {
		case ',':
			if i, _, err = r.w.space(i + 1); err != nil {
				return i, err
			}
		case '}':
			return i + 1, nil
		case 0:
			return i, syntaxAt(int(i), "RFC 8259 §4", "an object is not closed")
		default:
			return i, syntaxAt(int(i), "RFC 8259 §4", "neither comma nor closing brace")
		}
	}
}

// member looks at the member whose name stands at at and whose value, beginning with c, stands at from.
func (r *reading) member(at, from int64, c byte) (int64, error) {
	name := firstString(r.w.b[at-r.w.base:])
	if r.names[name] {
		return at, syntaxAt(int(at), "RFC 7493 §2.3", "the name \""+clip(name)+"\" stands twice")
	}
	r.names[name] = true
	if name == "objects" {
		if r.objects = c; c == '[' {
			if r.typ == "bundle" {
				return r.elements(from, r.handOver)
			}
			return r.elements(from, r.hold)
		}
	}
	to, err := r.w.pass(from, skipValue)
	if err != nil {
		return to, err
	}
	switch name {
	case "type":
		r.typ = literalText(r.w.text(from, to))
	case "spec_version":
		r.spec = literalText(r.w.text(from, to))
	case "objects", "more", "next":
	default:
		r.other = true
	}
	return to, nil
}

// elements gives each element of the array at an offset to f and returns the offset after the array.
func (r *reading) elements(at int64, f func(from, to int64) error) (int64, error) {
	i, c, err := r.w.space(at + 1)
	if err != nil || c == ']' {
		return i + 1, err
	}
	for {
		end, err := r.w.pass(i, skipValue)
		if err != nil {
			return end, err
		}
		if err := f(i, end); err != nil {
			return end, err
		}
		if i, c, err = r.w.space(end); err != nil {
			return i, err
		}
		switch c {
		case ',':
			if i, _, err = r.w.space(i + 1); err != nil {
				return i, err
			}
		case ']':
			return i + 1, nil
		case 0:
			return i, syntaxAt(int(i), "RFC 8259 §5", "an array is not closed")
		default:
			return i, syntaxAt(int(i), "RFC 8259 §5", "neither comma nor closing bracket")
		}
	}
}
