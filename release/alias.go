package release

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"strings"

	"github.com/google/uuid"
)

// A redacted copy needs an id of its own (STIX 2.1 §3.5, §3.6) that is stable for its readers, tells outsiders nothing, and can be asked
// for again. It is the original UUID under a keyed permutation of the UUIDs of the same version: encrypt until version and variant
// come out as they went in (about 64 steps of AES). No table is needed, since the permutation can be walked back.

// alias is the id under which this view shows a redacted copy.
func (v *View) alias(id string) (string, bool) { return v.walk(id, cipher.Block.Encrypt) }

// unalias is the id whose copy this would be.
func (v *View) unalias(id string) (string, bool) { return v.walk(id, cipher.Block.Decrypt) }

func (v *View) walk(id string, step func(b cipher.Block, dst, src []byte)) (string, bool) {
	typ, text, ok := strings.Cut(id, "--")
	u, err := uuid.Parse(text)
	if !ok || err != nil || len(text) != 36 || u.Variant() != uuid.RFC4122 {
		return "", false
	}
	m := hmac.New(sha256.New, v.r.secret)
	m.Write([]byte("redacted/1\n" + typ + "\n"))
	m.Write([]byte(v.subjectKey()))
	if v.s.Kind == Person && v.a.toPrograms() { // who does not get there what the same person gets on pages
		m.Write([]byte("\nprograms"))
	}
	block, err := aes.NewCipher(m.Sum(nil)[:16])
	if err != nil { // the key has the right length
		panic(err)
	}
	version := u.Version()
	for range 10_000 { // the chance to need so many is below 10^-60
		step(block, u[:], u[:])
		if u.Version() == version && u.Variant() == uuid.RFC4122 {
			return typ + "--" + u.String(), true
		}
	}
	return "", false
}
