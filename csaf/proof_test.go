package csaf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"threatwatch/internal/testdata"
)

// TestPublishedDigests: the digests that lie beside published advisories hold, and not when a byte of the document is another.
func TestPublishedDigests(t *testing.T) {
	list, err := filepath.Glob(testdata.Dir(t, "csaf", "cisa-ot-2024", "*.json"))
	if err != nil || len(list) != 36 {
		t.Fatal(len(list), err)
	}
	for _, path := range list {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(path + ".sha512")
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckDigest(".sha512", raw, file); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		raw[len(raw)/2] ^= 1
		if CheckDigest(".sha512", raw, file) == nil {
			t.Errorf("%s: changed, and nobody says so", path)
		}
	}
}

func TestDigests(t *testing.T) {
	doc := []byte("x")
	good := fmt.Sprintf("%X *x.json\n", sha256.Sum256(doc))
	for _, x := range []struct{ ending, file, want string }{
		{".sha256", good, ""}, {".sha256", good[:64], ""}, {".sha512", good, "no digest"}, {".sha256", "", "no digest"}, {".sha256", strings.Repeat("0", 64), "not the one"}, {".md5", good, "no digest"},
	} {
		if err := CheckDigest(x.ending, doc, []byte(x.file)); (err == nil) != (x.want == "") || err != nil && !strings.Contains(err.Error(), x.want) {
			t.Errorf("%v: %v", x, err)
		}
	}
}

// signer makes a key that was made at a time and lives for some days, and a signature by it a day later.
func signer(t *testing.T, made time.Time, days uint32, doc []byte) (public, signature []byte) {
	t.Helper()
	config := &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return made }, KeyLifetimeSecs: days * 86400}
	e, err := openpgp.NewEntity("A publisher", "", "psirt@vendor.example", config)
	if err != nil {
		t.Fatal(err)
	}
	var keys, sig bytes.Buffer
	w, err := armor.Encode(&keys, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Serialize(w); err != nil {
		t.Fatal(err)
	}
	w.Close()
	config.Time = func() time.Time { return made.AddDate(0, 0, 1) }
	if err := openpgp.ArmoredDetachSign(&sig, e, bytes.NewReader(doc), config); err != nil {
		t.Fatal(err)
	}
	return keys.Bytes(), sig.Bytes()
}

// TestSignatures: one that holds, a document that was changed, a key that is another, and a key that has expired since it signed.
func TestSignatures(t *testing.T) {
	doc := small()
	public, sig := signer(t, time.Now().AddDate(0, 0, -9), 0, doc)
	keys, err := ReadKeys(public)
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.CheckSignature(doc, sig); err != nil {
		t.Error(err)
	}
	if keys.CheckSignature(small("flaws", "faults"), sig) == nil || keys.CheckSignature(doc, []byte("x")) == nil {
		t.Error("a broken signature holds")
	}
	other, _ := signer(t, time.Now().AddDate(0, 0, -9), 0, doc)
	if keys, err = ReadKeys(other); err != nil || keys.CheckSignature(doc, sig) == nil {
		t.Error("a signature holds by a key that is another", err)
	}
	old, oldSig := signer(t, time.Now().AddDate(0, 0, -9), 5, doc)
	if keys, err = ReadKeys(old); err != nil || keys.CheckSignature(doc, oldSig) != nil {
		t.Error("a signature does not hold that was made while its key was good", err, keys.CheckSignature(doc, oldSig))
	}
	early, earlySig := signer(t, time.Now().AddDate(0, 0, 9), 0, doc)
	if keys, err = ReadKeys(early); err != nil || keys.CheckSignature(doc, earlySig) == nil {
		t.Error("a signature of a day to come holds", err)
	}
	if _, err := ReadKeys([]byte("no key")); err == nil {
		t.Error("no key, and nobody says so")
	}
}
