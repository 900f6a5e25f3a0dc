package logs

import "bytes"

// accessScanner reads lines of web servers: the Common Log Format, with or without the two fields of the Combined one and what a server
// adds behind, and with or without the name of the virtual host in front.
type accessScanner struct{}

var (
	accessClient   = &target{form: hostForm, kind: Domain, role: Source, path: "client"}
	accessHost     = &target{form: webHost, kind: Domain, role: ServerName, path: "host"}
	accessRequest  = &target{form: webPath, kind: URL, role: Request, path: "request"}
	accessReferrer = &target{form: asIs, kind: URL, role: Referrer, path: "referer"}
	accessAgent    = &target{form: asIs, kind: UserAgent, role: Request, path: "user-agent"}
	accessRest     = &target{form: textForm, path: "text"}
)

// Scan reads one line.
func (s accessScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	return s.read(entry, r)
}

// read reads one line beside what is in r.
func (accessScanner) read(entry []byte, r *Record) error {
	head, when, rest, ok := accessParts(entry)
	words := bytes.Fields(head)
	if !ok || len(words) == 0 {
		if r.Time == nil {
			r.Time = r.textTime(entry)
		}
		r.takeText(anyText, entry)
		return nil
	}
	r.Time = when
	host, clients, _ := accessWho(words)
	if host != nil {
		r.take(accessHost, withoutPort(host))
	}
	for _, c := range clients {
		r.take(accessClient, bytes.TrimRight(c, ","))
	}
	r.request(rest)
	r.join()
	return nil
}

// accessWho tells the words before the time apart: the virtual host, perhaps with a port, where there is one; the client, behind those for whom it
// speaks where commas say so; who it says it is, and the user, whose name may have blanks.
func accessWho(words [][]byte) (host []byte, clients [][]byte, user []byte) {
	n := 0
	for n < len(words)-1 && bytes.HasSuffix(words[n], []byte(",")) {
		n++
	}
	if rest := words[n:]; len(rest) > 3 && !(len(rest[1]) == 1 && rest[1][0] == '-') && n == 0 {
		host, words = words[0], words[1:]
	}
	clients, words = words[:n+1], words[n+1:]
	if len(words) > 1 {
		user = words[1]
	}
	return host, clients, user
}

// accessFacts reads what else such a line says.
type accessFacts struct{}

var (
	accessUser    = &target{form: loginForm, kind: Login, role: Source, path: "user"}
	accessMethod  = &target{kind: Method, role: Request, path: "request"}
	accessVersion = &target{kind: HTTPVersion, role: Request, path: "request"}
	accessPort    = &target{form: numberForm, kind: Port, role: Destination, path: "host"}
	accessBytes   = &target{form: numberForm, kind: Bytes, role: Destination, path: "bytes"}
)

// Scan reads one line.
func (s accessFacts) Scan(entry []byte, r *Record) error {
	r.reset()
	return s.read(entry, r)
}

// read reads one line beside what is in r.
func (accessFacts) read(entry []byte, r *Record) error {
	head, _, rest, ok := accessParts(entry)
	words := bytes.Fields(head)
	if !ok || len(words) == 0 {
		r.takeFactText(entry)
		return nil
	}
	host, _, user := accessWho(words)
	if name := withoutPort(host); len(name)+1 < len(host) {
		r.take(accessPort, host[len(name)+1:])
	}
	r.take(accessUser, bytes.Trim(user, `"`))
	r.requestFacts(rest)
	return nil
}

// requestFacts reads the method and the version of the request line, and behind it the status and the bytes that were sent.
func (r *Record) requestFacts(rest []byte) {
	open := bytes.IndexByte(rest, '"')
	if open < 0 {
		return
	}
	end := quoteEnd(rest, open+1)
	if parts := bytes.Fields(rest[open+1 : end]); len(parts) > 1 && isWord(parts[0]) {
		r.take(accessMethod, parts[0])
		if last := parts[len(parts)-1]; bytes.HasPrefix(last, []byte("HTTP/")) {
			r.take(accessVersion, last)
		}
	}
	if parts := bytes.Fields(rest[min(end+1, len(rest)):]); len(parts) > 1 && digits(parts[1]) == len(parts[1]) {
		r.take(accessBytes, parts[1])
	}
}

// isWord reports whether v is all capital letters.
func isWord(v []byte) bool {
	for _, c := range v {
		if c-'A' >= 26 {
			return false
		}
	}
	return len(v) > 0
}

// accessParts finds what stands before the time, the time, and what stands behind it.
func accessParts(line []byte) (head, when, rest []byte, ok bool) {
	open := bytes.Index(line, []byte(" ["))
	if open <= 0 {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(line[open:], ']')
	if end < 0 || open+end+2 > len(line) {
		return nil, nil, nil, false
	}
	when = line[open+2 : open+end]
	if len(when) < 20 || when[2] != '/' || when[6] != '/' || when[11] != ':' {
		return nil, nil, nil, false
	}
	return line[:open], when, line[open+end+1:], true
}

// request reads the quoted fields: the request line, the referrer, the user agent. What a server adds behind them is text.
func (r *Record) request(rest []byte) {
	for n := 0; ; n++ {
		open := bytes.IndexByte(rest, '"')
		if open < 0 {
			return
		}
		end := quoteEnd(rest, open+1)
		v := rest[open+1 : end]
		rest = rest[min(end+1, len(rest)):]
		if bytes.IndexByte(v, '\\') >= 0 {
			v = r.unescape(v)
		}
		switch n {
		case 0:
			r.requestLine(v)
		case 1:
			r.take(accessReferrer, v)
		case 2:
			r.take(accessAgent, v)
		default:
			r.takeText(accessRest, v)
		}
	}
}

// requestLine reads "GET /path HTTP/1.1" (RFC 9112 §3). What is no such line may be anything, and is text.
func (r *Record) requestLine(v []byte) {
	method, rest, ok := bytes.Cut(v, []byte(" "))
	path, _, _ := bytes.Cut(rest, []byte(" "))
	if !ok || len(path) == 0 || !bytes.ContainsAny(path[:1], "/h*") && !bytes.Equal(method, []byte("CONNECT")) {
		r.takeText(accessRest, v)
		return
	}
	if bytes.Equal(method, []byte("CONNECT")) { // to a host and port (§3.2.3)
		r.take(&target{form: hostForm, kind: Domain, role: Destination, path: "request"}, path)
		return
	}
	r.take(accessRequest, path)
	within := path
	if _, rest, ok := bytes.Cut(path, []byte("://")); ok && path[0] != '/' { // a proxy is asked for a whole address (§3.2.2)
		within = rest[max(bytes.IndexByte(rest, '/'), 0):]
	}
	if bytes.Contains(within, []byte("${")) || bytes.IndexByte(within, '%') >= 0 || bytes.Contains(within, []byte("://")) {
		r.takeText(accessRest, within) // attempts carry addresses of their own
	}
}

// quoteEnd returns the index of the quotation mark that closes, or the length of b.
func quoteEnd(b []byte, i int) int {
	for ; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(b)
}

// isAccess reports whether a line is one of a web server.
func isAccess(line []byte) bool {
	head, _, rest, ok := accessParts(line)
	rest = bytes.TrimLeft(rest, " ")
	return ok && len(bytes.Fields(head)) >= 3 && len(rest) > 0 && rest[0] == '"'
}
