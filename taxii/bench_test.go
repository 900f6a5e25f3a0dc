package taxii

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// constant serves the same object over and over: what is left is the cost of the protocol.
type constant struct {
	large
	raw []byte
}

func (b *constant) Objects(_ context.Context, _ string, f Filter, sink func([]byte) error) (Page, error) {
	for range f.Limit {
		if err := sink(b.raw); err != nil {
			return Page{}, err
		}
	}
	return Page{More: true, Next: "x"}, nil
}

// BenchmarkPage reads pages of 1,000 objects over loopback.
func BenchmarkPage(b *testing.B) {
	srv := httptest.NewServer(NewServer(&constant{raw: []byte(`{"type":"x-test","text":"` + strings.Repeat("lorem ipsum dolor ", 60) + `"}`)}, Options{}))
	defer srv.Close()
	for _, coding := range []string{"identity", "gzip"} {
		b.Run(coding, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := http.NewRequest("GET", srv.URL+"/api1/collections/x/objects/", nil)
				if err != nil {
					b.Fatal(err)
				}
				r.Header.Set("Accept-Encoding", coding)
				resp, err := http.DefaultClient.Do(r)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					b.Fatal(err)
				}
				if err := resp.Body.Close(); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(1000 * 1110)
			}
		})
	}
}
