// Package mail tells subscribers by e-mail what is new in the watch: each notice at once, or a digest each day or each week at an hour of their own
// zone. An address becomes a subscription only by the link that was sent to it (double opt-in), and every message can be unsubscribed from with one
// click (RFC 8058). What a message tells is what the view of its subscriber shows when it is sent.
//
// Messages go out through a relay (SMTP, RFC 5321), and are signed here (DKIM, RFC 6376) or there. They load nothing from anywhere: no pictures, no
// tracking, and a plain text that says the same. A refusal is seen while sending, or read from the report
// that comes later as a message (RFC 3464).
package mail
