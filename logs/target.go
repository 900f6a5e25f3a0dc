package logs

import (
	"bytes"
)

// target says what the value at one place of a format is.
type target struct {
	form form
	kind Kind
	role Role
	path string
}

// form says how a value is written, and so what has to be done until its kind can be read off it.
type form uint8

const (
	asIs        form = iota // the value alone
	hostForm                // name or address, perhaps with a port
	fileForm                // name or path
	mailForm                // mailboxes as RFC 5322 §3.4 writes them: "Name <a@b>, c@d"
	nameForm                // distinguished name: "C=US, O=..., CN=www.example.org"
	hashForm                // one digest, or Sysmon's "SHA1=...,MD5=..."
	colonForm               // hexadecimal, perhaps with colons
	textForm                // anything: what looks like an indicator is taken out
	listForm                // hosts with commas or semicolons between them
	timeForm                // when
	sensorForm              // who logs
	numberForm              // a number, also where the format writes it without quotation marks
	wordsForm               // words with commas between them
	loginForm               // name of an account, perhaps "DOMAIN\\name"
	domainForm              // domain of an account whose name stands beside it
	subjectForm             // subject of a certificate, or of a message where it cannot be one
	nothing                 // not looked at
	webScheme               // parts of a URL
	webHost
	webPort
	webPath
)

// forms are the words that mappings use beside the names of kinds.
var forms = map[string]target{
	"host": {form: hostForm, kind: Domain}, "hosts": {form: listForm, kind: Domain}, "domain": {form: hostForm, kind: Domain},
	"email": {form: mailForm, kind: Email}, "filepath": {form: fileForm, kind: FilePath}, "hash": {form: hashForm, kind: Hash},
	"certificate": {form: colonForm, kind: Certificate}, "dn": {form: nameForm}, "text": {form: textForm},
	"time": {form: timeForm}, "sensor": {form: sensorForm},
	"port": {form: numberForm, kind: Port}, "bytes": {form: numberForm, kind: Bytes}, "packets": {form: numberForm, kind: Packets},
	"pid": {form: numberForm, kind: ProcessID}, "size": {form: numberForm, kind: Size}, "as": {form: numberForm, kind: AS},
	"protocol": {form: wordsForm, kind: Protocol}, "login": {form: loginForm, kind: Login}, "logindomain": {form: domainForm, kind: Login}, "userid": {form: numberForm, kind: UserID},
	"copy": {form: mailForm, kind: Copy}, "subject": {form: subjectForm, kind: Subject},
	"web-scheme": {form: webScheme}, "web-host": {form: webHost, kind: Domain}, "web-port": {form: webPort}, "web-path": {form: webPath, kind: URL},
}

// take reads one decoded value into the record.
func (r *Record) take(t *target, v []byte) {
	if len(v) == 0 || len(v) == 1 && v[0] == '-' {
		return
	}
	switch t.form {
	case asIs, numberForm:
		r.add(t.kind, t, v)
	case hostForm:
		r.takeHost(t, v)
	case fileForm:
		r.takeFile(t, v)
	case mailForm:
		r.takeMail(t, v)
	case nameForm:
		r.takeName(t, v)
	case hashForm:
		r.takeHash(t, v)
	case colonForm:
		r.add(t.kind, t, r.without(v, ':'))
	case textForm:
		r.takeText(t, v)
	case listForm:
		r.takeList(t, v)
	case timeForm:
		if r.Time == nil {
			r.Time = v
		}
	case sensorForm:
		if r.Host == nil {
			r.Host = v
		}
	case wordsForm, loginForm, domainForm, subjectForm:
		r.takeFact(t, v)
	case nothing:
	default:
		r.takeWeb(t, v)
	}
}

// takeHost tells names from addresses and drops a port. A name may be anything that a client sent; what cannot be one is not worth a look
// in an index, and is harmless there.
func (r *Record) takeHost(t *target, v []byte) {
	if v = withoutPort(v); len(v) == 0 {
		return
	}
	k := Domain
	if isAddress(v) {
		k = Address
	}
	r.add(k, t, v)
}

// isAddress reports whether a host is an address: no top-level domain ends in a digit, and no name has a colon.
func isAddress(v []byte) bool {
	c := v[len(v)-1]
	return c-'0' <= 9 && bytes.IndexByte(v, '.') > 0 || bytes.IndexByte(v, ':') >= 0
}

// withoutPort turns "name:443", "192.0.2.1:443" and "[2001:db8::1]:443" into the host alone.
func withoutPort(v []byte) []byte {
	if len(v) == 0 {
		return v
	}
	if v[0] == '[' {
		if end := bytes.IndexByte(v, ']'); end > 0 {
			return v[1:end]
		}
	}
	if i := bytes.IndexByte(v, ':'); i >= 0 && bytes.IndexByte(v[i+1:], ':') < 0 {
		return v[:i]
	}
	return v
}

func (r *Record) takeFile(t *target, v []byte) {
	k := FileName
	if bytes.IndexByte(v, '/') >= 0 || bytes.IndexByte(v, '\\') >= 0 {
		k = FilePath
	}
	r.add(k, t, v)
}

