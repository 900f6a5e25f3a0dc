package stix

import (
	"strings"
	"testing"
)

// benchObject is an indicator of the usual size, about 1 KB.
const benchObject = `{
  "type": "indicator",
  "spec_version": "2.1",
  "id": "indicator--5b1f7f0e-2f0a-4a6e-9d53-0c1c9b8d7a61",
  "created_by_ref": "identity--0d1c8f3e-6e55-4b2b-8f5c-4a7d2b9c6e10",
  "created": "2026-03-02T08:15:30.123Z",
  "modified": "2026-03-04T09:00:00.000Z",
  "revoked": false,
  "labels": ["phishing", "credential-theft"],
  "confidence": 80,
  "lang": "en",
  "name": "Sign-in page of a bank that is none",
  "description": "A page that copies the sign-in form of a bank; it was mailed to customers between March 1 and March 3, in three waves.\nThe kit behind it is the one of last autumn.",
  "indicator_types": ["malicious-activity"],
  "pattern": "[domain-name:value = 'login.example-bank.test' OR url:value = 'https://login.example-bank.test/a?b=1'] OR [file:hashes.'SHA-256' = 'aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f']",
  "pattern_type": "stix",
  "valid_from": "2026-03-02T08:00:00Z",
  "kill_chain_phases": [{"kill_chain_name": "lockheed-martin-cyber-kill-chain", "phase_name": "delivery"}],
  "external_references": [{"source_name": "case", "external_id": "C-2026-0311", "url": "https://cases.example.org/C-2026-0311"}],
  "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]
}`

func BenchmarkParse(b *testing.B) {
	raw := []byte(benchObject)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func benchParsed(b *testing.B) *Object {
	o, err := Parse([]byte(benchObject))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	return o
}

func BenchmarkDigest(b *testing.B) {
	o := benchParsed(b)
	for b.Loop() {
		o.Digest()
	}
}

func BenchmarkRefs(b *testing.B) {
	o := benchParsed(b)
	for b.Loop() {
		o.Refs()
	}
}

func BenchmarkValues(b *testing.B) {
	o := benchParsed(b)
	for b.Loop() {
		o.Values()
	}
}

func BenchmarkText(b *testing.B) {
	o := benchParsed(b)
	for b.Loop() {
		o.Text()
	}
}

// BenchmarkIntake is all that the way in asks of one object, validation apart.
func BenchmarkIntake(b *testing.B) {
	raw := []byte(benchObject)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		o, err := Parse(raw)
		if err != nil {
			b.Fatal(err)
		}
		o.Digest()
		o.Refs()
		o.Values()
		o.Text()
	}
}

func BenchmarkCanonValue(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		CanonValue("hxxps://login[.]example-bank[.]test/a?b=1")
	}
}

func BenchmarkReadObjects(b *testing.B) {
	text := `{"type":"bundle","id":"bundle--1","objects":[` + strings.Repeat(benchObject+",", 999) + benchObject + `]}`
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		n := 0
		err := ReadObjects(strings.NewReader(text), func([]byte, bool) error { n++; return nil })
		if err != nil || n != 1000 {
			b.Fatal(n, err)
		}
	}
}
