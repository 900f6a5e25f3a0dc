package logs

import "bytes"

// In text, what stands before a value often says what it is: SRC=192.0.2.1 of firewalls, "from 192.0.2.1 port 22" of daemons,
// "192.0.2.1:1181 -> 192.0.2.2:80" of sensors.

// hinted returns the target of a value at text[from:to]: t, or one with the role that the text gives it.
func (r *Record) hinted(t *target, text []byte, from, to int) *target {
	if t.role != Seen {
		return t
	}
	if name := nameBefore(text, from); name != nil {
		if known := byName(&named().values, string(name)); known != nil && known.role != Seen {
			return r.withRole(known.role, name)
		}
		return t
	}
	switch {
	case bytes.HasPrefix(skipPort(text[to:]), []byte(" -> ")), wordBefore(text, from, "from"):
		return r.withRole(Source, t.pathBytes())
	case bytes.HasSuffix(text[:from], []byte(" -> ")), wordBefore(text, from, "to"):
		return r.withRole(Destination, t.pathBytes())
	}
	return t
}

func (t *target) pathBytes() []byte { return []byte(t.path) }

// withRole returns a target of text with a role, the same for the same.
func (r *Record) withRole(role Role, path []byte) *target {
	r.key = append(append(r.key[:0], byte(role)), path...)
	if t := r.targets[string(r.key)]; t != nil {
		return t
	}
	if r.targets == nil || len(r.targets) > maxTargets {
		r.targets = map[string]*target{}
	}
	t := &target{form: textForm, role: role, path: string(path)}
	r.targets[string(r.key)] = t
	return t
}

// nameBefore returns the name of name=value, name="value" or "name: value" where the value begins at i.
func nameBefore(text []byte, i int) []byte {
	if i > 0 && (text[i-1] == '"' || text[i-1] == '\'' || text[i-1] == '<' || text[i-1] == '[') {
		i--
	}
	end := i - 1
	switch {
	case i > 2 && text[i-1] == ' ' && text[i-2] == ':':
		end = i - 2
	case i == 0 || text[i-1] != '=':
		return nil
	}
	i = end
	for i > 0 && (text[i-1]|0x20-'a' < 26 || text[i-1] == '_' || text[i-1] == '-' || text[i-1]-'0' <= 9) {
		i--
	}
	return text[i:end]
}

// wordBefore reports whether a word stands before i, with a blank between and perhaps a bracket.
func wordBefore(text []byte, i int, word string) bool {
	if i > 0 && (text[i-1] == '<' || text[i-1] == '[' || text[i-1] == '(') {
		i--
	}
	n := len(word) + 1
	if i < n || text[i-1] != ' ' && text[i-1] != ':' || !bytes.EqualFold(text[i-n:i-1], []byte(word)) {
		return false
	}
	return i == n || text[i-n-1]|0x20-'a' >= 26
}

// skipPort steps over ":80" or ".80" behind an address.
func skipPort(rest []byte) []byte {
	if len(rest) > 1 && (rest[0] == ':' || rest[0] == '.') {
		return rest[1+digits(rest[1:]):]
	}
	return rest
}
