package stix

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestValuesOfObservables(t *testing.T) {
	t.Parallel()
	md5, sha1, sha256 := strings.Repeat("aB", 16), strings.Repeat("Cd", 20), strings.Repeat("eF", 32)
	for in, want := range map[string]string{
		`"type":"ipv4-addr","value":"198.51.100.7"`:                                                                                   "ipv4-addr:198.51.100.7",
		`"type":"ipv4-addr","value":"198.51.100.07"`:                                                                                  "", // leading zero: nobody's value
		`"type":"ipv4-addr","value":"10.1.2.3/8"`:                                                                                     "ipv4-addr:10.0.0.0/8",
		`"type":"ipv4-addr","value":"10.1.2.3/32"`:                                                                                    "ipv4-addr:10.1.2.3",
		`"type":"ipv6-addr","value":"2001:DB8:0:0:0:0:0:1"`:                                                                           "ipv6-addr:2001:db8::1",
		`"type":"ipv6-addr","value":"::ffff:198.51.100.7"`:                                                                            "ipv4-addr:198.51.100.7",
		`"type":"ipv6-addr","value":"::ffff:10.0.0.0/104"`:                                                                            "ipv4-addr:10.0.0.0/8",
		`"type":"ipv6-addr","value":"fe80::1%eth0"`:                                                                                   "",
		`"type":"ipv6-addr","value":"2001:db8::/32"`:                                                                                  "ipv6-addr:2001:db8::/32",
		`"type":"domain-name","value":"WWW.Example.COM."`:                                                                             "domain-name:www.example.com",
		`"type":"domain-name","value":"bücher.example"`:                                                                               "domain-name:xn--bcher-kva.example",
		`"type":"domain-name","value":"ｅxample。com"`:                                                                                  "domain-name:example.com",
		`"type":"domain-name","value":"XN--BCHER-KVA.example"`:                                                                        "domain-name:xn--bcher-kva.example",
		`"type":"domain-name","value":"xn--a.example"`:                                                                                "domain-name:xn--a.example", // no punycode: equal to nothing else
		`"type":"domain-name","value":"_dmarc.example.com"`:                                                                           "domain-name:_dmarc.example.com",
		`"type":"domain-name","value":"a b"`:                                                                                          "",
		`"type":"domain-name","value":"198.51.100.7"`:                                                                                 "ipv4-addr:198.51.100.7",
		`"type":"url","value":"HTTP://User@EXAMPLE.com:80/A?B#C"`:                                                                     "url:http://User@example.com/A?B#C",
		`"type":"url","value":"https://example.com:8443"`:                                                                             "url:https://example.com:8443/",
		`"type":"url","value":"https://[2001:DB8::1]:443/x"`:                                                                          "url:https://[2001:db8::1]/x",
		`"type":"email-addr","value":"Jane.Doe@EXAMPLE.com"`:                                                                          "email-addr:Jane.Doe@example.com",
		`"type":"mac-addr","value":"AA-BB-CC-00-11-22"`:                                                                               "mac-addr:aa:bb:cc:00:11:22",
		`"type":"mutex","name":"__CLEAN__"`:                                                                                           "mutex:__CLEAN__",
		`"type":"autonomous-system","number":15139`:                                                                                   "autonomous-system:15139",
		`"type":"windows-registry-key","key":"HKLM\\System\\Foo"`:                                                                     `windows-registry-key:hkey_local_machine\system\foo`,
		`"type":"file","name":"Foo.DLL","hashes":{"MD5":"` + md5 + `","SHA-1":"` + sha1 + `","SHA-256":"` + sha256 + `"}`:             "file-md5:" + strings.ToLower(md5) + "|file-name:foo.dll|file-sha1:" + strings.ToLower(sha1) + "|file-sha256:" + strings.ToLower(sha256),
		`"type":"file","hashes":{"SHA-256":"abc","MD5":"` + strings.Repeat("zz", 16) + `"}`:                                           "",
		`"type":"x509-certificate","hashes":{"SHA-1":"` + sha1 + `"}`:                                                                 "x509-sha1:" + strings.ToLower(sha1),
		`"type":"network-traffic","extensions":{"http-request-ext":{"request_header":{"User-Agent":"curl/8"}}}`:                       "user-agent:curl/8",
		`"type":"vulnerability","name":"cve-2021-44228","external_references":[{"source_name":"cve","external_id":"CVE-2021-44228"}]`: "cve:CVE-2021-44228",
		`"type":"attack-pattern","name":"x","external_references":[{"source_name":"mitre-attack","external_id":"T1059.001"},{"source_name":"capec"}]`: "external-id:T1059.001",
		`"type":"x-wallet","value":"bc1qxy"`:     "x-wallet:bc1qxy",
		`"type":"malware","value":"example.com"`: "",
		`"type":"observed-data","objects":{"0":{"type":"ipv4-addr","value":"198.51.100.7"},"1":{"type":"file","hashes":{"MD5":"` + md5 + `"}}}`: "file-md5:" + strings.ToLower(md5) + "|ipv4-addr:198.51.100.7",
	} {
		typ, _, _ := strings.Cut(in[len(`"type":"`):], `"`)
		o := mustParse(t, `{`+in+`,"id":"`+typ+`--`+uuid+`"}`)
		if got := strings.Join(o.Values(), "|"); got != want {
			t.Errorf("Values(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestValuesOfPatterns(t *testing.T) {
	t.Parallel()
	sha256, md5 := strings.Repeat("ab", 32), strings.Repeat("cd", 16)
	for pattern, want := range map[string]string{
		`[domain-name:value = 'X.example']`:                                                                                                            "domain-name:x.example",
		`[domain-name:value='x.example'OR ipv4-addr:value='198.51.100.7']`:                                                                             "domain-name:x.example|ipv4-addr:198.51.100.7",
		`[domain-name:value == 'x.example']`:                                                                                                           "domain-name:x.example",
		`[file:hashes.'SHA-256' = '` + sha256 + `' AND file:hashes.MD5 = '` + md5 + `']`:                                                               "file-md5:" + md5 + "|file-sha256:" + sha256,
		`[file:hashes.\"SHA-256\" = '` + sha256 + `']`:                                                                                                 "file-sha256:" + sha256,
		`[process:binary_ref.hashes.MD5 = '` + md5 + `']`:                                                                                              "file-md5:" + md5,
		`[x509-certificate:hashes.'SHA-256' = '` + sha256 + `']`:                                                                                       "x509-sha256:" + sha256,
		`[ipv4-addr:value IN ('198.51.100.1', '198.51.100.2' ,'198.51.100.1')]`:                                                                        "ipv4-addr:198.51.100.1|ipv4-addr:198.51.100.2",
		`[ipv4-addr:value ISSUBSET '198.51.100.0/24']`:                                                                                                 "ipv4-addr:198.51.100.0/24",
		`[domain-name:value != 'a.example' OR domain-name:value NOT = 'b.example' OR domain-name:value NOT IN ('c.example')]`:                          "",
		`[domain-name:value LIKE '%.example' OR url:value MATCHES '^http' OR domain-name:value > 'a.example']`:                                         "",
		`[file:name = 'it\\'s.exe']`:                                                                                                                   "file-name:it's.exe",
		`[file:name = 'domain-name:value = \\'a.example\\'']`:                                                                                          "file-name:domain-name:value = 'a.example'",
		`[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\Foo']`:                                                                                     `windows-registry-key:hkey_local_machine\foo`,
		`[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'c2.example' AND network-traffic:dst_port = 443]`:           "domain-name:c2.example",
		`[network-traffic:src_ref.value = '198.51.100.7']`:                                                                                             "ipv4-addr:198.51.100.7",
		`[email-message:from_ref.value = 'a@B.example']`:                                                                                               "email-addr:a@b.example",
		`[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'curl/8']`:                                                       "user-agent:curl/8",
		`[autonomous-system:number = 64500]`:                                                                                                           "autonomous-system:64500",
		`[url:value = 'http://a.example/' ] FOLLOWEDBY [mutex:name = 'm'] WITHIN 5 SECONDS START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'`: "mutex:m|url:http://a.example/",
		`[mutex:name = h'6d6d']`:  "mutex:mm",
		`[domain-name:value = 'x`: "",
		`[ipv4-addr:value IN (`:   "",
		`[ipv4-addr:value IN (]`:  "",
		``:                        "",
	} {
		in := `{"type":"indicator","id":"indicator--` + uuid + `","pattern":"` + pattern + `"}`
		if got := strings.Join(mustParse(t, in).Values(), "|"); got != want {
			t.Errorf("Values of %s = %s, want %s", pattern, got, want)
		}
	}
	for typ, want := range map[string]int{"stix": 1, "yara": 0, "sigma": 0} {
		in := `{"type":"indicator","id":"indicator--` + uuid + `","pattern_type":"` + typ + `","pattern":"[domain-name:value = 'x.example']"}`
		if got := mustParse(t, in).Values(); len(got) != want {
			t.Errorf("Values with pattern_type %s = %v, want %d", typ, got, want)
		}
	}
}

// TestCanonValue: abuse cases 36–38, and what people paste.
func TestCanonValue(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{ // the first candidate
		"198.51.100[.]7":                        "ipv4-addr:198.51.100.7",
		"198.51.100(.)7":                        "ipv4-addr:198.51.100.7",
		"198.51.100.7:443":                      "ipv4-addr:198.51.100.7",
		"::FFFF:198.51.100.7":                   "ipv4-addr:198.51.100.7",
		"[2001:db8::1]":                         "ipv6-addr:2001:db8::1",
		"10.1.1.1/8":                            "ipv4-addr:10.0.0.0/8",
		"Example[.]COM":                         "domain-name:example.com",
		"bücher[dot]example":                    "domain-name:xn--bcher-kva.example",
		"hxxps[://]Example[.]com/A":             "url:https://example.com/A",
		"hXXp://example.com":                    "url:http://example.com/",
		"example[.]com/path":                    "url:http://example.com/path",
		"jane[at]Example[.]com":                 "email-addr:jane@example.com",
		" <jane@example.com> ":                  "email-addr:jane@example.com",
		strings.Repeat("AB", 16):                "file-md5:" + strings.Repeat("ab", 16),
		strings.Repeat("AB", 32):                "file-sha256:" + strings.Repeat("ab", 32),
		"cve-2021-44228":                        "cve:CVE-2021-44228",
		"t1059.001":                             "external-id:T1059.001",
		"AS15139":                               "autonomous-system:15139",
		"aa-bb-cc-dd-ee-ff":                     "mac-addr:aa:bb:cc:dd:ee:ff",
		`HKLM\Software\Foo`:                     `windows-registry-key:hkey_local_machine\software\foo`,
		"domain-name:Example.com":               "domain-name:example.com",
		"file-sha1:" + strings.Repeat("AB", 20): "file-sha1:" + strings.Repeat("ab", 20),
		"mutex:Global\\x":                       "mutex:Global\\x",
	} {
		got := CanonValue(in)
		if len(got) == 0 || got[0] != want && !(strings.HasPrefix(want, "external-id:") && slices.Contains(got, want)) {
			t.Errorf("CanonValue(%q) = %q, want %q first", in, got, want)
		}
	}
	if got := CanonValue("some mutex"); !slices.Contains(got, "mutex:some mutex") {
		t.Errorf("CanonValue of plain text = %q", got)
	}
	for _, in := range []string{"", "  ", strings.Repeat("a", 10_000)} {
		if got := CanonValue(in); got != nil {
			t.Errorf("CanonValue(%.10q) = %q, want none", in, got)
		}
	}
	if slices.Contains(CanonValue("198.51.100.07"), "ipv4-addr:198.51.100.7") {
		t.Error("an address with a leading zero is taken for another one")
	}
}

// TestCanonProperty: canonical is a fixed point, and what is posted is found by typing it.
func TestCanonProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		class := rapid.SampledFrom([]string{"ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "mac-addr", "windows-registry-key", "file-name"}).Draw(t, "class")
		s := rapid.OneOf(
			rapid.StringMatching(`[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(/[0-9]{1,2})?`),
			rapid.StringMatching(`[a-zA-Z0-9_-]{1,8}(\.[a-zA-Zäöü0-9-]{1,8}){0,3}\.?`),
			rapid.StringMatching(`[hH]ttps?://[a-zA-Z0-9.]{1,12}(:[0-9]{1,5})?(/[a-zA-Z0-9%?#&=]{0,9})?`),
			rapid.StringMatching(`[a-zA-Z.]{1,6}@[a-zA-Z0-9.-]{1,12}`),
			rapid.StringMatching(`[0-9a-fA-F:]{2,30}`),
			rapid.String(),
		).Draw(t, "value")
		p := canonical(class, s)
		if p == "" {
			return
		}
		c, v, _ := strings.Cut(p, ":")
		if again := canonical(c, v); again != p {
			t.Fatalf("canonical(%q, %q) = %q, again %q", class, s, p, again)
		}
	})
}
