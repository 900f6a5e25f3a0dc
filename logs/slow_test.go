package logs

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"threatwatch/internal/testdata"
)

// Every reader is compared with a slow one that is obviously right, built on the standard library, over the logs in testdata and over the
// shared ones, written by others.

// found is a record as the tests compare it.
type found struct {
	number int64
	fields []string
	facts  []string
	time   string
	host   string
	fault  bool
}

func show(number int64, r *Record, facts []Field, err error) found {
	return found{number: number, fields: lines(r.Fields), facts: lines(facts), time: string(r.Time), host: string(r.Host), fault: err != nil}
}

func lines(fields []Field) (all []string) {
	for _, v := range fields {
		all = append(all, fmt.Sprintf("%s:%s %s=%s", v.Kind, v.Role, v.Path, v.Value))
	}
	return all
}

func (f found) String() string {
	return fmt.Sprintf("record %d at %q on %q fault %t\n\t%s\n\tbeside:\n\t%s", f.number, f.time, f.host, f.fault, strings.Join(f.fields, "\n\t"), strings.Join(f.facts, "\n\t"))
}

// readAll reads a log to its end.
func readAll(t testing.TB, src io.Reader, o Options) (*Reader, []found) {
	t.Helper()
	rd, err := NewReader(src, o)
	if err != nil {
		t.Fatal(err)
	}
	defer rd.Close()
	var all []found
	var rec Record
	for {
		b, err := rd.Next()
		if err == io.EOF {
			return rd, all
		}
		if err != nil {
			t.Fatal(err)
		}
		for {
			entry, number, ok := b.Next()
			if !ok {
				break
			}
			err := b.Scan(entry, &rec)
			all = append(all, show(number, &rec, rec.Facts(), err))
		}
		b.Release()
	}
}

// slow is an obviously right reading of a whole log.
var slow = map[Format]func(data []byte) []found{
	EVE:      func(data []byte) []found { return slowJSON(data, eve()) },
	ZeekJSON: func(data []byte) []found { return slowJSON(data, zeek()) },
	Zeek:     slowZeek,
	Text:     slowText,

	ECS:         func(data []byte) []found { return slowJSON(data, ecs()) },
	OCSF:        func(data []byte) []found { return slowJSON(data, ocsf()) },
	WindowsJSON: func(data []byte) []found { return slowJSON(data, windowsJSON()) },
	JSON:        func(data []byte) []found { return slowJSON(data, nil) },
	WindowsXML:  slowXML,
	CSV:         slowCSV,
	Access:      slowAccess,
	Syslog:      slowSyslog,
	W3C:         slowW3C,
}

func TestSamples(t *testing.T) { samples(t, "testdata") }

func TestSharedSamples(t *testing.T) { samples(t, testdata.Dir(t, "logs")) }

func samples(t *testing.T, dir string) {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "LICENSE") || strings.Contains(path, filepath.Join("testdata", "fuzz")) {
			return err
		}
		t.Run(filepath.Base(path), func(t *testing.T) { compareSample(t, path) })
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func compareSample(t *testing.T, path string) {
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rd, got := readAll(t, bytes.NewReader(packed), Options{})
	var whole Reader
	if err := whole.open(bytes.NewReader(packed)); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(whole.src)
	if err != nil {
		t.Fatal(err)
	}
	want := slow[rd.Format()](data)
	fields, facts, faults := 0, 0, 0
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) {
			t.Fatalf("%s: %d records, want %d", rd.Format(), len(got), len(want))
		}
		if g, w := got[i].String(), want[i].String(); g != w && !(got[i].fault && want[i].fault) {
			t.Fatalf("%s:\n%s\nwant\n%s", rd.Format(), g, w)
		}
		fields += len(got[i].fields)
		facts += len(got[i].facts)
		if got[i].fault {
			faults++
		}
	}
	t.Logf("%s: %d records, %d fields, %d facts, %d faults", rd.Format(), len(got), fields, facts, faults)
}

