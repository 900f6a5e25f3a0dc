package mail

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/notice/subscribe"
)

// Tokens makes and reads what links in mail bear. All of it comes from one secret of the exchange, each kind by a key of its own.
type Tokens struct {
	seal      cipher.AEAD
	waiting   cipher.AEAD
	leaving   []byte
	addresses []byte
	names     []byte
	returning []byte
}

// NewTokens takes a secret of 32 bytes or more.
func NewTokens(secret []byte) (*Tokens, error) {
	key := func(use string) []byte {
		k, err := hkdf.Key(sha256.New, secret, nil, "threatwatch mail: "+use, 32)
		if err != nil {
			panic(err) // 32 bytes are never too many
		}
		return k
	}
	t := &Tokens{leaving: key("leave"), addresses: key("address"), names: key("subscription"), returning: key("return")}
	var err error
	if t.seal, err = newSeal(key("confirm")); err == nil {
		t.waiting, err = newSeal(key("wait"))
	}
	return t, err
}

func newSeal(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Wish is a subscription before it is confirmed. The link that is sent holds it, sealed; it is kept until the relay has that, and nowhere else.
type Wish struct {
	Address string              `json:"a"`
	Filter  string              `json:"f,omitempty"` // as in the address of a filtered list
	Cadence subscribe.Cadence   `json:"c"`
	At      subscribe.TimeOfDay `json:"t,omitzero"`
	Person  string              `json:"p,omitempty"` // a member, by the address of the account; "": the public
	Until   time.Time           `json:"u"`
}

// confirmTime is how long a link for confirming holds.
const confirmTime = 48 * time.Hour

// Seal makes the token of a wish.
func (t *Tokens) Seal(w Wish) string {
	doc, err := json.Marshal(w)
	if err != nil {
		panic(err) // strings and numbers
	}
	return base64.RawURLEncoding.EncodeToString(t.seal.Seal(nil, nil, doc, nil))
}

// maxToken bounds a token that is looked at.
const maxToken = 8 << 10

// errSpent says alike of every link that does not hold why that may be.
var errSpent = threatwatch.Errorf(threatwatch.NotFound, "This link does not hold any more: it was used, is older than 48 hours, or was cut short. Ask for a new one at /subscribe.")

// Open reads the token of a wish.
func (t *Tokens) Open(token string, now time.Time) (w Wish, err error) {
	if len(token) > maxToken {
		return w, errSpent
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return w, errSpent
	}
	doc, err := t.seal.Open(nil, nil, raw, nil)
	if err != nil || json.Unmarshal(doc, &w) != nil || !now.Before(w.Until) {
		return Wish{}, errSpent
	}
	return w, nil
}

// cover seals a token while it waits to be sent: what is kept is no link.
func (t *Tokens) cover(token string) string {
	return base64.RawURLEncoding.EncodeToString(t.waiting.Seal(nil, nil, []byte(token), nil))
}

// uncover is a token that was covered; NotFound when the exchange has another secret now.
func (t *Tokens) uncover(covered string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(covered)
	if err != nil {
		return "", errSpent
	}
	token, err := t.waiting.Open(nil, nil, raw, nil)
	if err != nil {
		return "", errSpent
	}
	return string(token), nil
}

// hashOf is what is kept of a token.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:16])
}

// Leaving is the token by which a subscription is ended. It holds as long as the subscription does, in every message that was ever sent.
func (t *Tokens) Leaving(id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(id)) + "." + base64.RawURLEncoding.EncodeToString(t.mac(t.leaving, id))
}

// ReadLeaving finds the subscription that a token ends.
func (t *Tokens) ReadLeaving(token string) (id string, err error) {
	head, tail, _ := strings.Cut(token, ".")
	raw, err1 := base64.RawURLEncoding.DecodeString(head)
	mac, err2 := base64.RawURLEncoding.DecodeString(tail)
	if err1 != nil || err2 != nil || len(token) > maxToken || !hmac.Equal(mac, t.mac(t.leaving, string(raw))) {
		return "", threatwatch.Errorf(threatwatch.NotFound, "This link is of no subscription: it was cut short. Take it whole from the message.")
	}
	return string(raw), nil
}

// known is by what a mailbox is known before it is confirmed: nobody without the secret can tell which one it is. What stands after a plus leads to
// the same mailbox with most (RFC 5233).
func (t *Tokens) known(address string) string {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	local, _, _ = strings.Cut(local, "+")
	return hex.EncodeToString(t.mac(t.addresses, local+"@"+domain))
}

// subscription is the id of what a wish becomes: the same wish of the same mailbox is the same subscription.
func (t *Tokens) subscription(w Wish) string {
	return "sub_" + hex.EncodeToString(t.mac(t.names, w.Address+"\n"+w.Person+"\n"+w.Filter))
}

func (t *Tokens) mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)[:16]
}
