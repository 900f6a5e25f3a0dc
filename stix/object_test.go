package stix

import (
	"strings"
	"testing"
	"time"

	"threatwatch"
)

const uuid = "5b1f7f0e-2f0a-4a6e-9d53-0c1c9b8d7a61"

func mustParse(t testing.TB, s string) *Object {
	t.Helper()
	o, err := Parse([]byte(s))
	if err != nil {
		t.Fatalf("Parse(%.200s): %v", s, err)
	}
	return o
}

func TestParse(t *testing.T) {
	t.Parallel()
	o := mustParse(t, benchObject)
	if o.Type != "indicator" || o.ID != "indicator--"+uuid || o.SpecVersion != "2.1" || o.Revoked ||
		o.CreatedBy != "identity--0d1c8f3e-6e55-4b2b-8f5c-4a7d2b9c6e10" || len(o.MarkingRefs) != 1 {
		t.Errorf("Parse = %+v", o)
	}
	if got := FormatTime(o.Created); got != "2026-03-02T08:15:30.123000Z" {
		t.Errorf("created %s", got)
	}
	if got := FormatTime(o.Modified); got != "2026-03-04T09:00:00.000000Z" {
		t.Errorf("modified %s", got)
	}
	if string(o.Raw) != benchObject {
		t.Error("Raw is not what was received")
	}
}

// TestS001S002Heads: type and id that cannot name anything are refused (abuse case 15).
func TestS001S002Heads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in string
		ok bool
	}{
		{`{"type":"malware","id":"malware--` + uuid + `"}`, true},
		{`{"type":"x-acme-thing","id":"x-acme-thing--` + uuid + `"}`, true},
		{`{"type":"malware","id":"tool--` + uuid + `"}`, false},
		{`{"type":"malware","id":"malware--` + strings.ToUpper(uuid) + `"}`, true},
		{`{"type":"malware","id":"malware--5b1f7f0e-2f0a-4a6e-0d53-0c1c9b8d7a61"}`, false}, // not the RFC 4122 variant
		{`{"type":"malware","id":"malware--5b1f7f0e2f0a4a6e9d530c1c9b8d7a61"}`, false},
		{`{"type":"malware","id":"malware--../../etc/passwd"}`, false},
		{`{"type":"malware","id":"malware--` + uuid + `\u0000"}`, false},
		{`{"type":"malware","id":""}`, false},
		{`{"type":"malware"}`, false},
		{`{"id":"malware--` + uuid + `"}`, false},
		{`{"type":["malware"],"id":"malware--` + uuid + `"}`, false},
		{`{"type":"Malware","id":"Malware--` + uuid + `"}`, false},
		{`{"type":"a--b","id":"a--b--` + uuid + `"}`, false},
		{`{"type":"ab","id":"ab--` + uuid + `"}`, false},
		{`{"type":"` + strings.Repeat("a", 251) + `","id":"` + strings.Repeat("a", 251) + `--` + uuid + `"}`, false},
		{`[]`, false}, {`"x"`, false}, {`null`, false},
	} {
		_, err := Parse([]byte(c.in))
		if (err == nil) != c.ok {
			t.Errorf("Parse(%.120s): %v, want accepted %v", c.in, err, c.ok)
		}
		if err != nil && threatwatch.KindOf(err) != threatwatch.Invalid {
			t.Errorf("Parse(%.120s): kind %q", c.in, threatwatch.KindOf(err))
		}
	}
}