// slowJSON reads lines, or else everything as one stream of values, with encoding/json.
func slowJSON(data []byte, m *Mapping) (all []found) {
	if isSpread(data) {
		var list []json.RawMessage
		if err := json.Unmarshal(data, &list); err != nil {
			for dec := json.NewDecoder(bytes.NewReader(data)); ; {
				var one json.RawMessage
				if dec.Decode(&one) != nil {
					break
				}
				list = append(list, one)
			}
		}
		for i, one := range list {
			all = append(all, slowObject(int64(i+1), one, m))
		}
		return all
	}
	for i, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSuffix(line, "\r"); line != "" {
			all = append(all, slowObject(int64(i+1), []byte(line), m))
		}
	}
	return all
}

func slowObject(number int64, data []byte, m *Mapping) found {
	values := func(path string) *target { return targetFor(lastName(path), path) }
	facts := func(path string) *target { return factFor(lastName(path), path) }
	if m != nil {
		values, facts = m.values.named, m.facts.named
	}
	r, err := slowRead(data, values)
	beside, _ := slowRead(data, facts)
	return show(number, r, beside.Fields, err)
}

func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// slowRead reads an object through what says which target a path has.
func slowRead(data []byte, named func(path string) *target) (*Record, error) {
	var r Record
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	tok, err := dec.Token()
	if err == nil && tok == json.Delim('{') {
		err = slowMembers(dec, "", named, &r)
	} else {
		err = errNoObject
	}
	r.join()
	return &r, err
}

func slowMembers(dec *json.Decoder, path string, named func(string) *target, r *Record) error {
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		if err := slowValue(dec, strings.TrimPrefix(path+"."+name.(string), "."), named, r); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

func slowValue(dec *json.Decoder, path string, named func(string) *target, r *Record) error {
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	at := named(path)
	switch v := tok.(type) {
	case json.Delim:
		if v == '{' {
			return slowMembers(dec, path, named, r)
		}
		for dec.More() {
			if err := slowValue(dec, path, named, r); err != nil {
				return err
			}
		}
		_, err = dec.Token()
	case string:
		if at != nil {
			r.take(at, []byte(v))
		}
	case json.Number:
		if at != nil && (at.form == timeForm || at.form == webPort || at.form == numberForm || at.form == wordsForm) {
			r.take(at, []byte(v))
		}
	}
	return err
}

// named is the target of a path.
func (m *places) named(path string) *target {
	if at := m.columns[strings.ToLower(path)]; at != nil && at.path == path {
		return at
	}
	return nil
}

// slowZeek reads with strings.Split; its header is the tab separated one that all of Zeek's own logs have.
func slowZeek(data []byte) (all []found) {
	var names, types []string
	for i, line := range strings.Split(string(data), "\n") {
		if name, rest, ok := strings.Cut(line, "\t"); ok && name == "#fields" {
			names = strings.Split(rest, "\t")
		} else if ok && name == "#types" {
			types = strings.Split(rest, "\t")
		}
		if line == "" || line[0] == '#' {
			continue
		}
		var r, facts Record
		for c, v := range strings.Split(line, "\t") {
			at := zeek().values.columns[names[c]]
			if inner, _ := element(types[c]); at == nil && inner == "addr" {
				at = &target{kind: Address, path: names[c]}
			}
			slowCell(&r, at, types[c], v)
			slowCell(&facts, zeek().facts.columns[names[c]], types[c], v)
		}
		r.join()
		all = append(all, show(int64(i+1), &r, facts.Fields, nil))
	}
	return all
}

// slowCell reads the value of one column.
func slowCell(r *Record, at *target, kind, v string) {
	inner, many := element(kind)
	if at == nil || !readable(at, inner) || v == "-" || v == "(empty)" {
		return
	}
	list := []string{v}
	if many {
		list = strings.Split(v, ",")
	}
	for _, v := range list {
		if v != "-" {
			r.take(at, unhex([]byte(v)))
		}
	}
}

// slowText only cuts lines; what is found in them has tests of its own.
func slowText(data []byte) (all []found) {
	for i, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSuffix(line, "\r"); line != "" {
			all = append(all, slowLine(int64(i+1), line))
		}
	}
	return all
}

var slowTime = regexp.MustCompile(` \[?(\d{4}-..-..T..:.....|\d./.../....:..:....)`)

