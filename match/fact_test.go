package match

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestFactsInPatterns: what published patterns ask beside values is found in the records of each format that say it.
func TestFactsInPatterns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		log     string
		pattern string
		want    []int64 // records
	}{
		{"eve.json", "[network-traffic:dst_port = 53 AND network-traffic:protocols[*] = 'udp' AND network-traffic:dst_ref.value = '192.0.2.53']", []int64{1}},
		{"eve.json", "[network-traffic:dst_port = '53']", []int64{1}}, // as some bundles write it
		{"eve.json", "[network-traffic:dst_port = 54]", nil},
		{"eve.json", "[network-traffic:src_port > 39999 AND network-traffic:src_port <= 40000]", []int64{1}},
		{"eve.json", "[network-traffic:extensions.'tls-ext'.ja3 = 'E7D705A3286E19EA42F587B344EE6865' AND network-traffic:dst_ref.value = 'login.example.com']", []int64{2}},
		{"eve.json", "[network-traffic:extensions.'tls-ext'.ja3_hash = 'e7d705a3286e19ea42f587b344ee6865' AND network-traffic:extensions.'tls-ext'.ja3s_hash = '15af977ce25de452b96affa2addb1036']", []int64{2}},
		{"eve.json", "[network-traffic:x_ja4 LIKE 't13d1516h2%' AND network-traffic:src_ref.value = '2001:db8::1']", []int64{2}},
		{"eve.json", "[x509-certificate:subject LIKE '%O=Example%']", []int64{2}},
		{"events.xml", "[process:command_line MATCHES '(?i)-enc\\\\s+[a-z0-9+/=]+']", []int64{3}},
		{"events.xml", "[process:parent_ref.name = 'WINWORD.EXE' AND process:name = 'powershell.exe']", []int64{3}},
		{"events.xml", "[process:name = 'WINWORD.EXE' AND process:command_line LIKE '%-enc%']", nil},
		{"events.xml", "[process:creator_user_ref.account_login = 'bob' AND process:pid = 6228]", []int64{3}},
		{"events.xml", `[process:creator_user_ref.account_login = 'CORP\\bob' AND process:pid = 6228]`, []int64{3}},
		{"logon.xml", `[process:name = 'probe.exe' AND process:creator_user_ref.account_login = 'CORP\\bob']`, []int64{1}},
		{"logon.xml", `[user-account:account_login = 'LAB\\alice']`, []int64{2}},
		{"logon.xml", `[user-account:account_login = 'LAB\\bob']`, nil},
		{"events.xml", `[user-account:account_login = 'CORP\\bob']`, []int64{3}},
		{"events.xml", "[process:image_ref.hashes.md5 = '7353f60b1739074eb17c5f4dddefe239' AND process:cwd LIKE '%bob%']", []int64{3}},
		{"events.xml", `[windows-registry-key:key LIKE '%\\CurrentVersion\\Run' AND windows-registry-key:values[*].data LIKE 'C:\\Temp\\%']`, []int64{4}},
		{"events.xml", "[windows-registry-key:values[0].name = 'Updater' AND windows-registry-key:values[0].data LIKE '%/background']", []int64{4}},
		{"events.xml", "[process:pid = 420 AND process:parent_ref.pid = 4]", []int64{5}},
		{"events.xml", "[user-account:user_id = 'S-1-5-18' AND user-account:account_login = 'WS2$']", []int64{5}},
		{"ecs.ndjson", "[process:command_line LIKE '%evil.example%' AND process:creator_user_ref.account_login = 'root']", []int64{3}},
		{"ecs.ndjson", "[user-account:account_login = 'bob' AND user-account:user_id = '1000']", []int64{3}},
		{"ecs.ndjson", "[network-traffic:extensions.'http-request-ext'.request_method = 'POST' AND network-traffic:extensions.'http-request-ext'.request_value = '/gate.php']", []int64{4}},
		{"ecs.ndjson", "[network-traffic:extensions.'http-request-ext'.request_version = 'http/1.1' AND network-traffic:dst_port IN (443, 8443)]", []int64{4}},
		{"ecs.ndjson", "[network-traffic:src_byte_count > 2000 AND network-traffic:dst_packets = 14]", []int64{4}},
		{"ecs.ndjson", "[mac-addr:value = '00:1b:21:3c:9d:f8']", []int64{4}},
		{"ecs.ndjson", "[autonomous-system:number = 64500]", []int64{4}},
		{"ecs.ndjson", "[email-message:subject = 'Your invoice' AND email-message:from_ref.value = 'a@evil.example' AND email-message:cc_refs[*].value = 'c@example.org']", []int64{5}},
		{"ecs.ndjson", "[email-message:additional_header_fields.x_mailer = 'Mailer 1']", []int64{5}},
		{"ecs.ndjson", "[file:name = 'bill.doc' AND file:size = 4096 AND file:mime_type = 'application/msword']", []int64{5}},
		{"ecs.ndjson", `[windows-registry-key:values[*].name = 'Evil' AND windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Run']`, []int64{5}},
		{"ocsf.json", "[process:pid = 4711 AND process:image_ref.size = 71680 AND process:parent_ref.command_line = 'explorer.exe']", []int64{2}},
		{"ocsf.json", "[network-traffic:protocols[0] = 'tcp' AND network-traffic:dst_port = 8080 AND network-traffic:src_port = 51001]", []int64{3}},
		{"ocsf.json", "[x509-certificate:serial_number = '03:f9' AND x509-certificate:issuer = 'CN=Evil CA' AND x509-certificate:hashes.'SHA-1' = 'aabbccddeeff00112233445566778899aabbccdd']", []int64{3}},
		{"any.json", "[network-traffic:dst_port = 4444 AND network-traffic:dst_ref.value = '203.0.113.9' AND network-traffic:protocols[*] = 'tcp']", []int64{3}},
		{"any.json", "[process:command_line LIKE 'nc -e %' AND process:pid = 12]", []int64{3}},
		{"syslog.log", "[user-account:account_login = 'bob' OR network-traffic:src_port = 51022 AND network-traffic:src_ref.value = '198.51.100.9']", []int64{7}},
		{"syslog.log", "[network-traffic:dst_port = 80 AND network-traffic:dst_ref.value = '198.51.100.2' AND network-traffic:protocols[*] = 'tcp']", []int64{3}},
		{"syslog.log", "[network-traffic:dst_port = 443 AND network-traffic:src_ref.value = '198.51.100.7']", []int64{8}},
		{"access.log", "[network-traffic:extensions.'http-request-ext'.request_method MATCHES '^(PROPFIND|MKCOL)$']", []int64{7}},
		{"access.log", "[user-account:account_login = 'alice']", []int64{7}},
		{"access.log", "[network-traffic:dst_port = 8443 AND network-traffic:dst_ref.value = 'www.example.org']", []int64{7}},
		{"zeek.log", "[network-traffic:src_port = 40000 AND network-traffic:extensions.'http-request-ext'.request_method = 'GET']", []int64{9}},
	} {
		raw, err := os.ReadFile(filepath.Join("..", "logs", "testdata", tt.log))
		if err != nil {
			t.Fatal(err)
		}
		c, err := NewCompound(tt.pattern, parsed(t, tt.pattern))
		if err != nil {
			t.Errorf("%s: %v", tt.pattern, err)
			continue
		}
		b := NewBuilder()
		if err := b.c.addCompound(c, b.c.claims.add(&Claim{ID: "x"})); err != nil {
			t.Fatal(err)
		}
		if got := found(t, b, raw)["x"]; !slices.Equal(got, tt.want) {
			t.Errorf("%s: %s: found at %v, want %v", tt.log, tt.pattern, got, tt.want)
		}
	}
}

