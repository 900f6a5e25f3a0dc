package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRefusePrivate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		address string
		refused bool
	}{
		{"127.0.0.1:80", true}, {"127.8.8.8:80", true}, {"10.0.0.1:443", true}, {"172.16.0.1:443", true}, {"192.168.1.1:443", true},
		{"169.254.169.254:80", true}, {"100.64.0.1:80", true}, {"0.0.0.0:80", true}, {"255.255.255.255:80", true}, {"224.0.0.1:80", true},
		{"[::1]:80", true}, {"[::]:80", true}, {"[fe80::1%eth0]:80", true}, {"[fd00::1]:80", true}, {"[::ffff:127.0.0.1]:80", true},
		{"[64:ff9b::7f00:1]:80", true}, {"[2002:7f00:1::]:80", true},
		{"198.51.100.7:443", false}, {"93.184.216.34:80", false}, {"[2606:2800:220:1::1]:443", false},
		{"not an address", true},
	} {
		if err := refusePrivate("tcp", c.address, nil); (err != nil) != c.refused {
			t.Errorf("refusePrivate(%q) = %v, want refused %v", c.address, err, c.refused)
		}
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.UserAgent()) })
	mux.HandleFunc("/gone", http.NotFound)
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/scheme", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)

	if _, err := fetch(t.Context(), srv.URL+"/ok", false); err == nil || !strings.Contains(err.Error(), "private address") {
		t.Errorf("loopback without --allow-private: %v", err)
	}
	body, err := fetch(t.Context(), srv.URL+"/ok", true)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if b, err := io.ReadAll(body); err != nil || !strings.HasPrefix(string(b), "threatwatch") {
		t.Errorf("user agent %q, %v", b, err)
	}
	for _, path := range []string{"/gone", "/loop", "/scheme"} {
		if b, err := fetch(t.Context(), srv.URL+path, true); err == nil {
			b.Close()
			t.Errorf("%s: no error", path)
		}
	}
	short := &fetched{body: io.NopCloser(strings.NewReader("0123456789")), left: 4}
	if b, err := io.ReadAll(short); string(b) != "0123" || err == nil {
		t.Errorf("capped body: %q, %v", b, err)
	}
}