func slowLine(number int64, line string) found {
	var r, facts Record
	r.Time = leadingTime([]byte(line))
	if _, leads := r.When(); !leads {
		if m := slowTime.FindStringSubmatchIndex(line); m != nil && m[2] < maxTextTime-19 {
			r.Time = []byte(line[m[2]:min(m[2]+40, len(line), maxTextTime)])
		} else if t := slowKeyed(line); t != "" {
			r.Time = []byte(t)
		}
	}
	r.takeText(anyText, []byte(line))
	facts.takeFactText([]byte(line))
	return show(number, &r, facts.Fields, nil)
}

var slowPair = regexp.MustCompile(`(?:^|[ \t>])(eventtime|date|time|tz)=("[^"]*"?|[^ ]*)`)

// slowKeyed is the time in pairs of names and values.
func slowKeyed(line string) string {
	if !strings.Contains(line[:min(len(line), maxTextTime)], "date=") {
		return ""
	}
	all := map[string]string{}
	for _, m := range slowPair.FindAllStringSubmatch(line, -1) {
		if _, again := all[m[1]]; !again {
			all[m[1]] = strings.Trim(m[2], `"`)
		}
	}
	switch {
	case regexp.MustCompile(`^\d+$`).MatchString(all["eventtime"]):
		return all["eventtime"]
	case all["date"] == "" || all["time"] == "":
		return ""
	}
	return all["date"] + " " + all["time"] + all["tz"]
}

// slowCSV reads with encoding/csv. The first row names the columns.
func slowCSV(data []byte) (all []found) {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	rd := csv.NewReader(bytes.NewReader(data))
	rd.Comma, rd.FieldsPerRecord, rd.LazyQuotes = rune(separator(first)), -1, true
	names, err := rd.Read()
	if err != nil {
		return nil
	}
	for n := int64(2); ; n++ {
		row, err := rd.Read()
		if err == io.EOF {
			return all
		}
		var r, facts Record
		for i, v := range row {
			if i < len(names) {
				name, v := strings.TrimSpace(names[i]), bytes.TrimSpace([]byte(v))
				r.take(targetFor(name, name), v)
				facts.take(factFor(name, name), v)
			}
		}
		r.join()
		facts.join()
		all = append(all, show(n, &r, facts.Fields, err))
	}
}

var slowAccessLine = regexp.MustCompile(`^(?:(\S+) )?(\S+?),? (\S+) (\S+) \[(\d\d/\w{3}/\d{4}:[^\]]+)\](.*)$`)

// slowAccess reads with a regular expression.
func slowAccess(data []byte) (all []found) {
	for i, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSuffix(line, "\r"); line == "" {
			continue
		}
		m := slowAccessLine.FindStringSubmatch(line)
		if m == nil {
			all = append(all, slowLine(int64(i+1), line))
			continue
		}
		r := Record{Time: []byte(m[5])}
		if m[1] != "" {
			r.take(accessHost, withoutPort([]byte(m[1])))
		}
		r.take(accessClient, []byte(m[2]))
		r.request([]byte(m[6]))
		r.join()
		all = append(all, show(int64(i+1), &r, slowAccessFacts(m), nil))
	}
	return all
}

var (
	slowAccessRest = regexp.MustCompile(`^[^"]*"((?:[^"\\]|\\.)*)"(?: +\S+ +(\d+)(?: |$))?`)
	slowRequest    = regexp.MustCompile(`^\s*([A-Z]+)\s(?:.*\s)?(\S+)\s*$`)
)

func slowAccessFacts(m []string) []Field {
	var r Record
	if _, port, ok := strings.Cut(m[1], ":"); ok {
		r.take(accessPort, []byte(port))
	}
	r.take(accessUser, []byte(strings.Trim(m[4], `"`)))
	if rest := slowAccessRest.FindStringSubmatch(m[6]); rest != nil {
		if request := slowRequest.FindStringSubmatch(rest[1]); request != nil {
			r.take(accessMethod, []byte(request[1]))
			if strings.HasPrefix(request[2], "HTTP/") {
				r.take(accessVersion, []byte(request[2]))
			}
		}
		r.take(accessBytes, []byte(rest[2]))
	}
	return r.Fields
}