func TestS004SpecVersion(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"type":"tool","id":"tool--` + uuid + `","created":"2020-01-01T00:00:00.000Z"}`:                             "2.0",
		`{"type":"tool","id":"tool--` + uuid + `","spec_version":"2.1","created":"2020-01-01T00:00:00.000Z"}`:        "2.1",
		`{"type":"url","id":"url--` + uuid + `","value":"http://a.test/"}`:                                           "2.1",
		`{"type":"x-thing","id":"x-thing--` + uuid + `"}`:                                                            "2.1",
		`{"type":"marking-definition","id":"marking-definition--` + uuid + `","created":"2020-01-01T00:00:00.000Z"}`: "2.0",
		`{"type":"bundle","id":"bundle--` + uuid + `","spec_version":"2.0","objects":[]}`:                            "2.0",
	} {
		if got := mustParse(t, in).SpecVersion; got != want {
			t.Errorf("Parse(%s).SpecVersion = %s, want %s", in, got, want)
		}
	}
}

// TestDigest: the same content in other bytes has the same digest, other content another.
func TestDigest(t *testing.T) {
	t.Parallel()
	a := mustParse(t, `{"type":"tool","id":"tool--`+uuid+`","x":1.0,"name":"a\u0062"}`)
	b := mustParse(t, "{ \"name\":\"ab\", \"x\":1,\n \"id\":\"tool--"+uuid+`","type":"tool" }`)
	c := mustParse(t, `{"type":"tool","id":"tool--`+uuid+`","x":1,"name":"ab "}`)
	if a.Digest() != b.Digest() {
		t.Error("digests differ for one content")
	}
	if a.Digest() == c.Digest() {
		t.Error("digests agree for two contents")
	}
}

// TestS006Times: RFC 3339 with T and Z in upper case.
func TestS006Times(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-03-02T08:15:30Z":               "2026-03-02T08:15:30Z",
		"2026-03-02T08:15:30.1Z":             "2026-03-02T08:15:30.1Z",
		"2026-03-02T08:15:30.123456789Z":     "2026-03-02T08:15:30.123456789Z",
		"2026-03-02T08:15:30.1234567891234Z": "2026-03-02T08:15:30.123456789Z",
		"2024-02-29T23:59:59Z":               "2024-02-29T23:59:59Z",
		"2000-02-29T00:00:00Z":               "2000-02-29T00:00:00Z",
		"1969-12-31T23:59:59.5Z":             "1969-12-31T23:59:59.5Z",
		"0000-01-01T00:00:00Z":               "0000-01-01T00:00:00Z",
		"9999-12-31T23:59:59.999Z":           "9999-12-31T23:59:59.999Z",
		"2016-12-31T23:59:60Z":               "2017-01-01T00:00:00Z",
	} {
		got, err := ParseTime(in)
		if err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("ParseTime(%q) = %s, %v, want %s", in, got.Format(time.RFC3339Nano), err, want)
		}
	}
	for _, in := range []string{"", "2026-03-02", "2026-03-02T08:15Z", "2026-03-02t08:15:30Z", "2026-03-02T08:15:30z", "2026-03-02 08:15:30Z",
		"2026-03-02T08:15:30+00:00", "2026-03-02T08:15:30", "2026-03-02T08:15:30.Z", "2026-03-02T08:15:30,5Z", "2026-02-29T08:15:30Z",
		"1900-02-29T00:00:00Z", "2026-13-02T08:15:30Z", "2026-00-02T08:15:30Z", "2026-04-31T08:15:30Z", "2026-03-02T24:00:00Z",
		"2026-03-02T08:60:30Z", "2026-03-02T08:15:61Z", "2026-03-02T08:15:60Z", "+2026-03-02T08:15:30Z", "2026-03-02T08:15:3xZ"} {
		if got, err := ParseTime(in); err == nil {
			t.Errorf("ParseTime(%q) = %v, want an error", in, got)
		}
	}
	for d := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2600; d = d.AddDate(0, 0, 17) {
		s := d.Format("2006-01-02T15:04:05Z")
		if got, err := ParseTime(s); err != nil || !got.Equal(d) {
			t.Fatalf("ParseTime(%q) = %v, %v", s, got, err)
		}
		if got, _ := ParseTime(FormatTime(d.UnixMicro())); !got.Equal(d) {
			t.Fatalf("FormatTime(%v) = %s", d, FormatTime(d.UnixMicro()))
		}
	}
}

