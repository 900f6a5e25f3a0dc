package mail

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"threatwatch"
)

// Options say how mail goes out. From and Host are needed.
type Options struct {
	Title    string // name of the exchange: who mail is from
	From     string // address that it is from
	Bounces  string // address that reports of failure go to, with a * where it is to say whose message it was; "": From
	Leave    string // mailbox for leaving, of List-Unsubscribe; "": there is none
	Host     string // of the relay
	Port     int
	Security string // of Securities
	Roots    *x509.CertPool
	User     string // "": the relay asks for no name
	Password string
	DKIM     *DKIM // nil: the relay signs
}

// DKIM is a key to sign with (RFC 6376); its public half is published in DNS at {Selector}._domainkey.{Domain}.
type DKIM struct {
	Domain, Selector string
	Key              crypto.Signer
}

// Securities are the ways to a relay: TLS that is asked for on a plain connection, TLS from the first byte (RFC 8314 §3.3), and none, for a relay on
// the same machine. Nothing falls back from one to another.
var Securities = []string{"starttls", "tls", "none"}

// ReadKey reads a private key for DKIM in PEM: RSA or Ed25519.
func ReadKey(pem []byte) (crypto.Signer, error) { return gomail.PrivKeyFromPEM(pem) }

// signed are the fields that a signature covers: those of one click (RFC 8058 §4), and of those that RFC 6376 §5.4.1 names the ones that messages have.
var signed = []string{"From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"}

// sendTime bounds one message's way to the relay.
const sendTime = time.Minute

// Post sends messages.
type Post struct {
	opt    Options
	domain string // of From
	signer *gomail.DKIMSigner
	now    func() time.Time
}

// NewPost checks the options. now is time.Now when nil.
func NewPost(opt Options, now func() time.Time) (*Post, error) {
	if now == nil {
		now = time.Now
	}
	p := &Post{opt: opt, now: now}
	from, err := ParseAddress(opt.From)
	if err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	p.opt.From = from
	_, p.domain, _ = strings.Cut(from, "@")
	if opt.Bounces != "" {
		if _, err := ParseAddress(returnPath(opt.Bounces, strings.Repeat("a", 26))); err != nil {
			return nil, fmt.Errorf("bounces: %w", err)
		}
	}
	if d := opt.DKIM; d != nil {
		p.signer = gomail.NewDKIMSigner(d.Domain, d.Selector, d.Key)
		p.signer.SignHeaders(signed...)
		if err := p.signer.ValidateConfig(); err != nil {
			return nil, fmt.Errorf("dkim: %w", err)
		}
	}
	_, err = p.client()
	return p, err
}

func (p *Post) client() (*gomail.Client, error) {
	conf := &tls.Config{ServerName: p.opt.Host, MinVersion: tls.VersionTLS12, RootCAs: p.opt.Roots}
	list := []gomail.Option{gomail.WithPort(p.opt.Port), gomail.WithTimeout(sendTime), gomail.WithHELO(p.domain), gomail.WithTLSConfig(conf)}
	switch p.opt.Security {
	case "tls":
		list = append(list, gomail.WithSSL())
	case "starttls":
		list = append(list, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case "none":
		list = append(list, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, threatwatch.Errorf(threatwatch.Invalid, "security: write %s", strings.Join(Securities, ", "))
	}
	if p.opt.User != "" {
		list = append(list, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(p.opt.User), gomail.WithPassword(p.opt.Password))
	}
	return gomail.NewClient(p.opt.Host, list...)
}

// Refused is the answer of a relay that will never take a message for this mailbox (RFC 5321 §4.2.1: 5yz).
type Refused struct {
	Code int
	Err  error
}

func (e *Refused) Error() string { return fmt.Sprintf("refused for good (%d): %v", e.Code, e.Err) }

// Unwrap is what the relay said.
func (e *Refused) Unwrap() error { return e.Err }

// Send hands a message to the relay and returns when the relay has taken it. *Refused says that it is of no use to try again with this mailbox; any
// other error may pass. A message whose end the relay did not confirm may have been taken: it is sent again, under the same Message-ID.
func (p *Post) Send(ctx context.Context, m Message) error {
	out, err := p.msg(m, p.now())
	if err != nil {
		return &Refused{Err: err} // what cannot be written as an address now cannot be later
	}
	c, err := p.client()
	if err != nil {
		return err
	}
	err = c.DialAndSendWithContext(ctx, out)
	if err == nil || out.IsDelivered() { // taken; what came after is about the connection
		return nil
	}
	var s *gomail.SendError
	if errors.As(err, &s) && s.ErrorCode() >= 500 && ofMailbox(s.Reason) {
		return &Refused{s.ErrorCode(), err}
	}
	return threatwatch.Errorf(threatwatch.Unavailable, "relay %s: %w", net.JoinHostPort(p.opt.Host, fmt.Sprint(p.opt.Port)), err)
}

// words is what a relay said, without the address, which logs need not hold.
func words(err error) string {
	var s *gomail.SendError
	if errors.As(err, &s) {
		return fmt.Sprintf("%s: %d %s", s.Reason, s.ErrorCode(), s.EnhancedStatusCode())
	}
	return err.Error()
}

// ofMailbox says whether a refusal is about the mailbox or the message, rather than about us: a relay that does not let us in refuses everybody's mail.
func ofMailbox(r gomail.SendErrReason) bool {
	return r == gomail.ErrSMTPRcptTo || r == gomail.ErrSMTPDataClose
}

// maxAddress bounds an address (RFC 5321 §4.5.3.1.3).
const maxAddress = 254

// ParseAddress reads a mailbox: an address and nothing around it. The domain is in small letters, and in ASCII.
func ParseAddress(s string) (string, error) {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s || strings.ContainsAny(s, "\"\\<>,;: \t\r\n") {
		return "", threatwatch.Errorf(threatwatch.Invalid, "%q is no e-mail address such as name@example.org", s)
	}
	local, domain, _ := strings.Cut(a.Address, "@")
	domain, err = ascii(domain)
	if err != nil || !strings.Contains(domain, ".") && domain != "localhost" || len(local) > 64 || len(local)+1+len(domain) > maxAddress {
		return "", threatwatch.Errorf(threatwatch.Invalid, "%q is no e-mail address such as name@example.org", s)
	}
	return local + "@" + domain, nil
}

// ascii is a domain as it is in DNS.
func ascii(domain string) (string, error) { return idna.Lookup.ToASCII(strings.ToLower(domain)) }
