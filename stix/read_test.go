package stix

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"threatwatch/internal/testdata"
)

func readAll(in io.Reader) (got []string, err error) {
	err = ReadObjects(in, func(raw []byte, spec20 bool) error {
		s := string(raw)
		if spec20 {
			s = "2.0 " + s
		}
		got = append(got, s)
		return nil
	})
	return got, err
}

func gz(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func TestReadObjects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"bundle":              {`{"type":"bundle","id":"b","objects":[{"a":1}, {"b":"]}"}]}`, `{"a":1}|{"b":"]}"}`},
		"bundle without":      {`{"type":"bundle","id":"b"}`, ``},
		"2.0 before":          {`{"type":"bundle","spec_version":"2.0","objects":[{"a":1}]}`, `2.0 {"a":1}`},
		"2.0 behind":          {`{"objects":[{"a":1}],"spec_version":"2.0","type":"bundle"}`, `2.0 {"a":1}`},
		"escaped names":       {`{"\u0074ype":"bundl\u0065","\u006fbjects":[{"a":1}]}`, `{"a":1}`},
		"array":               {"\n[ {\"a\":1} ,\n{} ]\n", `{"a":1}|{}`},
		"empty array":         {`[]`, ``},
		"bare":                {`{"type":"tool","id":"t"}`, `{"type":"tool","id":"t"}`},
		"observed data":       {`{"type":"observed-data","objects":{"0":{}}}`, `{"type":"observed-data","objects":{"0":{}}}`},
		"a type with objects": {`{"type":"x-list","objects":[{}]}`, `{"type":"x-list","objects":[{}]}`},
		"envelope":            {`{"more":true,"next":"n","objects":[{"a":1}]}`, `{"a":1}`},
		"empty envelope":      {`{}`, ``},
		"envelope, no more":   {`{"more":false}`, ``},
		"lines":               {"{\"type\":\"a\"}\n{\"type\":\"b\"}\r\n\n{\"type\":\"c\"}", `{"type":"a"}|{"type":"b"}|{"type":"c"}`},
		"lines of bundles":    {`{"type":"bundle","spec_version":"2.0","objects":[{"a":1}]}{"type":"bundle","objects":[{"a":2}]}`, `2.0 {"a":1}|{"a":2}`},
		"one bad inside":      {`[{"a":1,"a":2},{"b":"\ud800"},{"c":1e400}]`, `{"a":1,"a":2}|{"b":"\ud800"}|{"c":1e400}`},
		"gzip":                {gz(`[{"a":1}]`), `{"a":1}`},
		"gzip of two members": {gz(`[{"a":`) + gz(`1}]`), `{"a":1}`},
	} {
		got, err := readAll(strings.NewReader(c.in))
		if err != nil || strings.Join(got, "|") != c.want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
		}
	}
}