// TestFactsAreReadWhenAsked: records are read once where no pattern asks for facts, and where a value leads to those that do.
func TestFactsAreReadWhenAsked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern string
		asks    bool
	}{
		{"[domain-name:value LIKE 'a%.example']", false},
		{"[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]", false},
		{"[process:name = 'cmd.exe' AND process:command_line LIKE '%whoami%']", false},
		{"[network-traffic:dst_port = 443]", true},
		{"[process:command_line LIKE '%whoami%']", true},
		{"[network-traffic:dst_port != 443]", true},
	} {
		c, err := NewCompound(tt.pattern, parsed(t, tt.pattern))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.anchors.asks(); got != tt.asks {
			t.Errorf("%s: asks for facts of every record: %v", tt.pattern, got)
		}
	}
}

// TestHandshakes: what people write for JA3 and JA4.
func TestHandshakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ path, want string }{
		{"network-traffic:extensions.'tls-ext'.ja3", "ja3"}, {"network-traffic:extensions.'tls-ext'.ja3_hash", "ja3"},
		{"network-traffic:extensions.'tls-ext'.ja3s", "ja3s"}, {"network-traffic:extensions.'x-tls-ext'.ja4_hash", "ja4"},
		{"network-traffic:x_ja4s", "ja4s"}, {"x-ja3-hash:value", "ja3"}, {"x-ja4:value", "ja4"}, {"x-ecs-tls:server_ja3s", "ja3s"},
		{"network-traffic:x_misp_ja3_fingerprint_md5", "ja3"}, {"network-traffic:dst_port", ""}, {"file:hashes.MD5", ""}, {"domain-name:value", ""},
	} {
		for c := range parsed(t, "["+tt.path+" = 'x']").Comparisons() {
			if got := handshakeOf(&c.Path); got != tt.want {
				t.Errorf("%s is %q, want %q", tt.path, got, tt.want)
			}
		}
	}
	ja4 := "t13d1516h2_8daaf6152771_b186095e22b6"
	for _, path := range []string{"x-ja4:value", "network-traffic:extensions.'tls-ext'.ja4"} {
		vs, whole := patternValues(parsed(t, fmt.Sprintf("[%s = '%s']", path, ja4)))
		if !whole || len(vs) != 1 || vs[0].Class != JA4 {
			t.Errorf("%s: %v, whole %v", path, vs, whole)
		}
	}
}
