package logs

import "bytes"

// anyScanner reads JSON of no known make: every string is looked at, by its name where that has a usual meaning and as text where it has not.
type anyScanner struct {
	named func(name, path string) *target
	facts bool // that is what named knows
}

// Scan reads one object.
func (s anyScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	r.path = r.path[:0]
	return s.read(entry, r)
}

// read reads one object beside what is in r, below its path.
func (s anyScanner) read(entry []byte, r *Record) error {
	i := space(entry, 0)
	if i >= len(entry) || entry[i] != '{' {
		return r.asText(entry, errNoObject)
	}
	w := anyWalker{b: entry, r: r, named: s.named, facts: s.facts}
	i, err := w.value(i, 0, maxDepth)
	if err == nil && trails(entry, i) {
		err = errTrailing
	}
	return r.restAsText(entry[i:], err)
}

type anyWalker struct {
	b     []byte
	r     *Record
	named func(name, path string) *target
	facts bool
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
		return end + 1, w.text(w.target(name), v)
	}
	end, err := skip(w.b, i)
	if err == nil && w.b[i]-'0' <= 9 {
		if t := w.target(name); t.takesNumbers() {
			w.r.take(t, w.b[i:end])
		}
	}
	return end, err
}

// text takes a string, which may be a record itself.
func (w *anyWalker) text(t *target, v []byte) error {
	if t.form == textForm || t.form == nothing {
		if in, from := innerOf(v, w.facts); in != nil {
			path := len(w.r.path)
			err := in.read(v[from:], w.r)
			w.r.path = w.r.path[:path]
			return err
		}
	}
	w.r.take(t, v)
	return nil
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
	if end := w.bytes(i, name); end > 0 {
		return end, nil
	}
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

// bytes reads a message that journald writes as a list of numbers, for what in it is no text; 0 where it is none. i is behind the bracket.
func (w *anyWalker) bytes(i, name int) int {
	if string(w.r.path[name:]) != "MESSAGE" {
		return 0
	}
	from := len(w.r.scratch)
	for {
		n := 0
		for i < len(w.b) && w.b[i]-'0' <= 9 && n < 256 {
			n = n*10 + int(w.b[i]-'0')
			i++
		}
		w.r.scratch = append(w.r.scratch, byte(n))
		if i = space(w.b, i); i >= len(w.b) || n > 255 || w.b[i] != ',' && w.b[i] != ']' {
			w.r.scratch = w.r.scratch[:from]
			return 0
		}
		if w.b[i] == ']' {
			break
		}
		i = space(w.b, i+1)
	}
	w.r.take(w.target(name), w.r.scratch[from:len(w.r.scratch):len(w.r.scratch)])
	return i + 1
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
