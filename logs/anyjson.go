package logs

import "bytes"

// anyScanner reads JSON of no known make: every string is looked at, by its name where that has a usual meaning and as text where it has not.
type anyScanner struct {
	named func(name, path string) *target
}

// Scan reads one object.
func (s anyScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	i := space(entry, 0)
	if i >= len(entry) || entry[i] != '{' {
		return errNoObject
	}
	w := anyWalker{b: entry, r: r, named: s.named}
	r.path = r.path[:0]
	i, err := w.value(i, 0, maxDepth)
	if err == nil && space(entry, i) < len(entry) {
		err = errTrailing
	}
	return err
}

type anyWalker struct {
	b     []byte
	r     *Record
	named func(name, path string) *target
}

// value reads the value at i; the record's path names it, its last name begins at name.
func (w *anyWalker) value(i, name, depth int) (int, error) {
	if i >= len(w.b) {
		return i, errCutShort
	}
	switch w.b[i] {
	case '{':
		return w.members(i, depth-1)
	case '[':
		return w.elements(i, name, depth-1)
	case '"':
		end := stringEnd(w.b, i+1)
		if end < 0 {
			return i, errCutShort
		}
		v := w.b[i+1 : end]
		if bytes.IndexByte(v, '\\') >= 0 {
			v = w.r.unescape(v)
		}
		w.r.take(w.target(name), v)
		return end + 1, nil
	}
	end, err := skip(w.b, i)
	if err == nil && w.b[i]-'0' <= 9 {
		if t := w.target(name); t.takesNumbers() {
			w.r.take(t, w.b[i:end])
		}
	}
	return end, err
}

func (w *anyWalker) members(i, depth int) (int, error) {
	if depth == 0 {
		return i, errTooNested
	}
	b, r := w.b, w.r
	outer := len(r.path)
	i = space(b, i+1)
	for first := true; ; first = false {
		switch {
		case i >= len(b):
			return i, errCutShort
		case b[i] == '}':
			return i + 1, nil
		case !first && b[i] != ',':
			return i, errNoComma
		case !first:
			i = space(b, i+1)
		}
		if i >= len(b) || b[i] != '"' {
			return i, short(b, i, errNoName)
		}
		end, _ := nameEnd(b, i+1)
		if end < 0 {
			return i, errCutShort
		}
		if outer > 0 {
			r.path = append(r.path, '.')
		}
		name := len(r.path)
		r.path = append(r.path, b[i+1:end]...)
		if i = space(b, end+1); i >= len(b) || b[i] != ':' {
			return i, short(b, i, errNoColon)
		}
		var err error
		if i, err = w.value(space(b, i+1), name, depth); err != nil {
			return i, err
		}
		r.path = r.path[:outer]
		i = space(b, i)
	}
}

func (w *anyWalker) elements(i, name, depth int) (int, error) {
	if depth == 0 {
		return i, errTooNested
	}
	i = space(w.b, i+1)
	for first := true; ; first = false {
		switch {
		case i >= len(w.b):
			return i, errCutShort
		case w.b[i] == ']':
			return i + 1, nil
		case !first && w.b[i] != ',':
			return i, errNoComma
		case !first:
			i = space(w.b, i+1)
		}
		var err error
		if i, err = w.value(i, name, depth); err != nil {
			return i, err
		}
		i = space(w.b, i)
	}
}

// target returns the target of the record's path; the same paths come again and again.
func (w *anyWalker) target(name int) *target {
	r := w.r
	if t := r.targets[string(r.path)]; t != nil {
		return t
	}
	if r.targets == nil || len(r.targets) > maxTargets {
		r.targets = map[string]*target{}
	}
	t := w.named(string(r.path[name:]), string(r.path))
	r.targets[t.path] = t
	return t
}

// maxTargets bounds what a Record remembers of names that the log makes up.
const maxTargets = 4096
