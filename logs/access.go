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
func (accessScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	head, when, rest, ok := accessParts(entry)
	words := bytes.Fields(head)
	if !ok || len(words) == 0 {
		r.Time = leadingTime(entry)
		r.takeText(anyText, entry)
		return nil
	}
	r.Time = when
	if len(words) > 3 { // the virtual host, perhaps with a port
		r.take(accessHost, withoutPort(words[0]))
		words = words[1:]
	}
	r.take(accessClient, bytes.TrimRight(words[0], ","))
	r.request(rest)
	r.joinURL()
	return nil
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
	if bytes.Contains(path, []byte("${")) || bytes.IndexByte(path, '%') >= 0 || bytes.Contains(path[1:], []byte("://")) {
		r.takeText(accessRest, path) // attempts carry addresses of their own
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
