package logs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every reader is compared with a slow one that is obviously right, built on the standard library, over the logs in testdata and over those
// of the directory that THREATWATCH_LOGS names.

// found is a record as the tests compare it.
type found struct {
	number int64
	fields []string
	time   string
	host   string
	fault  bool
}

func show(number int64, r *Record, err error) found {
	f := found{number: number, time: string(r.Time), host: string(r.Host), fault: err != nil}
	for _, v := range r.Fields {
		f.fields = append(f.fields, fmt.Sprintf("%s:%s %s=%s", v.Kind, v.Role, v.Path, v.Value))
	}
	return f
}

func (f found) String() string {
	return fmt.Sprintf("record %d at %q on %q fault %t\n\t%s", f.number, f.time, f.host, f.fault, strings.Join(f.fields, "\n\t"))
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
			all = append(all, show(number, &rec, err))
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
}

func TestSamples(t *testing.T) {
	for _, dir := range []string{"testdata", os.Getenv("THREATWATCH_LOGS")} {
		if dir == "" {
			t.Log("THREATWATCH_LOGS names no directory with more logs")
			continue
		}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.Contains(path, "LICENSE") || strings.Contains(path, filepath.Join("testdata", "fuzz")) {
				return err
			}
			t.Run(path, func(t *testing.T) { compareSample(t, path) })
			return nil
		})
		if err != nil {
			t.Error(err)
		}
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
	fields, faults := 0, 0
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) {
			t.Fatalf("%s: %d records, want %d", rd.Format(), len(got), len(want))
		}
		if g, w := got[i].String(), want[i].String(); g != w && !(got[i].fault && want[i].fault) {
			t.Fatalf("%s:\n%s\nwant\n%s", rd.Format(), g, w)
		}
		fields += len(got[i].fields)
		if got[i].fault {
			faults++
		}
	}
	t.Logf("%s: %d records, %d fields, %d faults", rd.Format(), len(got), fields, faults)
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
	var r Record
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	tok, err := dec.Token()
	if err == nil && tok == json.Delim('{') {
		err = slowMembers(dec, "", m, &r)
	} else {
		err = errNoObject
	}
	r.joinURL()
	return show(number, &r, err)
}

func slowMembers(dec *json.Decoder, path string, m *Mapping, r *Record) error {
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		if err := slowValue(dec, strings.TrimPrefix(path+"."+name.(string), "."), m, r); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

func slowValue(dec *json.Decoder, path string, m *Mapping, r *Record) error {
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	at := m.columns[strings.ToLower(path)]
	if at != nil && at.path != path {
		at = nil
	}
	switch v := tok.(type) {
	case json.Delim:
		if v == '{' {
			return slowMembers(dec, path, m, r)
		}
		for dec.More() {
			if err := slowValue(dec, path, m, r); err != nil {
				return err
			}
		}
		_, err = dec.Token()
	case string:
		if at != nil {
			r.take(at, []byte(v))
		}
	case json.Number:
		if at != nil && (at.form == timeForm || at.form == webPort) {
			r.take(at, []byte(v))
		}
	}
	return err
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
		var r Record
		values := strings.Split(line, "\t")
		for c, v := range values {
			inner, many := element(types[c])
			at := zeek().columns[names[c]]
			if at == nil && inner == "addr" {
				at = &target{kind: Address, path: names[c]}
			}
			if at == nil || !readable(at, inner) || v == "-" || v == "(empty)" {
				continue
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
		r.joinURL()
		all = append(all, show(int64(i+1), &r, nil))
	}
	return all
}

// slowText only cuts lines; what is found in them has tests of its own.
func slowText(data []byte) (all []found) {
	for i, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSuffix(line, "\r"); line != "" {
			var r Record
			r.takeText(anyText, []byte(line))
			all = append(all, show(int64(i+1), &r, nil))
		}
	}
	return all
}