// TestS050Selectors: how the parts that a granular marking names are found, set and taken away.
func TestS050Selectors(t *testing.T) {
	t.Parallel()
	const text = `{"labels":["a","b","c"],"x":{"y":[{"z":1},[2,3]]},"name":"n"}`
	v, _ := ParseValue([]byte(text))
	for sel, want := range map[string]string{
		"labels.[0]": `"a"`, "labels.[2]": `"c"`, "labels": `["a","b","c"]`, "x.y.[0].z": "1", "x.y.[1].[1]": "3", "name": `"n"`,
		"": "", "labels.[3]": "", "labels.[999999999999]": "", "labels.[-1]": "", "labels.[01]": "", "labels.[]": "", "labels.[*]": "", "labels.0": "",
		"name.[0]": "", "../name": "", "x..y": "", ".name": "", "name.": "", "X": "", "x.[0]": "",
	} {
		got := ""
		if at := v.At(sel); at != nil {
			got = string(at.AppendJSON(nil))
		}
		if got != want {
			t.Errorf("At(%q) = %q, want %q", sel, got, want)
		}
	}
	c := v.Clone()
	for _, sel := range []string{"labels.[1]", "x.y.[0].z", "name"} {
		if !c.Remove(sel) {
			t.Errorf("Remove(%q) = false", sel)
		}
	}
	for _, sel := range []string{"labels.[2]", "nothing", "x.y.[7]", "", "name.x"} {
		if c.Remove(sel) {
			t.Errorf("Remove(%q) = true", sel)
		}
	}
	c.Set("new", NewStrings([]string{"s"}))
	c.Set("labels", NewArray(NewInt(1), NewBool(true)))
	if got, want := string(c.AppendJSON(nil)), `{"labels":[1,true],"x":{"y":[{},[2,3]]},"new":["s"]}`; got != want {
		t.Errorf("after the changes %s, want %s", got, want)
	}
	if got := string(v.AppendJSON(nil)); got != text {
		t.Errorf("the original became %s", got)
	}
}

func TestGranular(t *testing.T) {
	t.Parallel()
	o := mustParse(t, `{"type":"tool","id":"tool--`+uuid+`","granular_markings":[{"marking_ref":"marking-definition--`+uuid+`","selectors":["name","labels.[0]"]},{"lang":"fr","selectors":["name"]}]}`)
	g := o.Granular()
	if len(g) != 2 || g[0].MarkingRef != "marking-definition--"+uuid || len(g[0].Selectors) != 2 || g[0].Selectors[1] != "labels.[0]" || g[1].Lang != "fr" {
		t.Errorf("Granular = %+v", g)
	}
}