// takeMail finds the mailboxes of a header line or an envelope.
func (r *Record) takeMail(t *target, v []byte) {
	for len(v) > 0 {
		at := bytes.IndexByte(v, '@')
		if at < 0 {
			return
		}
		from, to := at, at+1
		for from > 0 && !mailEnd[v[from-1]] {
			from--
		}
		for to < len(v) && !mailEnd[v[to]] {
			to++
		}
		if from < at && to > at+1 {
			r.add(t.mailbox(), t, v[from:to])
		}
		v = v[to:]
	}
}

// mailEnd holds the bytes that cannot be part of an address outside quotes. RFC 5322 §3.2.3
var mailEnd = set(" \t\r\n<>()[],;:\\\"")

func set(chars string) (s [256]bool) {
	for i := range len(chars) {
		s[chars[i]] = true
	}
	return s
}

// takeName finds hosts and mailboxes in a distinguished name, in the manner of RFC 2253 and of OpenSSL's one line.
func (r *Record) takeName(t *target, v []byte) {
	for len(v) > 0 {
		part := v
		end := 0
		for end < len(v) && v[end] != ',' && v[end] != '/' && v[end] != '+' {
			if v[end] == '\\' {
				end++
			}
			end++
		}
		if end < len(v) {
			part, v = v[:end], v[end+1:]
		} else {
			v = nil
		}
		key, value, ok := bytes.Cut(bytes.TrimSpace(part), []byte("="))
		if !ok || len(value) == 0 {
			continue
		}
		switch {
		case bytes.EqualFold(key, []byte("CN")):
			if bytes.IndexByte(value, ' ') < 0 && bytes.IndexByte(value, '.') > 0 {
				r.takeHost(t, bytes.TrimPrefix(value, []byte("*.")))
			}
		case bytes.EqualFold(key, []byte("emailAddress")), bytes.EqualFold(key, []byte("E")):
			r.takeMail(t, value)
		}
	}
}

// takeHash reads one digest or Sysmon's list. The import hash has the length of an MD5 and another meaning.
func (r *Record) takeHash(t *target, v []byte) {
	if bytes.IndexByte(v, '=') < 0 {
		r.add(Hash, t, r.without(v, ':'))
		return
	}
	for part := range bytes.SplitSeq(v, []byte(",")) {
		name, value, _ := bytes.Cut(part, []byte("="))
		if len(value) > 0 && !bytes.EqualFold(bytes.TrimSpace(name), []byte("IMPHASH")) {
			r.add(Hash, t, value)
		}
	}
}

func (r *Record) takeList(t *target, v []byte) {
	for len(v) > 0 {
		end := bytes.IndexAny(v, ",; ")
		part := v
		if end >= 0 {
			part, v = v[:end], v[end+1:]
		} else {
			v = nil
		}
		if part = bytes.TrimPrefix(part, []byte("::ffff:")); len(part) == 0 {
			continue
		}
		if host := withoutPort(part); bytes.IndexByte(host, '.') >= 0 || bytes.IndexByte(host, ':') >= 0 {
			r.takeHost(t, host)
		}
	}
}

// without returns v with every c taken out.
func (r *Record) without(v []byte, c byte) []byte {
	if bytes.IndexByte(v, c) < 0 {
		return v
	}
	from := len(r.scratch)
	for _, x := range v {
		if x != c {
			r.scratch = append(r.scratch, x)
		}
	}
	return r.scratch[from:len(r.scratch):len(r.scratch)]
}

// takeWeb keeps the parts of a URL until all are there.
func (r *Record) takeWeb(t *target, v []byte) {
	switch t.form {
	case webScheme:
		r.web.scheme = v
	case webPort:
		r.web.port = v
	case webHost:
		if r.web.host == nil {
			r.web.host = v
		}
		r.takeHost(t, v)
	case webPath:
		if r.web.path == nil {
			r.web.path, r.web.at = v, t
		}
	}
}

// join puts together what formats log apart, when a record has been read to its end.
func (r *Record) join() {
	r.joinURL()
	r.joinLogins()
}

// joinURL puts the parts of a requested URL together. What a proxy is asked for is already whole (RFC 9112 §3.2.2).
func (r *Record) joinURL() {
	w := &r.web
	switch {
	case len(w.path) == 0:
	case w.path[0] != '/':
		if bytes.Contains(w.path, []byte("://")) {
			r.add(URL, w.at, w.path)
		}
	case len(w.host) == 0:
		r.add(URL, w.at, w.path)
	default:
		scheme := w.scheme
		if len(scheme) == 0 {
			scheme = []byte("http")
		}
		from := len(r.scratch)
		b := append(append(append(r.scratch, scheme...), "://"...), w.host...)
		if len(w.port) > 0 && string(w.port) != "80" && string(w.port) != "443" && bytes.IndexByte(w.host, ':') < 0 {
			b = append(append(b, ':'), w.port...)
		}
		r.scratch = append(b, w.path...)
		r.add(URL, w.at, r.scratch[from:len(r.scratch):len(r.scratch)])
	}
}
