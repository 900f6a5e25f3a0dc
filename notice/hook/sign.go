// Package hook brings events of the watch to webhooks, by Standard Webhooks 1.0: one signed POST for each event.
//
// The signature is over "id.timestamp.body": v1, HMAC-SHA256 with a secret that both sides have, and v1a, Ed25519, of which the receiver has the
// public key only. While a key is being rotated both the old and the new one sign. No secret is stored: each is made of the exchange's secret, the
// subscription and the number of the key.
//
// A receiver's address is given by somebody else, so no connection is made to where the exchange can reach more than the world can, see [Guard].
package hook

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Maker makes the keys of hooks.
type Maker struct{ master []byte }

// NewMaker makes keys of the exchange's secret.
func NewMaker(master []byte) Maker { return Maker{master} }

// derive is 32 bytes that only who has the exchange's secret can make (RFC 5869 §2.3: one block of the expansion).
func (m Maker) derive(purpose, subscription string, number int) []byte {
	mac := hmac.New(sha256.New, m.master)
	fmt.Fprintf(mac, "threatwatch webhook %s\x00%s\x00%d\x01", purpose, subscription, number)
	return mac.Sum(nil)
}

func (m Maker) shared(subscription string, number int) []byte {
	return m.derive("v1", subscription, number)
}

func (m Maker) private(subscription string, number int) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(m.derive("v1a", subscription, number))
}

// Secret is a key's secret as receivers are given it, once.
func (m Maker) Secret(subscription string, number int) string {
	return "whsec_" + base64.StdEncoding.EncodeToString(m.shared(subscription, number))
}

// Public is a key's public half, by which v1a is verified.
func (m Maker) Public(subscription string, number int) string {
	return "whpk_" + base64.StdEncoding.EncodeToString(m.private(subscription, number).Public().(ed25519.PublicKey))
}

// sign is the header webhook-signature: of each key both kinds of signatures, apart by spaces.
func (m Maker) sign(subscription string, numbers []int, id string, at time.Time, body []byte) string {
	content := append([]byte(id+"."+timestamp(at)+"."), body...)
	var list []string
	for _, n := range numbers {
		mac := hmac.New(sha256.New, m.shared(subscription, n))
		mac.Write(content)
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	for _, n := range numbers {
		list = append(list, "v1a,"+base64.StdEncoding.EncodeToString(ed25519.Sign(m.private(subscription, n), content)))
	}
	return strings.Join(list, " ")
}

func timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
