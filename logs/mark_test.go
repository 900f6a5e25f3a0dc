package logs

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMark: wherever a reading stops, the one that goes on from its mark finds the rest, and the two find what one would have found.
func TestMark(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	inputs := map[string][]byte{"two headers": append(zeekLines("conn", 20), zeekLines("dns", 20)...), "too long": tooLong(), "envelope": []byte(envelope),
		"flows": []byte(strings.Repeat(oddFlow+"\n", 20)), "separator": []byte("sep=;\na;src_ip\n" + strings.Repeat("x,y,z;198.51.100.7\n", 20))}
	for _, p := range paths {
		if inputs[filepath.Base(p)], err = os.ReadFile(p); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range inputs {
		whole, want := readAll(t, bytes.NewReader(data), Options{MaxRecord: blockSize})
		for cut := 0; cut <= len(data); cut += 1 + len(data)/300 {
			got, mark := readPart(t, data[:cut], Options{Format: whole.Format(), Live: true, Whole: true, MaxRecord: blockSize})
			first := len(got)
			if first == 0 { // how the log begins may not have been seen
				got, _ = readPart(t, data, Options{Format: whole.Format(), MaxRecord: blockSize})
			} else {
				rest, _ := readPart(t, data[mark.Offset:], Options{From: mark, MaxRecord: blockSize})
				got = append(got, rest...)
			}
			if len(got) != len(want) {
				t.Fatalf("%s: cut at %d after %d records: %d records, want %d", name, cut, first, len(got), len(want))
			}
			for i := range got {
				if got[i].String() != want[i].String() {
					t.Fatalf("%s: cut at %d after %d records:\n%s\nwant\n%s", name, cut, first, got[i], want[i])
				}
			}
		}
	}
}

// readPart reads to the end and returns the mark behind what was handed out, as it would be written down.
func readPart(t *testing.T, data []byte, o Options) (all []found, mark *Mark) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data), o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	mark = &Mark{}
	var rec Record
	for {
		b, err := r.Next()
		if err == io.EOF {
			return all, mark
		}
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(b.End())
		if err != nil {
			t.Fatal(err)
		}
		mark = &Mark{}
		if err := json.Unmarshal(raw, mark); err != nil {
			t.Fatal(err)
		}
		for entry, number, ok := b.Next(); ok; entry, number, ok = b.Next() {
			err := b.Scan(entry, &rec)
			all = append(all, show(number, &rec, rec.Facts(), err))
		}
		b.Release()
	}
}

// tooLong is lines, one of which is left out.
func tooLong() []byte {
	line := []byte("from 192.0.2.7 port 22\n")
	return bytes.Join([][]byte{line, bytes.Repeat([]byte("x"), 2*blockSize), {'\n'}, line, line}, nil)
}
