package logs

import "bytes"

// syslogScanner reads lines of RFC 5424 and RFC 3164, and of files into which syslog daemons write them, with or without the priority.
// The message is text, or a record of another format.
type syslogScanner struct{}

// Scan reads one line.
func (syslogScanner) Scan(entry []byte, r *Record) error {
	r.reset()
	when, host, rest, ok := syslogParts(entry)
	if !ok {
		r.Time = r.textTime(entry)
		r.takeText(anyText, entry)
		return nil
	}
	in, from := innerOf(rest, false)
	if in == nil {
		r.Time, r.Host = when, host
		r.takeText(anyText, rest)
		return nil
	}
	err := in.read(rest[from:], r)
	if _, ok := r.When(); !ok {
		r.Time = when
	}
	if r.Host == nil {
		r.Host = host
	}
	return err
}

// syslogFacts reads what else such a line says.
type syslogFacts struct{}

// Scan reads one line.
func (syslogFacts) Scan(entry []byte, r *Record) error {
	r.reset()
	rest := syslogText(entry)
	if in, from := innerOf(rest, true); in != nil {
		return in.read(rest[from:], r)
	}
	r.takeFactText(rest)
	return nil
}

// syslogText is the message of a line, or all of it.
func syslogText(line []byte) []byte {
	if _, _, rest, ok := syslogParts(line); ok {
		return rest
	}
	return line
}

// syslogParts splits a line into time, host and what follows.
func syslogParts(line []byte) (when, host, rest []byte, ok bool) {
	rest = line
	if len(rest) > 0 && rest[0] == '<' {
		end := bytes.IndexByte(rest, '>')
		if end < 2 || end > 4 {
			return nil, nil, nil, false
		}
		if rest = rest[end+1:]; len(rest) > 2 && rest[0]-'1' < 9 && rest[1] == ' ' { // RFC 5424 §6.2.2
			rest = rest[2:]
		}
	}
	n := syslogTime(rest)
	if n == 0 || n >= len(rest) || rest[n] != ' ' {
		return nil, nil, nil, false
	}
	when, rest = rest[:n], bytes.TrimLeft(rest[n:], " ")
	end := bytes.IndexByte(rest, ' ')
	if end <= 0 {
		return nil, nil, nil, false
	}
	if host = rest[:end]; len(host) == 1 && host[0] == '-' || bytes.HasSuffix(host, []byte(":")) {
		return when, nil, rest, true // no host: the program's name stands there
	}
	if string(host) == "stdout" || string(host) == "stderr" { // the log of a container, as Kubernetes keeps it
		host = nil
	}
	return when, host, rest[end+1:], true
}

// syslogTime returns the length of the time at the beginning: "Oct 11 22:14:15", "Oct 11 2026 22:14:15", or RFC 3339; 0 when there is none.
func syslogTime(b []byte) int {
	if len(b) < 15 {
		return 0
	}
	if b[0]-'0' <= 9 {
		end := bytes.IndexByte(b, ' ')
		if end >= 19 && b[4] == '-' && b[7] == '-' && b[10] == 'T' {
			return end
		}
		return 0
	}
	if bytes.Index([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), b[:3])%3 != 0 || b[3] != ' ' || b[6] != ' ' {
		return 0
	}
	if b[9] == ':' && b[12] == ':' {
		return 15
	}
	if len(b) >= 20 && b[11] == ' ' && b[14] == ':' && b[17] == ':' {
		return 20
	}
	return 0
}

// isSyslog reports whether a line is one of syslog.
func isSyslog(line []byte) bool {
	_, _, _, ok := syslogParts(line)
	return ok
}
