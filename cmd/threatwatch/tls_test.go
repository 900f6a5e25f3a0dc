package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"threatwatch/taxii"
)

// TestT003: the program speaks HTTPS itself: TLS 1.2 with good suites and 1.3, HTTP/1.1 and 2, nothing older or weaker.
func TestT003(t *testing.T) {
	dir := t.TempDir()
	roots := newKeyPair(t, dir, 1)
	url := serveHere(t, "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n", dir)
	if !strings.HasPrefix(url, "https://") {
		t.Fatalf("serving on %s", url)
	}
	for name, tt := range map[string]struct {
		config *tls.Config
		works  bool
	}{
		"TLS 1.3":                   {&tls.Config{MinVersion: tls.VersionTLS13}, true},
		"TLS 1.2":                   {&tls.Config{MaxVersion: tls.VersionTLS12}, true},
		"TLS 1.2, ChaCha20":         {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256}}, true},
		"TLS 1.2 with CBC":          {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA}}, false},
		"TLS 1.1":                   {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
		"TLS 1.0":                   {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, false},
		"a stranger's certificate?": {&tls.Config{RootCAs: x509.NewCertPool()}, false},
	} {
		if tt.config.RootCAs == nil {
			tt.config.RootCAs = roots
		}
		for _, http2 := range []bool{false, true} {
			c := &http.Client{Transport: &http.Transport{TLSClientConfig: tt.config.Clone(), ForceAttemptHTTP2: http2, DisableKeepAlives: true}}
			resp, err := c.Get(url + "/taxii2/")
			if (err == nil) != tt.works {
				t.Errorf("%s: %v, want it to work: %v", name, err, tt.works)
			}
			if err != nil {
				continue
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != taxii.MediaType || http2 != (resp.ProtoMajor == 2) {
				t.Errorf("%s: %s %s %v", name, resp.Proto, resp.Status, resp.Header)
			}
		}
	}
}

// TestRenewedCertificate: files that are replaced are used for the next connection; a pair that does not fit changes nothing.
func TestRenewedCertificate(t *testing.T) {
	dir := t.TempDir()
	newKeyPair(t, dir, 1)
	url := serveHere(t, "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n", dir)
	serial := func() int64 {
		c, err := tls.Dial("tcp", strings.TrimPrefix(url, "https://"), &tls.Config{InsecureSkipVerify: true}) // only to see which one it is
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(); got != 1 {
		t.Fatalf("certificate %d", got)
	}
	newKeyPair(t, dir, 2)
	for begin := time.Now(); serial() != 2; time.Sleep(50 * time.Millisecond) {
		if time.Since(begin) > 20*time.Second {
			t.Fatal("the new certificate is not used")
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), []byte("half a ke"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(lookEvery + 200*time.Millisecond)
	if got := serial(); got != 2 {
		t.Errorf("certificate %d", got)
	}
}

// serveHere runs the program in this process with a configuration file in dir, until the test ends, and returns its address.
func serveHere(t *testing.T, config, dir string) string {
	t.Helper()
	file := filepath.Join(dir, "threatwatch.toml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var errs lockedBuffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--config", file, "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0"}, strings.NewReader(""), io.Discard, &errs)
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-done; code != exitFine {
			t.Errorf("serve: exit %d: %s", code, errs.String())
		}
	})
	address := regexp.MustCompile(`on (https?://[0-9.:]+),`)
	for begin := time.Now(); time.Since(begin) < 30*time.Second; time.Sleep(5 * time.Millisecond) {
		if m := address.FindStringSubmatch(errs.String()); m != nil {
			return m[1]
		}
	}
	t.Fatalf("not serving: %s", errs.String())
	return ""
}

// newKeyPair writes cert.pem and key.pem for this machine and returns what trusts them.
func newKeyPair(t *testing.T, dir string, serial int64) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "threatwatch test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, text := range map[string][]byte{"cert.pem": cert, "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return pool
}
