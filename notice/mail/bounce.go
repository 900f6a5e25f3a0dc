package mail

import (
	"bufio"
	"crypto/hmac"
	"encoding/base32"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"strings"

	"threatwatch"
	"threatwatch/notice/subscribe"
)

// Report is what a mail server says of a message that it took and could not deliver (RFC 3464).
type Report struct {
	Status string // of the first recipient for whom it failed for good (RFC 3463 §3.1: 5.x.x); "": it did for none

	tokens []string // what may be the token of a subscription, in small letters
}

// returning is a token as it stands in the sender of the envelope and in the Message-ID.
var returning = regexp.MustCompile(`[a-z2-7]{26}`)

// Returning is the token by which a message that comes back tells its subscription. It survives a mail server that knows no capital letters, and nobody
// makes it who did not get a message of that subscription.
func (t *Tokens) Returning(id string) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(t.mac(t.returning, id)))
}

// Returned finds the subscription whose message came back.
func (t *Tokens) Returned(r *Report, list []subscribe.Subscription) (id string, ok bool) {
	for i := range list {
		want := []byte(t.Returning(list[i].ID))
		for _, token := range r.tokens {
			if hmac.Equal(want, []byte(token)) {
				return list[i].ID, true
			}
		}
	}
	return "", false
}

// ReadReport reads a message to the mailbox for reports of failure. Of any other message, such as a note of absence, it is a report of nothing;
// Invalid: it is no message.
func ReadReport(r io.Reader) (*Report, error) {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "this is no message: %w", err)
	}
	rep := &Report{}
	rep.look(textproto.MIMEHeader(m.Header), "To", "Delivered-To", "X-Original-To", "In-Reply-To", "References")
	typ, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || typ != "multipart/report" || !strings.EqualFold(params["report-type"], "delivery-status") { // RFC 6522 §3
		return rep, nil
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			return rep, nil
		}
		if err != nil {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "the report is cut short: %w", err)
		}
		rep.part(p)
	}
}

// part takes what one part of a report tells: what happened to each recipient, or the head of the message that came back.
func (r *Report) part(p *multipart.Part) {
	typ, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
	if err != nil {
		return
	}
	var body io.Reader = p // multipart has undone quoted-printable
	if strings.EqualFold(p.Header.Get("Content-Transfer-Encoding"), "base64") {
		body = base64.NewDecoder(base64.StdEncoding, p)
	}
	fields := textproto.NewReader(bufio.NewReader(body))
	switch typ {
	case "message/delivery-status", "message/global-delivery-status": // RFC 3464 §2.1: fields of the message, then fields of each recipient
		for more := true; more; {
			h, err := fields.ReadMIMEHeader()
			r.recipient(h)
			more = err == nil
		}
	case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
		h, _ := fields.ReadMIMEHeader() // what was read before a fault counts
		r.look(h, "Message-Id")
	}
}

// status is RFC 3464 §2.3.4, for good.
var status = regexp.MustCompile(`^5\.[0-9]{1,3}\.[0-9]{1,3}\b`)

// recipient takes the fields of a recipient (RFC 3464 §2.3): one for whom delivery failed, and will fail again.
func (r *Report) recipient(h textproto.MIMEHeader) {
	action, _, _ := strings.Cut(h.Get("Action"), " ") // a comment may follow
	if r.Status == "" && strings.EqualFold(action, "failed") {
		r.Status = status.FindString(h.Get("Status"))
	}
}

// look takes what may be a token out of some fields.
func (r *Report) look(h textproto.MIMEHeader, fields ...string) {
	for _, field := range fields {
		for _, v := range h[field] {
			r.tokens = append(r.tokens, returning.FindAllString(strings.ToLower(v), -1)...)
		}
	}
}
