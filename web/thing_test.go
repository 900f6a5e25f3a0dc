package web

import (
	"slices"
	"strings"
	"testing"

	"threatwatch/stix"
)

func TestProse(t *testing.T) {
	for in, want := range map[string]string{
		"[APT29](https://attack.example/groups/G0016) uses it.(Citation: Some Report 2021)": "APT29 uses it.",
		"[domain-name:value = 'x'] (not a link)":                                            "[domain-name:value = 'x'] (not a link)",
		"[x](javascript:alert(1))":                                                          "[x](javascript:alert(1))",
	} {
		if got := prose(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestBackTo(t *testing.T) {
	for in, want := range map[string]string{"": "/", "/objects/x": "/objects/x", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "/a\r\nSet-Cookie: x": "/"} {
		if got := backTo(in); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
}

// object parses one with the members given beside type and id.
func object(t *testing.T, typ, members string) *stix.Object {
	t.Helper()
	o, err := stix.Parse([]byte(`{"type":"` + typ + `","id":"` + typ + `--00000000-0000-4000-8000-000000000001"` + members + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestNameOf(t *testing.T) {
	for _, x := range []struct{ typ, members, want string }{
		{"malware", `,"name":"GLASSKITE"`, "GLASSKITE"},
		{"indicator", `,"pattern":"[domain-name:value = 'Evil.example']"`, "evil.example"},
		{"indicator", `,"pattern":"[domain-name:value = 'a.example' OR domain-name:value = 'b.example']"`, "[domain-name:value = 'a.example' OR domain-name:value = 'b.example']"},
		{"opinion", `,"opinion":"strongly-disagree","authors":["A ministry"]`, "A ministry: strongly disagree"},
		{"relationship", `,"relationship_type":"attributed-to"`, "attributed to"},
		{"observed-data", `,"number_observed":3,"first_observed":"2026-10-02T23:10:00Z","last_observed":"2026-10-05T01:40:00Z"`, "Seen 3 times, 2 Oct 2026 to 5 Oct 2026"},
		{"observed-data", `,"number_observed":1,"first_observed":"2026-10-02T23:10:00Z","last_observed":"2026-10-02T23:40:00Z"`, "Seen, 2 Oct 2026"},
		{"x-foo", ``, "x foo"},
	} {
		if got := nameOf(object(t, x.typ, x.members)); got != x.want {
			t.Errorf("%s%s is called %q, want %q", x.typ, x.members, got, x.want)
		}
	}
}

func TestChanged(t *testing.T) {
	older := object(t, "malware", `,"modified":"2026-01-01T00:00:00Z","name":"A","labels":["x","y"],"is_family":true,"confidence":10`)
	newer := object(t, "malware", `,"modified":"2026-01-02T00:00:00Z","name":"B","labels":[ "x", "y" ],"is_family":true,"description":"new"`)
	if got, want := changed(older, newer), []string{"name", "description", "confidence"}; !slices.Equal(got, want) {
		t.Errorf("changed: %v, want %v", got, want)
	}
}

// TestChangedExtensions: what changed inside an extension is named, and the extension as a whole only where nothing of it can be.
func TestChangedExtensions(t *testing.T) {
	const watch, core = `"extension-definition--1"`, `"extension-definition--2"`
	of := func(extensions string) *stix.Object {
		return object(t, "incident", `,"name":"A","extensions":{`+extensions+`}`)
	}
	older := of(watch + `:{"extension_type":"property-extension","state":"published","victims":[1],"slug":"a"},` + core + `:{"determination":"confirmed"}`)
	for newer, want := range map[string][]string{
		watch + `:{"extension_type":"property-extension","state":"corrected","victims":[1],"slug":"a","why":"x"},` + core + `:{"determination":"confirmed"}`: {"state", "why"},
		watch + `:{"extension_type":"property-extension","state":"published","victims":[2],"slug":"a"}`:                                                      {"victims", "determination"},
		watch + `:{"state":"published","victims":[1],"slug":"a"},` + core + `:{"determination":"confirmed"}`:                                                 {"extensions"},
	} {
		if got := changed(older, of(newer)); !slices.Equal(got, want) {
			t.Errorf("changed: %v, want %v", got, want)
		}
	}
	if got := changed(object(t, "incident", `,"name":"A"`), older); !slices.Equal(got, []string{"state", "victims", "slug", "determination"}) {
		t.Errorf("extensions that came: %v", got)
	}
}

func TestShort(t *testing.T) {
	if got := short("one two three", 9); got != "one two …" {
		t.Errorf("%q", got)
	}
	if got := short(strings.Repeat("ä", 300), 240); got != strings.Repeat("ä", 240)+" …" {
		t.Errorf("%q", got)
	}
}
