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
	Auto        Format = iota // told from the first bytes
	Text                      // lines of anything
	EVE                       // Suricata's JSON
	Zeek                      // tab separated, with header lines
	ZeekJSON                  // JSON lines of Zeek
	ECS                       // JSON of the Elastic Common Schema
	OCSF                      // JSON of the Open Cybersecurity Schema Framework
	WindowsJSON               // Windows events and Sysmon as JSON
	WindowsXML                // the same as XML
	JSON                      // any other JSON
	CSV                       // rows of cells, with the names of the columns in the first
	Access                    // web servers: Common and Combined Log Format
	Syslog                    // RFC 3164 and RFC 5424
	W3C                       // names of the columns above them, blanks or tabs between: IIS, CloudFront, flow logs
)

var formatNames = [...]string{Auto: "auto", Text: "text", EVE: "eve", Zeek: "zeek", ZeekJSON: "zeek-json", ECS: "ecs", OCSF: "ocsf", WindowsJSON: "windows-json",
	WindowsXML: "windows-xml", JSON: "json", CSV: "csv", Access: "access", Syslog: "syslog", W3C: "w3c"}

func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("format %d", uint8(f))
}

// MarshalText implements encoding.TextMarshaler.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *Format) UnmarshalText(b []byte) (err error) {
	*f, err = ParseFormat(string(b))
	return err
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
	first = bytes.TrimLeft(first, "\xef\xbb\xbf \t\r\n\x00")
	switch {
	case bytes.HasPrefix(first, []byte("#separator ")), bytes.HasPrefix(first, []byte("#fields\t")):
		return Zeek
	case len(first) > 0 && (first[0] == '{' || first[0] == '[' && bytes.IndexByte(first[:min(len(first), 256)], '{') >= 0):
		return detectJSON(first)
	case bytes.HasPrefix(first, []byte("<Event")), bytes.HasPrefix(first, []byte("<?xml")) && bytes.Contains(first, []byte("<Event ")):
		return WindowsXML
	case isW3C(first):
		return W3C
	}
	line, _, _ := bytes.Cut(first, []byte("\n"))
	switch {
	case isSyslog(line): // a line of a web server may be in it
		return Syslog
	case isAccess(line):
		return Access
	case isCSV(first):
		return CSV
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
	case has("class_uid") || has("category_uid"):
		return OCSF
	case has("ecs"), has("@timestamp") && (has("event") || has("agent") || has("host")):
		return ECS
	case has("EventData"), has("EventID"), has("event_id") && has("Image"), has("UtcTime"):
		return WindowsJSON
	}
	return JSON
}

// presets are the mappings of formats that have names for everything.
var presets = map[Format]func() *Mapping{EVE: eve, ZeekJSON: zeek, ECS: ecs, OCSF: ocsf, WindowsJSON: windowsJSON, WindowsXML: windowsEvents}

// scanners returns what reads the values and what reads the facts of the records of a format that needs no header.
func (f Format) scanners(m *Mapping) (values, facts Scanner) {
	if preset := presets[f]; preset != nil {
		m = either(m, preset)
	}
	switch f {
	case WindowsXML:
		return &xmlScanner{&m.values, eventText}, &xmlScanner{&m.facts, nil}
	case EVE, ZeekJSON, ECS, OCSF, WindowsJSON, JSON:
		if m == nil {
			return anyScanner{targetFor, false}, anyScanner{factFor, true}
		}
		return &jsonScanner{m.values.root}, &jsonScanner{m.facts.root}
	case Zeek:
		return &zeekScanner{}, &zeekScanner{} // until a header is read
	case CSV:
		return &csvScanner{comma: ','}, &csvScanner{comma: ','} // the same
	case W3C:
		return &w3cScanner{}, &w3cScanner{} // the same
	case Access:
		return accessScanner{}, accessFacts{}
	case Syslog:
		return syslogScanner{}, syslogFacts{}
	}
	return textScanner{anyText}, factText{}
}

// header returns what reads the header of a format that has one.
func (f Format) header(m *Mapping) header {
	switch f {
	case Zeek:
		return newZeekHeader(either(m, zeek))
	case CSV:
		return &csvHeader{mapping: m}
	case W3C:
		return &w3cHeader{mapping: either(m, w3c)}
	}
	return nil
}

func either(m *Mapping, preset func() *Mapping) *Mapping {
	if m != nil {
		return m
	}
	return preset()
}