// TestS010Refs: every mention, at any depth.
func TestS010Refs(t *testing.T) {
	t.Parallel()
	id := func(typ string) string { return typ + "--" + uuid }
	for _, c := range []struct {
		in   string
		want []Ref
	}{
		{`{"type":"relationship","id":"` + id("relationship") + `","created_by_ref":"` + id("identity") + `","source_ref":"` + id("tool") + `","target_ref":"` + id("malware") + `","object_marking_refs":["` + id("marking-definition") + `"]}`,
			[]Ref{{"created_by_ref", "created_by_ref", id("identity"), false}, {"source_ref", "source_ref", id("tool"), true}, {"target_ref", "target_ref", id("malware"), true},
				{"object_marking_refs.[0]", "object_marking_refs", id("marking-definition"), false}}},
		{`{"type":"report","id":"` + id("report") + `","object_refs":["` + id("tool") + `","` + id("malware") + `"]}`,
			[]Ref{{"object_refs.[0]", "object_refs", id("tool"), false}, {"object_refs.[1]", "object_refs", id("malware"), false}}},
		{`{"type":"note","id":"` + id("note") + `","object_refs":["` + id("tool") + `"]}`,
			[]Ref{{"object_refs.[0]", "object_refs", id("tool"), true}}},
		{`{"type":"sighting","id":"` + id("sighting") + `","sighting_of_ref":"` + id("indicator") + `","granular_markings":[{"marking_ref":"` + id("marking-definition") + `","selectors":["count"]}]}`,
			[]Ref{{"sighting_of_ref", "sighting_of_ref", id("indicator"), true}, {"granular_markings.[0].marking_ref", "marking_ref", id("marking-definition"), false}}},
		{`{"type":"tool","id":"` + id("tool") + `","x_acme_ref":"` + id("x-acme") + `","x_note_ref":"see page 4","x_refs":"` + id("x-acme") + `","x_other":["` + id("x-acme") + `"],"extensions":{"extension-definition--` + uuid + `":{"deep":[[{"a_refs":["` + id("url") + `","no"]}]]}}}`,
			[]Ref{{"x_acme_ref", "x_acme_ref", id("x-acme"), false}, {"x_refs", "x_refs", id("x-acme"), false}, {"x_other.[0]", "x_other", id("x-acme"), false},
				{"extensions.extension-definition--" + uuid, "extensions", id("extension-definition"), false},
				{"extensions.extension-definition--" + uuid + ".deep.[0].[0].a_refs.[0]", "a_refs", id("url"), false}}},
		{`{"type":"observed-data","id":"` + id("observed-data") + `","objects":{"0":{"type":"ipv4-addr"},"1":{"type":"network-traffic","src_ref":"0"}}}`, []Ref{}},
	} {
		got := mustParse(t, c.in).Refs()
		if len(got) != len(c.want) {
			t.Errorf("Refs of %.60s = %+v, want %+v", c.in, got, c.want)
			continue
		}
		o := mustParse(t, c.in)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("Refs[%d] = %+v, want %+v", i, got[i], c.want[i])
			}
			if at := o.Root.At(got[i].Path); at.Text() != got[i].ID && (got[i].Kind != "extensions" || at == nil) {
				t.Errorf("At(%q) = %q, not the reference", got[i].Path, at.Text())
			}
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"type":"tool","id":"tool--` + uuid + `","name":"  mimi\nkatz"}`:                                                                                                   "mimi",
		`{"type":"url","id":"url--` + uuid + `","value":"http://a.test/"}`:                                                                                                  "http://a.test/",
		`{"type":"relationship","id":"relationship--` + uuid + `","relationship_type":"uses","source_ref":"intrusion-set--` + uuid + `","target_ref":"tool--` + uuid + `"}`: "intrusion-set uses tool",
		`{"type":"sighting","id":"sighting--` + uuid + `","sighting_of_ref":"indicator--` + uuid + `"}`:                                                                     "sighting of indicator",
		`{"type":"indicator","id":"indicator--` + uuid + `","pattern":"[url:value = 'x']"}`:                                                                                 "[url:value = 'x']",
		`{"type":"file","id":"file--` + uuid + `","hashes":{"SHA-256":"ab","MD5":"cd"}}`:                                                                                    "MD5 cd",
		`{"type":"autonomous-system","id":"autonomous-system--` + uuid + `","number":15139}`:                                                                                "AS15139",
		`{"type":"marking-definition","id":"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"}`:                                                                     "TLP:RED",
		`{"type":"note","id":"note--` + uuid + `","content":"` + strings.Repeat("é", 200) + `"}`:                                                                            strings.Repeat("é", 125) + "…",
	} {
		if got := mustParse(t, in).Name(); got != want {
			t.Errorf("Name(%s) = %q, want %q", in, got, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	text := mustParse(t, benchObject).Text()
	for _, want := range []string{"Sign-in page of a bank", "three waves", "phishing", "C-2026-0311", "login.example-bank.test",
		"aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f"} {
		if !strings.Contains(text, want) {
			t.Errorf("Text has no %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, uuid) {
		t.Error("Text has the identifier")
	}
}
