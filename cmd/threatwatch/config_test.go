package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestExampleIsTheDefault: the example names every field with the value it has without a file.
func TestExampleIsTheDefault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "threatwatch.toml")
	if err := os.WriteFile(path, []byte(exampleConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := loadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := loadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	want.Data = want.Data.under(filepath.Dir(path))
	want.TAXII.Root, want.TAXII.MaxContentLength, want.TAXII.MaxObjects, want.TAXII.MaxPage = "api1", 32<<20, 100_000, 1000
	want.TrustedProxies, want.proxies, want.Hooks = got.TrustedProxies, got.proxies, got.Hooks // an empty list is no nil
	if len(got.TrustedProxies)+len(got.Hooks.Allow) != 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("example: %+v\ndefault: %+v", got, want)
	}
	doc, err := os.ReadFile("../../doc/config.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(exampleConfig) {
		if key, _, ok := strings.Cut(line, " = "); ok && !strings.Contains(string(doc), "`"+key+"`") && !strings.Contains(string(doc), "."+key+"`") {
			t.Errorf("doc/config.md does not describe %s", key)
		}
	}
}

func TestBadConfig(t *testing.T) {
	for text, want := range map[string]string{
		"titel = \"x\"":                 "unknown key titel",
		"[tls]\ncrt = \"x\"":            "unknown key tls.crt",
		"listen = \"8080\"":             "listen",
		"listen = 8080":                 "listen",
		"public_url = \"cti.example\"":  "public_url",
		"[tls]\ncert = \"nowhere.pem\"": "tls",
		"[tls]\ncert = \"nowhere.pem\"\nkey = \"nowhere.pem\"": "nowhere.pem",
		"[log]\nlevel = \"loud\"":                              "log.level",
		"trusted_proxies = [\"ten\"]":                          "trusted_proxies",
		"[taxii]\nroot = \"taxii2\"":                           "taxii.root",
		"[taxii]\nmax_page = -1":                               "taxii",
		"title = \n":                                           "line 1",
	} {
		path := filepath.Join(t.TempDir(), "c.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadConfig(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want it to name %q", text, err, want)
		}
	}
}