var slowSyslogLine = regexp.MustCompile(`^(?:<\d{1,3}>(?:\d )?)?((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S{8,}) +(\S+) (.*)$`)

// slowSyslog reads with a regular expression.
func slowSyslog(data []byte) (all []found) {
	for i, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSuffix(line, "\r"); line == "" {
			continue
		}
		m := slowSyslogLine.FindStringSubmatch(line)
		if m == nil {
			all = append(all, slowLine(int64(i+1), line))
			continue
		}
		r := Record{Time: []byte(m[1]), Host: []byte(m[2])}
		text := m[3]
		if m[2] == "-" || strings.HasSuffix(m[2], ":") {
			r.Host, text = nil, m[2]+" "+m[3]
		}
		r.takeText(anyText, []byte(text))
		var facts Record
		facts.takeFactText([]byte(text))
		all = append(all, show(int64(i+1), &r, facts.Fields, nil))
	}
	return all
}

// slowW3C cuts lines at blanks or tabs.
func slowW3C(data []byte) (all []found) {
	var names []string
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if rest, ok := strings.CutPrefix(line, "#Fields:"); ok {
			names = strings.Fields(rest)
		}
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, " ")
		if strings.Contains(line, "\t") {
			cells = strings.Split(line, "\t")
		}
		var r, facts Record
		at := map[string]string{}
		for n, name := range names {
			at[name] = cells[n]
			v := []byte(cells[n])
			if strings.EqualFold(name, "cs(user-agent)") {
				v = []byte(strings.NewReplacer("+", " ", "%20", " ").Replace(cells[n]))
			}
			name = strings.ToLower(name)
			if name == "date" || name == "time" {
				continue
			}
			t := w3c().values.columns[name]
			if t == nil {
				t = targetFor(name, names[n])
			}
			r.take(t, v)
			if t = w3c().facts.columns[name]; t == nil {
				t = factFor(name, names[n])
			}
			facts.take(t, v)
		}
		r.Time = []byte(at["date"] + " " + at["time"])
		if query := at["cs-uri-query"]; query != "-" && query != "" {
			r.web.path = []byte(string(r.web.path) + "?" + query)
		}
		r.join()
		all = append(all, show(int64(i+1), &r, facts.Fields, nil))
	}
	return all
}

// slowXML reads with encoding/xml.
func slowXML(data []byte) (all []found) {
	type datum struct {
		XMLName xml.Name
		Name    string `xml:",attr"`
		Value   string `xml:",chardata"`
	}
	type event struct {
		System struct {
			TimeCreated struct {
				SystemTime string `xml:",attr"`
			}
			Computer string
		}
		EventData struct {
			Data []datum
		}
		UserData struct {
			Of struct {
				Data []datum `xml:",any"`
			} `xml:",any"`
		}
	}
	dec := xml.NewDecoder(bytes.NewReader(data))
	for n := int64(1); ; {
		tok, err := dec.Token()
		if err != nil {
			return all
		}
		start, ok := tok.(xml.StartElement)
		if !ok || start.Name.Local != "Event" {
			continue
		}
		var e event
		err = dec.DecodeElement(&e, &start)
		r := Record{Time: []byte(e.System.TimeCreated.SystemTime), Host: []byte(e.System.Computer)}
		var facts Record
		for _, d := range append(e.EventData.Data, e.UserData.Of.Data...) {
			if d.XMLName.Local != "Data" {
				d.Name = d.XMLName.Local
			}
			t := windowsEvents().values.columns[strings.ToLower(d.Name)]
			if t == nil {
				t = &target{form: textForm, path: cmp.Or(d.Name, "Data")}
			}
			if t.form != timeForm {
				r.take(t, []byte(d.Value))
			}
			if t := windowsEvents().facts.columns[strings.ToLower(d.Name)]; t != nil {
				facts.take(t, []byte(d.Value))
			}
		}
		facts.join()
		all = append(all, show(n, &r, facts.Fields, err))
		n++
	}
}
