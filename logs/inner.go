package logs

import "bytes"

// Records travel inside of others: JSON and lines of web servers in syslog, in the logs of containers, in what forwarders write.

// inner reads one entry into a Record that holds something already.
type inner interface {
	read(entry []byte, r *Record) error
}

// innerOf returns what reads a text that is a record of another format, and where in the text that begins; nil where it is none.
func innerOf(text []byte, facts bool) (inner, int) {
	text = bytes.TrimRight(text, " \r\n")
	if len(text) > 2 && text[len(text)-1] == '}' {
		if i := objectStart(text); i >= 0 {
			return innerJSON(text[i:], facts), i
		}
	}
	if i := accessStart(text); i >= 0 {
		if facts {
			return accessFacts{}, i
		}
		return accessScanner{}, i
	}
	return nil, 0
}

// objectStart returns where the object begins that the text ends with: it is the text, or stands behind the name of a program and @cee.
func objectStart(text []byte) int {
	i := bytes.IndexByte(text, '{')
	if i < 0 || i > 0 && text[i-1] != ' ' && text[i-1] != ':' {
		return -1
	}
	if j := space(text, i+1); text[j] != '"' {
		return -1
	}
	if end, err := skipNested(text, i); err != nil || end < len(text) {
		return -1
	}
	return i
}

func innerJSON(object []byte, facts bool) inner {
	f := detectJSON(object)
	if preset := presets[f]; preset != nil {
		m := preset()
		if facts {
			return &jsonScanner{m.facts.root}
		}
		return &jsonScanner{m.values.root}
	}
	if facts {
		return anyScanner{factFor, true}
	}
	return anyScanner{targetFor, false}
}

// accessStart returns where a line of a web server begins that the text ends with: three words before its time.
func accessStart(text []byte) int {
	head, _, rest, ok := accessParts(text)
	if !ok || len(rest) < 2 || rest[0] != ' ' || rest[1] != '"' {
		return -1
	}
	i := len(head)
	for range 3 {
		for i > 0 && head[i-1] == ' ' {
			i--
		}
		if i == 0 {
			return -1
		}
		i = bytes.LastIndexByte(head[:i], ' ') + 1
	}
	return i
}
