package match

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"threatwatch"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
)

// TestReadLists: each way people write lists, and what is taken out of it.
func TestReadLists(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "# comment\n\nevil[.]example\n198.51.100.7 # seen in May\n198.51.100.8\t7\n203.0.113.0/24;65\nhxxp://evil.example/x\n",
			"evil.example, 198.51.100.7 (seen in May), 198.51.100.8 (7), evil.example/x, 203.0.113.0/24 (65)"},
		{"byte order mark, CR LF, no end", "\uFEFFevil.example\r\nb.example", "evil.example, b.example"},
		{"hosts", "127.0.0.1 localhost\n0.0.0.0 evil.example\n0.0.0.0 b.example # ads\n", "127.0.0.1 (localhost), evil.example, b.example (ads)"},
		{"maltrail", "indicator,trail\nhttp://198.51.100.1,malware/x\nevil.example,malware/y\n198.51.100.2:994,malware/z\n/gate.bin,malware/m\n",
			"198.51.100.1/ (malware/x), evil.example (malware/y), 198.51.100.2 (malware/z port 994), /gate.bin (malware/m)"},
		{"abuse.ch", "# info\n#\n# \"first_seen_utc\",\"sha256_hash\",\"md5_hash\",\"reporter\",\"signature\"\n" +
			"\"2025-12-01 19:58:53\", \"" + strings.Repeat("a", 64) + "\", \"" + strings.Repeat("b", 32) + "\", \"x, y\", \"Red\"\"Line\"\n",
			strings.Repeat("a", 64) + " (Red\"Line), " + strings.Repeat("b", 32) + " (Red\"Line)"},
		{"kinds without header", "2026-08-22 02:53:35,who,domain,evil.example,#tag,https://x.example/1\r\n2026-08-22 02:53:36,who,url,http://b.example/,,https://x.example/2\r\n",
			"evil.example (#tag), b.example/"},
		{"semicolons", strings.Repeat("c", 40) + ";Old; tool\n" + strings.Repeat("d", 32) + ";New tool\n", strings.Repeat("c", 40) + " (Old), " + strings.Repeat("d", 32) + " (New tool)"},
		{"Zeek", "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\nwww.evil.example\tIntel::DOMAIN\tUs\tBad\nshop.example/gate\tIntel::URL\tUs\t-\n198.51.100.0/24\tIntel::SUBNET\t-\t-\n",
			"www.evil.example (Bad), shop.example/gate, 198.51.100.0/24"},
	} {
		l := NewLoader(Policy{})
		if err := l.Read(c.name+".txt", packed(t, c.in)); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := said(t, l); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	l := NewLoader(Policy{})
	if err := l.Read("prose.txt", strings.NewReader("Nothing here\nis an indicator of anything\n")); threatwatch.KindOf(err) != threatwatch.Invalid {
		t.Errorf("prose: %v, want an error of kind Invalid", err)
	}
	if err := l.Read("list.json", strings.NewReader(`{"name":"x","type":"cidr","list":["10.0.0.0/8"],"matching_attributes":["ip-src"]}`)); err == nil {
		t.Error("a warning list was taken for indicators")
	}
}

// packed gzips, so that every case is also one of unpacking.
func packed(t *testing.T, s string) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

// said prints what a loader holds, in the order of reading, networks last.
func said(t *testing.T, l *Loader) string {
	t.Helper()
	var out []string
	one := func(text string, c Claim) {
		if c.Name != "" {
			text += " (" + c.Name + ")"
		}
		out = append(out, text)
	}
	for n := range uint32(l.c.table.len()) {
		c, _, key := l.c.value(n)
		l.c.about(n, func(claim uint32) { one(text(c, key), l.c.claims.get(claim)) })
	}
	for p, about := range l.c.nets.All() {
		for _, claim := range about {
			one(p.String(), l.c.claims.get(claim))
		}
	}
	return strings.Join(out, ", ")
}

func indicatorJSON(n int, pattern, more string) string {
	return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-%012d","created":"2020-01-01T00:00:00Z",`+
		`"modified":"2020-01-01T00:00:00Z","valid_from":"2020-01-01T00:00:00Z","pattern_type":"stix","pattern":%q%s}`, n, pattern, more)
}

