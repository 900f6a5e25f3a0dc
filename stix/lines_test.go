package stix

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestReadObjectLines(t *testing.T) {
	t.Parallel()
	const a, b, c = `{"type":"a"}`, `{"type":"b"}`, `{"type":"c"}`
	for name, tc := range map[string]struct{ in, want string }{
		"all good":            {a + "\n" + b, a + "|" + b},
		"first":               {`{"type":` + "\n" + a + "\n" + b, `1:{"type":|` + a + "|" + b},
		"middle":              {a + "\n{\"type\":\"b\"\n\n" + c, a + `|2:{"type":"b"|` + c},
		"last":                {a + "\r\n" + b + "\r\n{\"type", a + "|" + b + `|3:{"type`},
		"unclosed, eats more": {a + "\n{\"x\":[\n" + b + "\n" + c, a + `|2:{"x":[|` + b + "|" + c},
		"text":                {a + "\n\nhello\n" + b, a + "|3:hello|" + b},
		"NUL":                 {a + "\n\x00\n" + b, a + "|2:\x00|" + b},
		"two in a row":        {a + "\n{,\n}{\n" + b, a + "|2:{,|3:}{|" + b},
		"a bundle a line": {a + "\n" + `{"type":"bundle","objects":[` + a + "," + b + ",]}\n" + c,
			a + "|" + a + "|" + b + `|2:,]}|` + c},
		"an array a line":    {`[` + a + ",\n" + b + "\n" + c, a + "|" + b + "|fault 28"},
		"two on a line":      {a + "\n" + a + b + "}\n" + c, a + "|" + a + "|" + b + "|2:}|" + c},
		"one value, cut":     {"{\n \"type\":\"a\",\n \"x\":[\n", "fault 22"},
		"pretty, then wrong": {"{\n \"type\":\"a\"\n}\n{\n \"type\":b\n}\n" + c, "{\n \"type\":\"a\"\n}|fault 26"},
		"no JSON at all":     {"hello\nworld\n", "fault 0"},
		"offset":             {a + "\n{\"n\":01}\n", a + `|2:{"n":01}`},
	} {
		var got []string
		err := ReadObjectLines(strings.NewReader(tc.in), func(raw []byte, _ bool) error {
			got = append(got, string(raw))
			return nil
		}, func(line int, raw []byte, fault *SyntaxError) error {
			if fault.Offset < 0 || fault.Offset > int64(len(tc.in)) {
				t.Errorf("%s: a fault at byte %d of %d", name, fault.Offset, len(tc.in))
			}
			got = append(got, fmt.Sprintf("%d:%s", line, strings.TrimSpace(string(raw))))
			return nil
		})
		if se, ok := errors.AsType[*SyntaxError](err); ok {
			got = append(got, fmt.Sprint("fault ", se.Offset))
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if s := strings.Join(got, "|"); s != tc.want {
			t.Errorf("%s: %q\nwant %q", name, s, tc.want)
		}
	}
}

// TestReadObjectLinesLong: the number of a line is right where the text is longer than the window, and reading takes linear time.
func TestReadObjectLinesLong(t *testing.T) {
	t.Parallel()
	const n = 200_000
	text := strings.Repeat("{\"type\":\"a\"}\n", n) + "{\"type\":\n" + strings.Repeat("{\"x\":[\n{\"type\":\"b\"}\n", n/2)
	good, bad, last := 0, 0, 0
	err := ReadObjectLines(strings.NewReader(text), func([]byte, bool) error {
		good++
		return nil
	}, func(line int, raw []byte, _ *SyntaxError) error {
		if bad++; bad == 1 && (line != n+1 || string(raw) != `{"type":`) {
			t.Errorf("line %d: %q, want line %d", line, raw, n+1)
		}
		last = line
		return nil
	})
	if err != nil || good != n+n/2 || bad != 1+n/2 || last != 2*n {
		t.Errorf("%d good and %d broken, the last in line %d, %v", good, bad, last, err)
	}
}

func TestReadObjectLinesStops(t *testing.T) {
	t.Parallel()
	stop := &SyntaxError{Msg: "of the caller"}
	n := 0
	f := func([]byte, bool) error {
		n++
		return stop
	}
	if err := ReadObjectLines(strings.NewReader("{\"a\":1}\n{\"b\":2}\n"), f, nil); err != error(stop) || n != 1 {
		t.Errorf("an error of f: %v after %d objects", err, n)
	}
	err := ReadObjectLines(strings.NewReader("{\"a\":1}\n{\n{\"b\":2}\n"), func([]byte, bool) error { return nil },
		func(int, []byte, *SyntaxError) error { return stop })
	if err != error(stop) {
		t.Errorf("an error of broken: %v", err)
	}
}
