package mail

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// Message is an e-mail before it is sent.
type Message struct {
	To      string
	Subject string
	Text    string
	HTML    string // says the same
	ID      string // what Message-ID is made of; the same when it is sent again, so that mailboxes drop the second
	Thread  string // what the first message of its thread was made of; "": it is alone

	List        string // the name of the list that it goes to (RFC 2919); "": of no list
	Unsubscribe string // address of the page that ends the subscription; "": there is none
	ByMail      string // what is written to the mailbox for leaving
	Returning   string // tells whose message it was when it comes back; "": it is of no subscription
}

// maxSubject bounds a subject, in characters.
const maxSubject = 180

// clean makes one line of a text: what breaks lines or moves cursors becomes a blank, so that no title ends a header.
func clean(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }), " ")
	if r := []rune(s); len(r) > maxSubject {
		s = strings.TrimSpace(string(r[:maxSubject-1])) + "…"
	}
	return s
}

// msg is the message as it goes out.
func (p *Post) msg(m Message, now time.Time) (*gomail.Msg, error) {
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := out.FromFormat(p.opt.Title, p.opt.From); err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	if err := out.To(m.To); err != nil {
		return nil, fmt.Errorf("to: %w", err)
	}
	if p.opt.Bounces != "" {
		if err := out.EnvelopeFrom(returnPath(p.opt.Bounces, m.Returning)); err != nil {
			return nil, fmt.Errorf("bounces: %w", err)
		}
	}
	out.Subject(clean(m.Subject))
	out.SetDateWithValue(now)
	out.SetMessageIDWithValue(p.id(m.ID, m.Returning))
	if m.Thread != "" && m.Thread != m.ID {
		out.SetGenHeaderPreformatted("References", "<"+p.id(m.Thread, m.Returning)+">")
		out.SetGenHeaderPreformatted("In-Reply-To", "<"+p.id(m.Thread, m.Returning)+">")
	}
	out.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 §5: no vacation notices, please
	p.listed(out, m)
	out.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		out.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	if p.signer == nil {
		return out, nil
	}
	return out, p.sign(out)
}

// sign adds a signature (RFC 6376). The library would fold what is longer than a line in the middle of a name, such as that of a long domain, after it
// has signed it whole: here the lines end between tags, where they change nothing (§3.4.2), and within the signature, where blanks do not count (§3.5).
func (p *Post) sign(out *gomail.Msg) error {
	var b bytes.Buffer
	if _, err := out.WriteTo(&b); err != nil { // boundaries stay as they are written now
		return err
	}
	head, body, _ := bytes.Cut(b.Bytes(), []byte("\r\n\r\n"))
	field, err := p.signer.Sign(head, body)
	if err != nil {
		return err
	}
	_, value, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(field), "\r\n ", ""), ": ")
	tags, signature, _ := strings.Cut(value, "; b=")
	out.SetGenHeaderPreformatted("DKIM-Signature", strings.ReplaceAll(tags, "; ", ";\r\n ")+";\r\n b="+folded(signature))
	return nil
}

// folded breaks a text without blanks into lines.
func folded(s string) string {
	var lines []string
	for ; len(s) > columns; s = s[columns:] {
		lines = append(lines, s[:columns])
	}
	return strings.Join(append(lines, s), "\r\n ")
}

// listed sets the fields of a list: RFC 2919 §3, RFC 2369 §3.2, RFC 8058 §3.1. They are not folded within an address.
func (p *Post) listed(out *gomail.Msg, m Message) {
	if m.List != "" {
		out.SetGenHeaderPreformatted("List-Id", "<"+m.List+"."+p.domain+">")
	}
	if m.Unsubscribe == "" {
		return
	}
	ways := "<" + m.Unsubscribe + ">"
	if p.opt.Leave != "" && m.ByMail != "" {
		ways += ",\r\n <mailto:" + p.opt.Leave + "?subject=" + m.ByMail + ">"
	}
	out.SetGenHeaderPreformatted("List-Unsubscribe", ways)
	if strings.HasPrefix(m.Unsubscribe, "https://") { // RFC 8058 §3.1 wants HTTPS
		out.SetGenHeaderPreformatted("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
}

// id is a Message-ID (RFC 5322 §3.6.4) made of a text, always the same. It tells whose message it was to who gets it back.
func (p *Post) id(of, returning string) string {
	sum := sha256.Sum256([]byte(of))
	id := hex.EncodeToString(sum[:16])
	if returning != "" {
		id += "." + returning
	}
	return id + "@" + p.domain
}

// returnPath is where a report of failure goes to: what stands for * tells whose message it was, as far as mail servers keep it (RFC 5233).
func returnPath(bounces, returning string) string {
	return strings.Replace(bounces, "*", cmp.Or(returning, "none"), 1)
}

// Bytes is the message as it would go out.
func (p *Post) Bytes(m Message, now time.Time) ([]byte, error) {
	out, err := p.msg(m, now)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = out.WriteTo(&b)
	return b.Bytes(), err
}
