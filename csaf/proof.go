package csaf

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"threatwatch"
)

// Digests are the endings of files that hold the digest of the document beside which they lie (CSAF 2.0 §7.1.18).
var Digests = []string{".sha512", ".sha256"}

// SignatureEnding is that of the file that holds the signature (CSAF 2.0 §7.1.19).
const SignatureEnding = ".asc"

// CheckDigest compares a document with the file of a digest: hexadecimal digits, and mostly the name of the document after them.
func CheckDigest(ending string, document, file []byte) error {
	var sum []byte
	switch ending {
	case ".sha512":
		x := sha512.Sum512(document)
		sum = x[:]
	case ".sha256":
		x := sha256.Sum256(document)
		sum = x[:]
	default:
		return threatwatch.Errorf(threatwatch.Invalid, "%s is no digest", ending)
	}
	digits, _, _ := strings.Cut(strings.TrimSpace(string(file)), " ")
	want, err := hex.DecodeString(digits)
	if err != nil || len(want) != len(sum) {
		return threatwatch.Errorf(threatwatch.Invalid, "what lies in the %s file is no digest", ending)
	}
	if !bytes.Equal(sum, want) {
		return threatwatch.Errorf(threatwatch.Conflict, "the document is not the one of which the %s file tells", ending)
	}
	return nil
}

// Keys are public keys of OpenPGP (RFC 9580) of publishers.
type Keys struct{ ring openpgp.EntityList }

// ReadKeys reads a file of keys, armored or not.
func ReadKeys(file []byte) (*Keys, error) {
	ring, err := openpgp.ReadArmoredKeyRing(bytes.NewReader(file))
	if err != nil {
		ring, err = openpgp.ReadKeyRing(bytes.NewReader(file))
	}
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "no OpenPGP key can be read: %w", err)
	}
	return &Keys{ring}, nil
}

// CheckSignature says whether a detached signature of a document was made with one of the keys. What counts is whether the key was good when it
// signed: advisories outlive keys.
func (k *Keys) CheckSignature(document, signature []byte) error {
	at, err := signedAt(signature)
	if err == nil {
		_, err = openpgp.CheckArmoredDetachedSignature(k.ring, bytes.NewReader(document), bytes.NewReader(signature), &packet.Config{Time: func() time.Time { return at }})
	}
	if err != nil {
		return threatwatch.Errorf(threatwatch.Conflict, "the signature does not hold: %w", err)
	}
	return nil
}

// signedAt is when a signature says that it was made; that is no time to come.
func signedAt(signature []byte) (time.Time, error) {
	block, err := armor.Decode(bytes.NewReader(signature))
	if err != nil {
		return time.Time{}, err
	}
	p, err := packet.Read(block.Body)
	if err != nil {
		return time.Time{}, err
	}
	sig, ok := p.(*packet.Signature)
	if !ok {
		return time.Time{}, threatwatch.Errorf(threatwatch.Invalid, "the file is no signature")
	}
	if sig.CreationTime.After(time.Now().Add(time.Hour)) {
		return time.Time{}, threatwatch.Errorf(threatwatch.Invalid, "it is dated %s", sig.CreationTime.UTC().Format(time.DateOnly))
	}
	return sig.CreationTime, nil
}
