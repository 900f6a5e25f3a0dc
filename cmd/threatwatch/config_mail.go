package main

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/notice/mail"
	"threatwatch/stix"
)

// mailConfig is the part of the configuration that is about mail. Without a host none is sent.
type mailConfig struct {
	Host         string `toml:"host"`
	Port         int    `toml:"port"`
	Security     string `toml:"security"`
	CA           string `toml:"ca"`
	User         string `toml:"user"`
	PasswordFile string `toml:"password_file"`
	From         string `toml:"from"`
	Bounces      string `toml:"bounces"`
	Leave        string `toml:"leave"`
	Carry        string `toml:"carry"`
	DKIM         struct {
		Domain   string `toml:"domain"`
		Selector string `toml:"selector"`
		Key      string `toml:"key"`
	} `toml:"dkim"`

	carry stix.Level
	post  *mail.Post // nil: no mail
}

// mailPassword is where the relay's password may stand instead of in a file.
const mailPassword = "THREATWATCH_MAIL_PASSWORD"

// exampleMail is the part of the example about mail.
const exampleMail = `
[mail]                      # without a host no mail is sent, and nobody subscribes by mail
host = ""                   # the relay; public_url must be set: links in mail begin with it
port = 587
security = "starttls"       # "starttls", "tls" (port 465), or "none" for a relay on this machine; one never falls back to another
ca = ""                     # certificates in PEM that vouch for the relay, instead of the system's
user = ""                   # name for the relay; its password stands in a file, or in THREATWATCH_MAIL_PASSWORD
password_file = ""
from = ""                   # "watch@cti.example": who mail is from
bounces = ""                # "bounces+*@cti.example": mailbox for reports of failure, read by: threatwatch mail bounce; default: from
leave = ""                  # mailbox for leaving by mail, read by: threatwatch mail leave
carry = "clear"             # the strictest TLP that mail may carry: clear, green, amber; of the rest it says only that there is something

[mail.dkim]                 # sign here instead of at the relay: all three or none
domain = ""
selector = ""
key = ""                    # RSA or Ed25519 in PEM
`

func (m *mailConfig) defaults() { m.Port, m.Security, m.Carry = 587, "starttls", "clear" }

// paths are the fields that are files, relative to the configuration.
func (m *mailConfig) paths() []*string { return []*string{&m.CA, &m.PasswordFile, &m.DKIM.Key} }

// check says what is wrong with the values, and makes of them what sends mail.
func (m *mailConfig) check(title, publicURL string) error {
	bad := func(key, format string, args ...any) error {
		return threatwatch.Errorf(threatwatch.Invalid, "mail.%s: %s", key, fmt.Sprintf(format, args...))
	}
	m.post = nil
	ok := false
	if m.carry, ok = stix.LevelNamed(m.Carry); !ok || m.carry >= stix.AmberStrict {
		return bad("carry", "%q is not clear, green or amber", m.Carry)
	}
	if m.Host == "" {
		return nil
	}
	if publicURL == "" {
		return bad("host", "public_url must be set as well: links in mail begin with it")
	}
	if m.Port < 1 || m.Port > 65535 {
		return bad("port", "%d is no port", m.Port)
	}
	if !slices.Contains(mail.Securities, m.Security) {
		return bad("security", "%q is not %s", m.Security, strings.Join(mail.Securities, ", "))
	}
	opt := mail.Options{Title: title, From: m.From, Bounces: m.Bounces, Leave: m.Leave, Host: m.Host, Port: m.Port, Security: m.Security, User: m.User}
	for key, address := range map[string]string{"from": m.From, "bounces": cmp.Or(m.Bounces, m.From), "leave": cmp.Or(m.Leave, m.From)} {
		if _, err := mail.ParseAddress(address); err != nil {
			return bad(key, "%v", err)
		}
	}
	if m.CA != "" {
		pem, err := os.ReadFile(m.CA)
		opt.Roots = x509.NewCertPool()
		if err != nil || !opt.Roots.AppendCertsFromPEM(pem) {
			return bad("ca", "%s holds no certificates in PEM", m.CA)
		}
	}
	var err error
	if opt.Password, err = m.password(); err != nil {
		return bad("password_file", "%v", err)
	}
	if opt.DKIM, err = m.dkim(); err != nil {
		return bad("dkim", "%v", err)
	}
	if m.post, err = mail.NewPost(opt, nil); err != nil {
		return bad("host", "%v", err)
	}
	return nil
}

func (m *mailConfig) password() (string, error) {
	if m.User == "" {
		return "", nil
	}
	if m.PasswordFile == "" {
		if p := os.Getenv(mailPassword); p != "" {
			return p, nil
		}
		return "", fmt.Errorf("user %s needs a password: name its file, or set %s", m.User, mailPassword)
	}
	raw, err := os.ReadFile(m.PasswordFile)
	return strings.TrimRight(string(raw), "\r\n"), err
}

func (m *mailConfig) dkim() (*mail.DKIM, error) {
	d := m.DKIM
	if d.Domain == "" && d.Selector == "" && d.Key == "" {
		return nil, nil
	}
	if d.Domain == "" || d.Selector == "" || d.Key == "" {
		return nil, errors.New("domain, selector and key go together")
	}
	pem, err := os.ReadFile(d.Key)
	if err != nil {
		return nil, err
	}
	key, err := mail.ReadKey(pem)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(d.Key), err)
	}
	return &mail.DKIM{Domain: d.Domain, Selector: d.Selector, Key: key}, nil
}
