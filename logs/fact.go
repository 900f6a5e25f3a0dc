package logs

import "bytes"

// mailbox is the kind of the mailboxes at a place.
func (t *target) mailbox() Kind {
	if t.kind == Copy {
		return Copy
	}
	return Email
}

// takesNumbers reports whether a number without quotation marks is meant.
func (t *target) takesNumbers() bool {
	return t.form == numberForm || t.form == wordsForm || t.form == timeForm || t.form == webPort
}

// takeFact reads what is not one value as it stands.
func (r *Record) takeFact(t *target, v []byte) {
	switch t.form {
	case wordsForm:
		for part := range bytes.SplitSeq(v, []byte(",")) {
			r.add(t.kind, t, bytes.TrimSpace(part))
		}
	case loginForm:
		r.takeLogin(t, v)
	case domainForm:
		r.login(t).domain = v
	case subjectForm:
		k := t.kind
		if key, _, ok := bytes.Cut(bytes.TrimPrefix(v, []byte("/")), []byte("=")); !ok || len(key) == 0 || bytes.ContainsAny(key, " :?") {
			k = MailSubject
		}
		r.add(k, t, v)
	}
}

// login is an account whose domain and name a record says in different places, as Windows does in most of its events.
type login struct {
	role         Role
	at           *target // of the name
	name, domain []byte
}

// login returns what is known of the account of a role.
func (r *Record) login(t *target) *login {
	for i := range r.logins {
		if r.logins[i].role == t.role {
			return &r.logins[i]
		}
	}
	r.logins = append(r.logins, login{role: t.role})
	return &r.logins[len(r.logins)-1]
}

// takeLogin takes the name of an account alone and, where it has its domain before it, as it is written: people look for either.
func (r *Record) takeLogin(t *target, v []byte) {
	if i := bytes.LastIndexByte(v, '\\'); i >= 0 {
		r.add(t.kind, t, v[i+1:])
	} else if l := r.login(t); l.at == nil && bytes.IndexByte(v, '@') < 0 {
		l.at, l.name = t, v
	}
	r.add(t.kind, t, v)
}

// joinLogins takes names of accounts with their domains, as DOMAIN\name, where the record has them apart.
func (r *Record) joinLogins() {
	for i := range r.logins {
		l := &r.logins[i]
		if l.at == nil || len(l.domain) == 0 {
			continue
		}
		from := len(r.scratch)
		r.scratch = append(append(append(r.scratch, l.domain...), '\\'), l.name...)
		r.add(l.at.kind, l.at, r.scratch[from:len(r.scratch):len(r.scratch)])
	}
	r.logins = r.logins[:0]
}

// factFor returns the target of a name as the log writes it, for facts: those that have no usual meaning are not looked at.
func factFor(name, path string) *target {
	t := target{form: nothing}
	if known := byName(&named().facts, name); known != nil {
		t = *known
	}
	t.path = path
	return &t
}

// factText reads the facts of running text: name=value where the name is known, the ports of "192.0.2.1:1181 -> 192.0.2.2:80" and of
// "from 192.0.2.1 port 22", and whom daemons say that they let in or not.
type factText struct{}

// Scan reads one line.
func (factText) Scan(entry []byte, r *Record) error {
	r.reset()
	r.takeFactText(entry)
	return nil
}

func (r *Record) takeFactText(text []byte) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '=':
			r.pair(text, i)
		case '>':
			if i > 1 && text[i-1] == '-' && text[i-2] == ' ' {
				r.arrow(text, i-2, i+1)
			}
		case ' ':
			if bytes.HasPrefix(text[i:], []byte(" port ")) {
				r.portWord(text, i)
			}
		}
	}
}

// pair reads the name=value around an equals sign.
func (r *Record) pair(text []byte, equals int) {
	name := nameBefore(text, equals+1)
	if len(name) == 0 {
		return
	}
	known := byName(&named().facts, string(name))
	if known == nil {
		return
	}
	v := text[equals+1:]
	if len(v) > 0 && (v[0] == '"' || v[0] == '\'') {
		if end := bytes.IndexByte(v[1:], v[0]); end >= 0 {
			r.take(r.named(known, name), v[1:1+end])
		}
		return
	}
	if end := bytes.IndexAny(v, " \t,;&)]"); end >= 0 {
		v = v[:end]
	}
	r.take(r.named(known, name), v)
}

// named returns a target of text under the name that the text gives it, the same for the same.
func (r *Record) named(known *target, name []byte) *target {
	if t := r.targets[string(name)]; t != nil {
		return t
	}
	if r.targets == nil || len(r.targets) > maxTargets {
		r.targets = map[string]*target{}
	}
	t := *known
	t.path = string(name)
	r.targets[t.path] = &t
	return &t
}

var (
	textSourcePort = &target{form: numberForm, kind: Port, role: Source, path: "text"}
	textDestPort   = &target{form: numberForm, kind: Port, role: Destination, path: "text"}
	textUser       = &target{form: loginForm, kind: Login, role: Destination, path: "text"}
)

// arrow reads the ports on both sides of an arrow that stands between from and to.
func (r *Record) arrow(text []byte, from, to int) {
	left := text[bytes.LastIndexByte(text[:from], ' ')+1 : from]
	right := bytes.TrimLeft(text[to:], " ")
	if end := bytes.IndexAny(right, " ,"); end >= 0 {
		right = right[:end]
	}
	for _, side := range []struct {
		v []byte
		t *target
	}{{left, textSourcePort}, {right, textDestPort}} {
		i := bytes.LastIndexByte(side.v, ':')
		if port := side.v[i+1:]; i > 0 && len(port) > 0 && digits(port) == len(port) {
			r.add(Port, side.t, port)
		}
	}
}

// portWord reads "Failed password for invalid user admin from 192.0.2.1 port 22 ssh2", whose " port " is at i.
func (r *Record) portWord(text []byte, i int) {
	n := digits(text[i+len(" port "):])
	host := bytes.LastIndexByte(text[:i], ' ') + 1
	if n == 0 || host == i {
		return
	}
	port := text[i+len(" port ") : i+len(" port ")+n]
	switch {
	case wordBefore(text, host, "from"):
		r.add(Port, textSourcePort, port)
	case wordBefore(text, host, "to"):
		r.add(Port, textDestPort, port)
		return
	default:
		return
	}
	who := text[:host-len("from ")]
	at := max(lastAfter(who, " for "), lastAfter(who, " user "))
	if at < 0 {
		return
	}
	if who = bytes.TrimSpace(who[at:]); len(who) > 0 && bytes.IndexByte(who, ' ') < 0 {
		r.take(textUser, who)
	}
}

// lastAfter returns the index after the last of a word, or -1.
func lastAfter(text []byte, word string) int {
	i := bytes.LastIndex(text, []byte(word))
	if i < 0 {
		return -1
	}
	return i + len(word)
}
