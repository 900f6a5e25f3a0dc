package stix

import (
	"os"
	"strings"
	"testing"
)

// TestS030DeterministicIDs: identifiers that the standard's examples and other programs give.
func TestS030DeterministicIDs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"type":"ipv4-addr","value":"198.51.100.3"}`:                           "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
		`{"type":"domain-name","value":"example.com","resolves_to_refs":["x"]}`: "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7",
		`{"value":"example.com","defanged":false,"type":"domain-name"}`:         "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7",
	} {
		v, err := ParseValue([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := NewSCOID(v); !ok || got != want {
			t.Errorf("NewSCOID(%s) = %s, %v, want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{`{"type":"process","pid":4}`, `{"type":"file","size":3}`, `{"type":"malware","name":"x"}`, `{"type":"file","hashes":{}}`} {
		v, _ := ParseValue([]byte(in))
		if got, ok := NewSCOID(v); ok {
			t.Errorf("NewSCOID(%s) = %s, want none", in, got)
		}
	}
}

// TestS032OneHash: one hash contributes, by rank, whatever the order and whatever stands beside it.
func TestS032OneHash(t *testing.T) {
	t.Parallel()
	id := func(s string) string {
		v, err := ParseValue([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := NewSCOID(v)
		if !ok {
			t.Fatalf("NewSCOID(%s): none", s)
		}
		return got
	}
	md5 := id(`{"type":"file","hashes":{"MD5":"aa"}}`)
	sha := id(`{"type":"file","hashes":{"SHA-256":"bb"}}`)
	if got := id(`{"type":"file","hashes":{"SHA-256":"bb","MD5":"aa"}}`); got != md5 {
		t.Errorf("with MD5 beside: %s, want %s", got, md5)
	}
	if got := id(`{"type":"file","hashes":{"AAA":"cc","SHA-512":"dd","SHA-256":"bb"}}`); got != sha {
		t.Errorf("with SHA-512 beside: %s, want %s", got, sha)
	}
	if id(`{"type":"file","hashes":{"TLSH":"x","SSDEEP":"y"}}`) != id(`{"type":"file","hashes":{"SSDEEP":"y","TLSH":"x"}}`) {
		t.Error("the order of other hashes matters")
	}
}

// TestS033ForeignIDs: identifiers that other programs gave are what the rule gives, where they follow it; where they do not, the object is
// taken all the same.
func TestS033ForeignIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern     string
		seen, match int
	}{
		{"stix-oasis/sco-examples-bundle.json", 82, 0}, // made by hand before the rule was final
		{"stix-oasis/idioms-2.1/*.json", 87, 0},        // UUIDv4
		{"stix-oasis/documentation-examples/*.json", 2, 2},
		{"stix-oasis/idioms-2.1-extensions/*.json", 14, 13},
	} {
		seen, match := 0, 0
		for _, path := range realFiles(t, c.pattern) {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			err = ReadObjects(f, func(raw []byte, _ bool) error {
				o, err := Parse(raw)
				if err != nil || !IsSCO(o.Type) {
					return nil
				}
				seen++
				if got, ok := NewSCOID(o.Root); ok && got == o.ID {
					match++
				}
				return nil
			})
			f.Close()
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
		if seen != c.seen || match != c.match {
			t.Errorf("%s: %d of %d identifiers follow the rule, want %d of %d", c.pattern, match, seen, c.match, c.seen)
		}
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	a, b := NewID("x-acme"), NewID("x-acme")
	if a == b || !ValidID(a) || !strings.HasPrefix(a, "x-acme--") || a[len("x-acme--")+14] != '4' {
		t.Errorf("NewID = %s, %s", a, b)
	}
}
