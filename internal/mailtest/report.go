package mailtest

import (
	"bytes"
	"fmt"
	"net/mail"
	"testing"
)

// Bounced is the report that a mail server sends when it cannot deliver a message that it took (RFC 3464): action and status are of its recipient.
func Bounced(t *testing.T, r Received, action, status string) []byte {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(r.Raw))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `From: Mail Delivery System <mailer-daemon@mx.example.org>
To: <%s>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

The message could not be delivered.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Wed, 25 Nov 2026 07:00:00 +0000

Final-Recipient: rfc822; %s
Action: %s
Status: %s
Diagnostic-Code: smtp; 550 no such mailbox

--part
Content-Type: text/rfc822-headers

Message-ID: %s
Subject: %s

--part--
`, r.From, r.To, action, status, m.Header.Get("Message-Id"), m.Header.Get("Subject"))
}