// TestReadObjectsWindows: wherever the text that is held ends, what is read is the same, and so is the fault.
func TestReadObjectsWindows(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`{"type":"bundle","id":"b","spec_version":"2.0","objects":[{"a":"\u00e9\\\""}, {"b":[1,-2.5e10,true,null]}],"x":"y"}  `,
		`{"objects":[{"a":"\u00e9"},{"b":12}],"type":"bundle"}`, `[{"a":1},{"b":false}]`, "{\"type\":\"a\"}\n{\"type\":\"b\"}\n",
		`{"type":"bundle","objects":[{"a":1},{"a":2},{"b":tru}]}`, `[{"a":01}]`, `[{"a":"\u00g0"}]`, `[{"a":"x`, `[{"a":"\`, `[{"a":nul`, `[1.`, `{"type":"bundle","objects":[{}`,
	} {
		want, fault := readAll(strings.NewReader(in))
		for size := 1; size <= len(in)+1; size++ {
			var got []string
			err := readObjects(iotest.HalfReader(strings.NewReader(in)), size, func(raw []byte, spec20 bool) error {
				got = append(got, map[bool]string{true: "2.0 "}[spec20]+string(raw))
				return nil
			})
			if !slices.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(fault) {
				t.Fatalf("%s in windows of %d: %q, %v, want %q, %v", in, size, got, err, want, fault)
			}
		}
	}
}

// TestReadObjectsHoldsLittle: objects are handed over before the rest of their bundle is there.
func TestReadObjectsHoldsLittle(t *testing.T) {
	t.Parallel()
	for _, head := range []string{`[`, `{"type":"bundle","id":"b","objects":[`, ``} {
		in, out := io.Pipe()
		seen := make(chan string)
		go func() {
			ReadObjects(in, func(raw []byte, _ bool) error { seen <- string(raw); return nil })
			close(seen)
		}()
		object := `{"type":"tool","name":"` + strings.Repeat("x", windowSize) + `"}`
		go io.WriteString(out, head+object+strings.Repeat(" ", 4*windowSize))
		if got := <-seen; got != object {
			t.Errorf("after %q: %d bytes", head, len(got))
		}
		out.Close()
		for range seen {
		}
	}
}

func TestReadObjectsRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in     string
		offset int64 // -1: not a SyntaxError
	}{
		"empty":                  {" \n", 2},
		"text":                   {"hello", 0},
		"NUL":                    {"\x00{}", 0},
		"NUL behind":             {"{}\x00{}", 2},
		"number":                 {"{} 1", 3},
		"cut in an object":       {`[{"a":1}, {"b":`, 15},
		"cut in a string":        {`[{"a":"xy`, 9},
		"comma missing":          {`[{} {}]`, 4},
		"brackets crossed":       {`[{"a":[}]`, 7},
		"bad literal":            {`{"type":"bundle","objects":[{"a":tru}]}`, 33},
		"bad number":             {`[{"a":01}]`, 6},
		"objects twice":          {`{"objects":[],"\u006fbjects":[]}`, 14},
		"byte order mark":        {"\uFEFF[]", 0},
		"deep":                   {strings.Repeat("[", 100_000), 4097},
		"gzip cut":               {gz(`[{"a":1}]`)[:20], -1},
		"gzip with bad checksum": {gz(`[{"a":1}]`)[:len(gz(`[{"a":1}]`))-8] + "12345678", -1},
		"gzip in gzip":           {gz(gz(`[]`)), 0},
	} {
		_, err := readAll(strings.NewReader(c.in))
		var se *SyntaxError
		switch {
		case err == nil:
			t.Errorf("%s: accepted", name)
		case c.offset < 0:
			if errors.As(err, &se) {
				t.Errorf("%s: %v", name, err)
			}
		case !errors.As(err, &se) || se.Offset != c.offset:
			t.Errorf("%s: %v, want a SyntaxError at %d", name, err, c.offset)
		}
	}
	stop := errors.New("stop")
	if err := ReadObjects(strings.NewReader(`[{},{}]`), func([]byte, bool) error { return stop }); err != stop {
		t.Errorf("the error of the callback came back as %v", err)
	}
}

// TestReadObjectsRealFiles: as many objects as another program counts, and each of them can be taken in. The few that are refused are
// known: identifiers that are no RFC 4122 UUID.
func TestReadObjectsRealFiles(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]struct{ objects, refused int }{
		"attack/enterprise-attack-18.1-stix20.json.gz": {24771, 0},
		"attack/ics-attack-18.1.json":                  {1826, 0},
		"attack/mobile-attack-17.1.json.gz":            {2148, 0},
		"stix-oasis/sco-examples-bundle.json":          {82, 0},
		"stix-oasis/idioms-2.0/*.json":                 {62, 2},
		"stix-oasis/idioms-2.1/*.json":                 {420, 0},
		"stix-oasis/examples/**":                       {260, 0},
		"stix-oasis/python-store/**":                   {31, 0},
		"stix-reports/*/*.json":                        {1913, 0},
		"stix-reports/*/*.stix2*":                      {5946, 0},
		"tweetfeed/stix/[tw]*.json":                    {1599, 0},
	} {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			objects, refused := 0, 0
			for _, path := range realFiles(t, pattern) {
				f, err := os.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				err = ReadObjects(f, func(raw []byte, _ bool) error {
					objects++
					if useAll(t, raw) != nil {
						refused++
					}
					return nil
				})
				f.Close()
				if err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
			if objects != want.objects || refused != want.refused {
				t.Errorf("%d objects, %d refused; want %d, %d", objects, refused, want.objects, want.refused)
			}
		})
	}
}

// useAll does with an object what the way in does, and checks what must hold for each.
func useAll(t *testing.T, raw []byte) error {
	o, err := Parse(raw)
	if err != nil {
		return err
	}
	for _, r := range o.Refs() {
		if at := o.Root.At(r.Path); at.Text() != r.ID && (r.Kind != "extensions" || at == nil) {
			t.Errorf("%s: %s does not lead to %s", o.ID, r.Path, r.ID)
		}
	}
	for _, v := range o.Values() {
		class, value, ok := strings.Cut(v, ":")
		if !ok || class == "" || value == "" {
			t.Errorf("%s: value %q", o.ID, v)
		}
	}
	o.Text()
	lifted, err := Lift(o)
	if err != nil || lifted.SpecVersion != "2.1" || lifted.ID != o.ID || lifted.Modified != o.Modified {
		t.Errorf("%s: Lift = %+v, %v", o.ID, lifted, err)
	}
	again, err := Parse(o.Root.AppendJSON(nil))
	if err != nil || again.Digest() != o.Digest() {
		t.Errorf("%s: printed and parsed it has another digest (%v)", o.ID, err)
	}
	return nil
}

func realFiles(t *testing.T, pattern string) (paths []string) {
	root := testdata.Dir(t)
	dir, all := strings.CutSuffix(pattern, "/**")
	if !all {
		paths, _ = filepath.Glob(filepath.Join(root, pattern))
		return paths
	}
	filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".json") {
			paths = append(paths, path)
		}
		return nil
	})
	return paths
}
