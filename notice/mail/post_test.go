package mail_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-smtp"

	"threatwatch"
	"threatwatch/internal/mailtest"
	"threatwatch/internal/pyenv"
	"threatwatch/notice/mail"
)

// options are those of a post that sends to a sink.
func options(s *mailtest.Sink) mail.Options {
	return mail.Options{Title: "Wächter", From: "watch@cti.example", Host: "127.0.0.1", Port: s.Port, Security: "starttls", Roots: s.Roots}
}

func newPost(t *testing.T, opt mail.Options) *mail.Post {
	t.Helper()
	p, err := mail.NewPost(opt, func() time.Time { return time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var plainMessage = mail.Message{To: "reader@example.org", Subject: "[TLP:CLEAR] Neu: „Pläne“", Text: "Größe\n-- \nende\n", HTML: "<p>Größe</p>", ID: "a", List: "watch",
	Unsubscribe: "https://cti.example/unsubscribe?t=" + strings.Repeat("abcdefghij", 12), ByMail: "a.token"}

// parsed is a message as Python's email package reads it.
type parsed struct {
	Headers map[string]string
	Type    string
	Parts   []struct{ Type, Charset, Text string }
	Defects []string
}

func parse(t *testing.T, raw []byte) (m parsed) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), pyenv.Python(t), pyenv.Script(t, "letter.py"))
	cmd.Stdin = bytes.NewReader(raw)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &m)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, problems.String())
	}
	return m
}

// TestSend: over each kind of line a message arrives whole, and as another program's parser reads it has the fields of a list that can be left with one click.
func TestSend(t *testing.T) {
	for _, way := range []struct {
		security string
		sink     mailtest.Options
	}{{"starttls", mailtest.Options{StartTLS: true, Auth: true}}, {"tls", mailtest.Options{TLS: true, Auth: true}}, {"none", mailtest.Options{}}} {
		t.Run(way.security, func(t *testing.T) {
			sink := mailtest.New(t, way.sink)
			opt := options(sink)
			opt.Security, opt.Bounces, opt.Leave = way.security, "bounces@cti.example", "leave@cti.example"
			if way.sink.Auth {
				opt.User, opt.Password = mailtest.User, mailtest.Password
			}
			if err := newPost(t, opt).Send(t.Context(), plainMessage); err != nil {
				t.Fatal(err)
			}
			got := sink.All()
			if len(got) != 1 || got[0].From != "bounces@cti.example" || got[0].To != "reader@example.org" || got[0].Secure != (way.security != "none") || got[0].User != opt.User {
				t.Fatalf("%+v", got)
			}
			m := parse(t, got[0].Raw)
			for name, want := range map[string]string{
				"from": "Wächter <watch@cti.example>", "to": "reader@example.org", "subject": plainMessage.Subject, "date": "Wed, 25 Nov 2026 07:00:00 +0000", "auto-submitted": "auto-generated",
				"list-id": "<watch.cti.example>", "list-unsubscribe": "<" + plainMessage.Unsubscribe + ">, <mailto:leave@cti.example?subject=a.token>", "list-unsubscribe-post": "List-Unsubscribe=One-Click",
			} {
				if m.Headers[name] != want {
					t.Errorf("%s: %q, want %q", name, m.Headers[name], want)
				}
			}
			if len(m.Defects) > 0 || m.Type != "multipart/alternative" || len(m.Parts) != 2 || m.Parts[0].Type != "text/plain" || m.Parts[0].Charset != "utf-8" || m.Parts[0].Text != plainMessage.Text || m.Parts[1].Type != "text/html" || strings.TrimSpace(m.Parts[1].Text) != plainMessage.HTML {
				t.Errorf("%+v", m)
			}
			for line := range bytes.Lines(got[0].Raw) {
				if len(line) > 998+2 || bytes.ContainsFunc(line, func(r rune) bool { return r > 126 }) { // RFC 5322 §2.1.1, and no need of 8BITMIME
					t.Errorf("line %q", line)
				}
			}
		})
	}
}

