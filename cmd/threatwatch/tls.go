package main

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// suites are those of TLS 1.2 that RFC 9113 Appendix A (and RFC 7540 Appendix A before it) does not forbid. TLS 1.3 has none that are bad,
// and no early data is taken: package crypto/tls does not offer it to servers.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// tlsConfig is how the program speaks TLS when it has a certificate.
func (c *config) tlsConfig(log *slog.Logger) (*tls.Config, error) {
	pair := &keyPair{cert: c.TLS.Cert, key: c.TLS.Key, log: log}
	if err := pair.read(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: suites, GetCertificate: pair.get}, nil
}

// keyPair is a certificate and its key in files. They are read again when they have changed, so that a renewal needs no restart.
type keyPair struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex // protects all below
	held   *tls.Certificate
	state  [2]fileState // of the files as they were read
	looked time.Time
}

type fileState struct {
	modified time.Time
	size     int64
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = time.Second

// get returns the certificate for a connection. Files that cannot be read, or do not belong together because only one has been replaced
// as yet, leave it as it was.
func (p *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.looked) > lookEvery && p.now() != p.state {
		if err := p.read(); err != nil {
			p.log.Error("the new certificate cannot be used; the old one stays", "error", err)
		}
	}
	return p.held, nil
}

// now is the state of the files.
func (p *keyPair) now() (state [2]fileState) {
	p.looked = time.Now()
	for i, path := range []string{p.cert, p.key} {
		if info, err := os.Stat(path); err == nil {
			state[i] = fileState{info.ModTime(), info.Size()}
		}
	}
	return state
}

func (p *keyPair) read() error {
	state := p.now() // before reading: what changes meanwhile is read again
	pair, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		return err
	}
	p.held, p.state = &pair, state
	return nil
}