// TestReadSTIX: which indicators of a bundle are looked for, and what is said of the others.
func TestReadSTIX(t *testing.T) {
	const domain = "[domain-name:value = '%s']"
	later := strings.Replace(indicatorJSON(4, "[domain-name:value = 'newer.example']", ""), `"modified":"2020-01-01`, `"modified":"2021-01-01`, 1)
	bundle := `{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[` + strings.Join([]string{
		`{"type":"identity","spec_version":"2.1","id":"identity--00000000-0000-4000-8000-00000000000a","created":"2020-01-01T00:00:00Z","modified":"2020-01-01T00:00:00Z","name":"CERT Example"}`,
		indicatorJSON(1, fmt.Sprintf(domain, "plain.example"), `,"name":"A name","confidence":80,"created_by_ref":"identity--00000000-0000-4000-8000-00000000000a"`),
		indicatorJSON(2, fmt.Sprintf(domain, "gone.example"), `,"revoked":true`),
		indicatorJSON(3, fmt.Sprintf(domain, "red.example"), `,"confidence":80,"object_marking_refs":["`+stix.TLPID(stix.Red)+`"]`),
		later,
		indicatorJSON(4, fmt.Sprintf(domain, "older.example"), ""),
		indicatorJSON(5, "[ipv4-addr:value = '198.51.100.1'] OR [file:hashes.'SHA-256' IN ('"+strings.Repeat("ab", 32)+"', '"+strings.Repeat("cd", 32)+"')]", `,"confidence":20`),
		indicatorJSON(6, "[domain-name:value = 'both.example' AND ipv4-addr:value = '198.51.100.2']", ""),
		indicatorJSON(7, "[ipv4-addr:value ISSUBSET '198.51.100.0/24']", ""),
		strings.Replace(indicatorJSON(8, "rule x { condition: true }", ""), `"pattern_type":"stix"`, `"pattern_type":"yara"`, 1),
		indicatorJSON(9, "[domain-name:value = 'until.example']", `,"valid_until":"2020-02-01T00:00:00Z"`),
		indicatorJSON(10, "[domain-name:value = 'broken.example'", ""),
	}, ",") + "]}"
	load := func(p Policy) (*Index, Loaded) {
		t.Helper()
		l := NewLoader(p)
		if err := l.Read("bundle.json", strings.NewReader(bundle)); err != nil {
			t.Fatal(err)
		}
		x, err := l.Index()
		if err != nil {
			t.Fatal(err)
		}
		return x, l.Loaded
	}
	x, counts := load(Policy{})
	if counts.Revoked != 1 || counts.Expired != 1 || counts.Compound != 1 || counts.Other != 1 || counts.Unreadable != 1 || counts.Indicators != 11 {
		t.Errorf("counts = %+v", counts)
	}
	at := time.Date(2020, 1, 15, 0, 0, 0, 0, time.UTC)
	found := func(x *Index, value string) bool { return len(x.Lookup(value, at)) > 0 }
	for _, v := range []string{"plain.example", "red.example", "newer.example", "198.51.100.1", "198.51.100.77", strings.Repeat("AB", 32), "until.example"} {
		if !found(x, v) {
			t.Errorf("%s is not found", v)
		}
	}
	for _, v := range []string{"gone.example", "older.example", "both.example", "broken.example"} {
		if found(x, v) {
			t.Errorf("%s is found", v)
		}
	}
	c := x.Lookup("plain.example", at)[0].Claims[0]
	if c.Source != "CERT Example" || c.Name != "A name" || c.Confidence != 80 || c.ID != "indicator--00000000-0000-4000-8000-000000000001" {
		t.Errorf("claim = %+v", c)
	}
	if len(x.Lookup("until.example", at.AddDate(0, 1, 0))) != 0 || len(x.Lookup("plain.example", at.AddDate(-1, 0, 0))) != 0 {
		t.Error("an indicator is found outside its time")
	}
	any, _ := load(Policy{AnyTime: true})
	if len(any.Lookup("until.example", at.AddDate(9, 0, 0))) != 1 {
		t.Error("AnyTime: an expired indicator is not found")
	}
	green := stix.Green
	x, counts = load(Policy{MinConfidence: 50, MaxTLP: &green})
	if !found(x, "plain.example") || found(x, "red.example") || found(x, "198.51.100.1") || found(x, "newer.example") {
		t.Error("least confidence and strictest level are not kept")
	}
	if counts.TLP != 1 || counts.Confidence < 2 {
		t.Errorf("counts = %+v", counts)
	}
}

// TestReadFeeds reads feeds in use, each in the form of its publisher.
func TestReadFeeds(t *testing.T) {
	for _, c := range []struct {
		file   string
		values int // distinct
		class  Class
	}{
		{"feeds/ipsum/ipsum.txt.gz", 120430, Address},
		{"feeds/malwarebazaar/recent.csv", 3 * 751, Digest},
		{"feeds/zeek-intel/openphish.intel", 300, URL},
		{"feeds/loki-iocs/hash-iocs.txt.gz", 3053, Digest},
		{"tweetfeed/blocklists/domains.txt", 4873, Domain},
		{"tweetfeed/stix/today.json", 59, 0},
		{"tweetfeed/today.csv", 59, 0},
	} {
		f, err := os.Open(filepath.FromSlash(testdata.Dir(t, c.file)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		l := NewLoader(Policy{})
		if err := l.Read(c.file, f); err != nil {
			t.Fatal(err)
		}
		if l.Len() != c.values || c.class != 0 && l.c.classes[c.class] != c.values {
			t.Errorf("%s: %d values, %v of each class, want %d", c.file, l.Len(), l.c.classes, c.values)
		}
	}
}
