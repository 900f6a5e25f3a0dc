// Package mailtest is a mail server for tests: it takes every message that is sent to it over SMTP and delivers none.
package mailtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// User and Password are what the server lets in.
const (
	User     = "exchange"
	Password = "a password for tests"
)

// Received is a message that came in.
type Received struct {
	From, To string // of the envelope
	Raw      []byte
	Secure   bool // it came over TLS
	User     string
}

// Sink is a mail server on the loopback.
type Sink struct {
	Port  int
	Roots *x509.CertPool
	CA    []byte // the same, in PEM

	// Answer is asked about each recipient and then, with data, about each message; nil: all are taken. Set before use.
	Answer func(to string, data []byte) *smtp.SMTPError
	// Lose is asked after a message was kept: true drops the line before it is confirmed. Set before use.
	Lose func(to string) bool

	t    *testing.T
	mu   sync.Mutex
	came []Received
	wake chan struct{} // closed and replaced when a message comes
}

// Options of a sink.
type Options struct {
	StartTLS, TLS bool // how the line is secured
	Auth          bool // only who gives User and Password may send
}

// New starts a server that lasts as long as the test.
func New(t *testing.T, opt Options) *Sink {
	t.Helper()
	s := &Sink{t: t, wake: make(chan struct{})}
	conf := s.certificate()
	srv := smtp.NewServer(backend{s, opt})
	srv.Domain, srv.AllowInsecureAuth, srv.EnableSMTPUTF8 = "localhost", false, true
	srv.ReadTimeout, srv.WriteTimeout = time.Minute, time.Minute
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Port = ln.Addr().(*net.TCPAddr).Port
	if opt.StartTLS {
		srv.TLSConfig = conf
	}
	if opt.TLS {
		ln = tls.NewListener(ln, conf)
	}
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(ln) }()
	t.Cleanup(func() { srv.Close(); ln.Close(); <-done }) // the listener too: Serve may not have come as far as to know it
	return s
}

// certificate makes one for 127.0.0.1 and localhost that Roots knows.
func (s *Sink) certificate() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.CA = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	s.Roots = x509.NewCertPool()
	s.Roots.AppendCertsFromPEM(s.CA)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

// All are the messages that came so far.
func (s *Sink) All() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Received(nil), s.came...)
}

// Wait returns the messages once there are n.
func (s *Sink) Wait(n int) []Received {
	s.t.Helper()
	limit := time.After(2 * time.Minute)
	for {
		s.mu.Lock()
		came, wake := append([]Received(nil), s.came...), s.wake
		s.mu.Unlock()
		if len(came) >= n {
			return came
		}
		select {
		case <-wake:
		case <-limit:
			s.t.Fatalf("%d messages came, not %d", len(came), n)
		}
	}
}

func (s *Sink) keep(r Received) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.came = append(s.came, r)
	close(s.wake)
	s.wake = make(chan struct{})
}

type backend struct {
	s   *Sink
	opt Options
}

// NewSession begins a session.
func (b backend) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{b: b, conn: c}, nil
}

type session struct {
	b        backend
	conn     *smtp.Conn
	user     string
	from, to string
}

// AuthMechanisms are offered to who comes over TLS.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth looks at name and password.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong name or password"}
		}
		s.user = user
		return nil
	}), nil
}

// Mail begins a message.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.b.opt.Auth && s.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "say who you are"}
	}
	s.from = from
	return nil
}

// Rcpt takes a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if ask := s.b.s.Answer; ask != nil {
		if e := ask(to, nil); e != nil {
			return e
		}
	}
	s.to = to
	return nil
}

// Data takes the message.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if ask := s.b.s.Answer; ask != nil {
		if e := ask(s.to, raw); e != nil {
			return e
		}
	}
	_, secure := s.conn.TLSConnectionState()
	s.b.s.keep(Received{From: s.from, To: s.to, Raw: bytes.Clone(raw), Secure: secure, User: s.user})
	if lose := s.b.s.Lose; lose != nil && lose(s.to) {
		s.conn.Close()
	}
	return nil
}

// Reset forgets the message under way.
func (s *session) Reset() { s.from, s.to = "", "" }

// Logout ends the session.
func (s *session) Logout() error { return nil }
