package logs

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// FuzzReader reads anything as every format: it ends, numbers rise, and values lie within bounds.
func FuzzReader(f *testing.F) {
	samples, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range samples {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for format := range formatNames {
			r, err := NewReader(bytes.NewReader(data), Options{Format: Format(format)})
			if err != nil {
				continue
			}
			last := int64(0)
			var rec Record
			for {
				b, err := r.Next()
				if err != nil {
					if err != io.EOF && len(data) > 0 && data[0] != 0x1f && data[0] != 0x28 && data[0]&0xf0 != 0x50 && data[0] < 0xfe {
						t.Fatalf("%s: %v", Format(format), err)
					}
					break
				}
				for entry, number, ok := b.Next(); ok; entry, number, ok = b.Next() {
					if number <= last || len(entry) == 0 {
						t.Fatalf("%s: record %d after %d, %d bytes", Format(format), number, last, len(entry))
					}
					last = number
					b.Scan(entry, &rec) // what cannot be read is an error, and no more
					rec.When()
					for _, v := range rec.Fields {
						if len(v.Value) > 4*len(data)+64 {
							t.Fatalf("%s: %s has %d bytes", Format(format), v.Path, len(v.Value))
						}
					}
				}
				b.Release()
			}
			r.Close()
		}
	})
}