// TestInjection: what stands in titles and addresses adds no field and no recipient.
func TestInjection(t *testing.T) {
	sink := mailtest.New(t, mailtest.Options{})
	opt := options(sink)
	opt.Security = "none"
	p := newPost(t, opt)
	m := plainMessage
	m.Subject = "Plans\r\nBcc: victim@example.org\r\n\r\nbody\u2028more\x00\x1b[31m"
	if err := p.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := parse(t, sink.All()[0].Raw)
	if got.Headers["subject"] != "Plans Bcc: victim@example.org body more [31m" || got.Headers["bcc"] != "" || len(got.Headers) != len(parse(t, mustBytes(t, p, plainMessage)).Headers) {
		t.Errorf("%q", got.Headers)
	}
	for _, to := range []string{"a@example.org\r\nRCPT TO:<b@example.org>", "a@example.org>, <b@example.org", "a@example.org, b@example.org", ""} {
		m := plainMessage
		m.To = to
		var refused *mail.Refused
		if err := p.Send(t.Context(), m); !errors.As(err, &refused) {
			t.Errorf("%q: %v", to, err)
		}
	}
	if n := len(sink.All()); n != 1 {
		t.Errorf("%d messages came", n)
	}
}

func mustBytes(t *testing.T, p *mail.Post, m mail.Message) []byte {
	t.Helper()
	raw, err := p.Bytes(m, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestPlainWeb: where the exchange is not reached over HTTPS, no mailbox is told that one click is enough (RFC 8058 §3.1); there is a link all the same.
func TestPlainWeb(t *testing.T) {
	sink := mailtest.New(t, mailtest.Options{})
	m := plainMessage
	m.Unsubscribe = "http://cti.example/unsubscribe?t=x"
	got := parse(t, mustBytes(t, newPost(t, options(sink)), m))
	if got.Headers["list-unsubscribe"] != "<http://cti.example/unsubscribe?t=x>" || got.Headers["list-unsubscribe-post"] != "" {
		t.Errorf("%q", got.Headers)
	}
}

// TestSecured: a line that was to be secure is never used when it is not, nor with a certificate of somebody else.
func TestSecured(t *testing.T) {
	plain, secure := mailtest.New(t, mailtest.Options{}), mailtest.New(t, mailtest.Options{StartTLS: true})
	opt := options(plain)
	if err := newPost(t, opt).Send(t.Context(), plainMessage); err == nil || len(plain.All()) > 0 {
		t.Errorf("sent without STARTTLS: %v", err)
	}
	opt = options(secure)
	opt.Roots = plain.Roots
	if err := newPost(t, opt).Send(t.Context(), plainMessage); err == nil || len(secure.All()) > 0 {
		t.Errorf("sent to a relay of another name: %v", err)
	}
}

// TestRefusals: what the relay says about a mailbox for good is told apart from what may pass, and from what it says about us.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name    string
		code    int
		atData  bool
		refused bool
	}{{"no such mailbox", 550, false, true}, {"try later", 451, false, false}, {"not this text", 554, true, true}, {"full", 452, true, false}} {
		t.Run(tt.name, func(t *testing.T) {
			sink := mailtest.New(t, mailtest.Options{StartTLS: true})
			sink.Answer = func(_ string, data []byte) *smtp.SMTPError {
				if (data != nil) == tt.atData {
					return &smtp.SMTPError{Code: tt.code, EnhancedCode: smtp.EnhancedCode{tt.code / 100, 1, 1}, Message: tt.name}
				}
				return nil
			}
			err := newPost(t, options(sink)).Send(t.Context(), plainMessage)
			var refused *mail.Refused
			if is := errors.As(err, &refused); err == nil || is != tt.refused || is && refused.Code != tt.code || !strings.Contains(err.Error(), tt.name) {
				t.Errorf("%v", err)
			}
			if !tt.refused && threatwatch.KindOf(err) != threatwatch.Unavailable {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("we are not let in", func(t *testing.T) {
		sink := mailtest.New(t, mailtest.Options{StartTLS: true, Auth: true})
		for _, password := range []string{"", "wrong"} {
			opt := options(sink)
			if password != "" {
				opt.User, opt.Password = mailtest.User, password
			}
			err := newPost(t, opt).Send(t.Context(), plainMessage)
			var refused *mail.Refused
			if err == nil || errors.As(err, &refused) {
				t.Errorf("password %q: %v", password, err)
			}
		}
	})
	t.Run("the line is lost", func(t *testing.T) {
		sink := mailtest.New(t, mailtest.Options{StartTLS: true})
		n := 0
		sink.Lose = func(string) bool { n++; return n == 1 }
		p := newPost(t, options(sink))
		var refused *mail.Refused
		if err := p.Send(t.Context(), plainMessage); err == nil || errors.As(err, &refused) {
			t.Errorf("%v", err)
		}
		if err := p.Send(t.Context(), plainMessage); err != nil {
			t.Fatal(err)
		}
		got := sink.All()
		if len(got) != 2 || parse(t, got[0].Raw).Headers["message-id"] != parse(t, got[1].Raw).Headers["message-id"] {
			t.Errorf("%d messages, not twice the same", len(got))
		}
	})
	t.Run("who waits no longer", func(t *testing.T) {
		sink := mailtest.New(t, mailtest.Options{StartTLS: true})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := newPost(t, options(sink)).Send(ctx, plainMessage); err == nil {
			t.Error("sent")
		}
	})
}

// TestDKIM: signatures by keys of both kinds hold, as another library verifies them, and cover the fields of one click; a change in one of them breaks them.
func TestDKIM(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pub, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&small.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat(strings.Repeat("a", 50)+".", 3) + "example"
	for name, k := range map[string]struct {
		private any
		record  string
		domain  string
	}{"a long domain": {small, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(spki), long}, "rsa": {small, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(spki), "cti.example"}, "ed25519": {edwards, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub), "cti.example"}} {
		t.Run(name, func(t *testing.T) {
			der, err := x509.MarshalPKCS8PrivateKey(k.private)
			if err != nil {
				t.Fatal(err)
			}
			key, err := mail.ReadKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
			if err != nil {
				t.Fatal(err)
			}
			sink := mailtest.New(t, mailtest.Options{StartTLS: true})
			opt := options(sink)
			opt.From = "watch@" + k.domain
			opt.DKIM = &mail.DKIM{Domain: k.domain, Selector: "s1", Key: key}
			if err := newPost(t, opt).Send(t.Context(), plainMessage); err != nil {
				t.Fatal(err)
			}
			raw := sink.All()[0].Raw
			verify := func(raw []byte) (*dkim.Verification, error) {
				list, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(domain string) ([]string, error) {
					if domain != "s1._domainkey."+k.domain {
						return nil, errors.New("no such record: " + domain)
					}
					return []string{k.record}, nil
				}})
				if err != nil || len(list) != 1 {
					t.Fatalf("%v, %v\n%s", list, err, raw)
				}
				return list[0], list[0].Err
			}
			v, err := verify(raw)
			if err != nil {
				t.Fatalf("%v\n%s", err, raw)
			}
			covered := strings.ToLower(strings.Join(v.HeaderKeys, " "))
			for _, field := range []string{"from", "subject", "list-unsubscribe", "list-unsubscribe-post", "message-id"} {
				if !strings.Contains(covered, field) {
					t.Errorf("%s is not covered: %s", field, covered)
				}
			}
			for _, change := range [][2]string{{"/unsubscribe?t=", "/elsewhere?t="}, {"One-Click", "Two-Click"}, {"ende", "Ende"}} {
				broken := bytes.Replace(raw, []byte(change[0]), []byte(change[1]), 1)
				if bytes.Equal(broken, raw) {
					t.Fatalf("%q does not stand in\n%s", change[0], raw)
				}
				if _, err := verify(broken); err == nil {
					t.Errorf("%q for %q is not noticed", change[1], change[0])
				}
			}
		})
	}
}

// TestParseAddress: a mailbox and nothing else.
func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"a@example.org": "a@example.org", " A.b+c@Example.ORG ": "A.b+c@example.org", "a@bücher.example": "a@xn--bcher-kva.example", "jürgen@example.org": "jürgen@example.org",
		"": "", "a": "", "a@": "", "@example.org": "", "a@b": "", "A <a@example.org>": "", "<a@example.org>": "", "a@example.org, b@example.org": "", "a@example.org\r\nBcc: b@example.org": "",
		`"a b"@example.org`: "", "a@exa mple.org": "", "a@[127.0.0.1]": "", strings.Repeat("a", 65) + "@example.org": "", "a@" + strings.Repeat("example.", 40) + "org": "",
	} {
		got, err := mail.ParseAddress(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParseAddress(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}
