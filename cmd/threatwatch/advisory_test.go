package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
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

// TestImportAdvisories: a folder as it is published comes in, what is not checked is said, what lists advisories is passed over; what is
// exported is taken for the same.
func TestImportAdvisories(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	code, _, errs := program(t, "import", "--data", data, "--source", "cisa", testdata.Dir(t, "csaf", "cisa-ot-2024"), testdata.Dir(t, "csaf", "cisa-it"))
	for _, want := range []string{"refused 0", "because no --key says who may sign: 40", "cisa-csaf-it-feed-tlp-white.json: passed over"} {
		if code != exitFine || !strings.Contains(errs, want) {
			t.Errorf("exit %d, no %q in %s", code, want, errs)
		}
	}
	code, out, errs := program(t, "export", "--data", data, "--format", "csaf")
	if code != exitFine || strings.Count(out, "\n") != 40 {
		t.Fatalf("export: exit %d, %d documents, %s", code, strings.Count(out, "\n"), errs)
	}
	back := filepath.Join(dir, "back.json")
	if err := os.WriteFile(back, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := program(t, "import", "--data", data, "--source", "cisa", back); code != exitFine || !strings.Contains(errs, "added 0") {
		t.Errorf("again: exit %d, %s", code, errs)
	}
	if code, out, _ := program(t, "lookup", "--data", data, "CVE-2023-38545"); code != exitFine || !strings.Contains(out, "CVE-2023-38545") {
		t.Errorf("lookup: exit %d, %s", code, out)
	}
}

// published writes an advisory with its digest and its signature, and the key of who signed, and returns the paths of advisory and key.
func published(t *testing.T, dir string) (advisory, key string, document []byte) {
	t.Helper()
	document, err := os.ReadFile(testdata.Dir(t, "csaf", "cisa-it", "2024", "va-24-201-01.json"))
	if err != nil {
		t.Fatal(err)
	}
	config := &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return time.Now().AddDate(0, 0, -1) }}
	who, err := openpgp.NewEntity("A publisher", "", "psirt@vendor.example", config)
	if err != nil {
		t.Fatal(err)
	}
	var keys, signature bytes.Buffer
	w, err := armor.Encode(&keys, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := who.Serialize(w); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if err := openpgp.ArmoredDetachSign(&signature, who, bytes.NewReader(document), config); err != nil {
		t.Fatal(err)
	}
	advisory, key = filepath.Join(dir, "a.json"), filepath.Join(dir, "keys.asc")
	for path, raw := range map[string][]byte{advisory: document, advisory + ".asc": signature.Bytes(), key: keys.Bytes(), advisory + ".sha256": fmt.Appendf(nil, "%x  a.json", sha256.Sum256(document))} {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return advisory, key, document
}

// TestAdvisoriesAreProven: a digest or a signature that does not hold keeps an advisory out, read from a file or from a server.
func TestAdvisoriesAreProven(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	advisory, key, document := published(t, dir)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	other := filepath.Join(dir, "other")
	if err := os.Mkdir(other, 0o700); err != nil {
		t.Fatal(err)
	}
	_, wrongKey, _ := published(t, other)
	bare := filepath.Join(dir, "bare.json")
	changed := filepath.Join(dir, "changed.json")
	for path, raw := range map[string][]byte{bare: document, changed: append(bytes.Clone(document), '\n')} {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, ending := range []string{".asc", ".sha256"} {
		raw, err := os.ReadFile(advisory + ending)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(changed+ending, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i, x := range []struct{ path, key, want string }{
		{advisory, key, ""},
		{server.URL + "/a.json", key, ""},
		{advisory, wrongKey, "the signature does not hold"},
		{changed, "", "not the one of which the .sha256 file tells"},
		{server.URL + "/changed.json", "", "not the one of which the .sha256 file tells"},
		{bare, key, "there is no signature"},
		{bare, "", ""},
	} {
		args := []string{"import", "--data", filepath.Join(dir, fmt.Sprint("data", i)), "--source", "s", "--allow-private", x.path}
		if x.key != "" {
			args = append(args, "--key", x.key)
		}
		code, _, errs := program(t, args...)
		if x.want == "" && (code != exitFine || strings.Contains(errs, "added 0") || strings.Contains(errs, "not checked")) || x.want != "" && (code != exitWrong || !strings.Contains(errs, x.want) || !strings.Contains(errs, "added 0")) {
			t.Errorf("%v: exit %d, %s", x, code, errs)
		}
	}
	if code, _, errs := program(t, "import", "--data", filepath.Join(dir, "none"), "--source", "s", "--key", bare, bare); code != exitCannot || !strings.Contains(errs, "no OpenPGP key") {
		t.Errorf("no key: exit %d, %s", code, errs)
	}
}
