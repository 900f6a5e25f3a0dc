package logs

import (
	"bytes"
	"fmt"
	"strings"
)

// Format is a way in which logs are written.
type Format uint8

// The formats. Their names, as String gives and ParseFormat takes them, are in doc/logs.md.
const (
	Auto     Format = iota // told from the first bytes
	Text                   // lines of anything
	EVE                    // Suricata's JSON
	Zeek                   // tab separated, with header lines
	ZeekJSON               // JSON lines of Zeek
)

var formatNames = [...]string{Auto: "auto", Text: "text", EVE: "eve", Zeek: "zeek", ZeekJSON: "zeek-json"}

func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("format %d", uint8(f))
}

// ParseFormat returns the format of a name.
func ParseFormat(name string) (Format, error) {
	for f, n := range formatNames {
		if strings.EqualFold(n, name) {
			return Format(f), nil
		}
	}
	return Auto, fmt.Errorf("no log format %q; there are %s", name, strings.Join(formatNames[:], ", "))
}

// Detect tells the format from the beginning of a log, uncompressed. What it does not know is Text.
func Detect(first []byte) Format {
	first = bytes.TrimLeft(first, "\xef\xbb\xbf \t\r\n")
	switch {
	case bytes.HasPrefix(first, []byte("#separator ")), bytes.HasPrefix(first, []byte("#fields\t")):
		return Zeek
	case len(first) > 0 && (first[0] == '{' || first[0] == '['):
		return detectJSON(first)
	}
	return Text
}

// detectJSON looks for names that only one format has.
func detectJSON(first []byte) Format {
	head := first[:min(len(first), 4096)]
	has := func(name string) bool { return bytes.Contains(head, []byte(`"`+name+`"`)) }
	switch {
	case has("event_type") && (has("timestamp") || has("flow_id") || has("src_ip")):
		return EVE
	case has("id.orig_h"), has("_path"), has("ts") && (has("uid") || has("fuid") || has("_write_ts")):
		return ZeekJSON
	}
	return Text
}

// scanner returns what reads the records of a format that needs no header.
func (f Format) scanner(m *Mapping) Scanner {
	switch f {
	case EVE:
		return &jsonScanner{either(m, eve).root}
	case ZeekJSON:
		return &jsonScanner{either(m, zeek).root}
	case Zeek:
		return &zeekScanner{} // until a header is read
	}
	return textScanner{anyText}
}

// header returns what reads the header of a format that has one.
func (f Format) header(m *Mapping) header {
	if f == Zeek {
		return newZeekHeader(either(m, zeek))
	}
	return nil
}

func either(m *Mapping, preset func() *Mapping) *Mapping {
	if m != nil {
		return m
	}
	return preset()
}
