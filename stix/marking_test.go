package stix

import (
	"testing"
)

// TestS060S061TLP: the fixed marking definitions of both versions.
func TestS060S061TLP(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]Level{
		"613f2e26-407d-48c7-9eca-b8e91df99dc9": Clear, "34098fce-860f-48ae-8e50-ebd3cc5e41da": Green,
		"f88d31f6-486f-44da-b317-01333bde0b82": Amber, "5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Red,
		"94868c89-83c2-464b-929b-a1a8aa3c8487": Clear, "bab4a63c-aed9-4cf5-a766-dfca5abac2bb": Green,
		"55d920b0-5e8b-4f79-9ee9-91f868d9b421": Amber, "939a9414-2ddd-4d32-a0cd-375ea402b003": AmberStrict,
		"e828b379-4e03-4974-9ac4-e53a884c97c1": Red, "826578e1-40ad-459f-bc73-ede076f81f37": AmberStrict,
	} {
		if got, ok := TLPOf("marking-definition--" + id); !ok || got != want {
			t.Errorf("TLPOf(%s) = %v, %v, want %v", id, got, ok, want)
		}
	}
	if _, ok := TLPOf("marking-definition--" + uuid); ok {
		t.Error("TLPOf knows an identifier that is none")
	}
	for l := Clear; l <= Red; l++ {
		if got, ok := TLPOf(TLPID(l)); !ok || got != l {
			t.Errorf("TLPOf(TLPID(%v)) = %v, %v", l, got, ok)
		}
		if got, ok := LevelNamed("TLP:" + l.String()); !ok || got != l {
			t.Errorf("LevelNamed(%v) = %v, %v", l, got, ok)
		}
	}
}

func TestMarkingOf(t *testing.T) {
	t.Parallel()
	level := func(l Level) *Level { return &l }
	ext := `"extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{"extension_type":"property-extension","tlp_2_0":"amber+strict"}}`
	for _, c := range []struct {
		in        string
		tlp, pap  *Level
		statement string
		known     bool
	}{
		{`"definition_type":"tlp","definition":{"tlp":"green"}`, level(Green), nil, "", true},
		{`"definition_type":"TLP","definition":{"TLP":"TLP:RED"},"name":"TLP:RED"`, level(Red), nil, "", true},
		{ext, level(AmberStrict), nil, "", true},
		{`"name":"TLP:GREEN",` + ext, level(AmberStrict), nil, "", true}, // the stricter counts
		{`"definition_type":"tlp","definition":{"tlp":"white"},"name":"TLP:RED"`, level(Red), nil, "", true},
		{`"definition_type":"statement","definition":{"statement":"Copyright 2026"}`, nil, nil, "Copyright 2026", true},
		{`"definition_type":"statement","definition":{"statement":"PAP:AMBER"}`, nil, level(Amber), "PAP:AMBER", true},
		{`"definition_type":"statement","definition":{"statement":"tlp:\"amber\""}`, level(Amber), nil, `tlp:"amber"`, true},
		{`"definition_type":"PAP","definition":{"PAP":"PAP:RED"}`, nil, level(Red), "", true},
		{`"definition_type":"statement","definition":{"statement":"TLP:RED is what we used to say about such things here"}`, nil, nil, "TLP:RED is what we used to say about such things here", true},
		{`"definition_type":"tlp","definition":{"tlp":"purple"}`, nil, nil, "", false},
		{`"definition_type":"x-secret","definition":{"level":3}`, nil, nil, "", false},
		{`"extensions":{"extension-definition--` + uuid + `":{"extension_type":"property-extension"}}`, nil, nil, "", false},
	} {
		o := mustParse(t, `{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--`+uuid+`",`+c.in+`}`)
		m := MarkingOf(o)
		if !same(m.TLP, c.tlp) || !same(m.PAP, c.pap) || m.Statement != c.statement || m.Known != c.known {
			t.Errorf("MarkingOf(%s) = TLP %v PAP %v %q known %v", c.in, m.TLP, m.PAP, m.Statement, m.Known)
		}
	}
	iep := MarkingOf(mustParse(t, `{"type":"marking-definition","id":"marking-definition--`+uuid+`","definition_type":"iep","definition":{"iep":{"permitted_actions":"none"}}}`))
	if iep.IEP.Get("permitted_actions").Text() != "none" || !iep.Known {
		t.Errorf("IEP = %+v", iep)
	}
	// Abuse case 24: a fixed identifier means what it means.
	red := MarkingOf(mustParse(t, `{"type":"marking-definition","id":"`+TLPID(Red)+`","definition_type":"tlp","definition":{"tlp":"white"}}`))
	if red.TLP == nil || *red.TLP != Red {
		t.Errorf("redefined TLP:RED is %v", red.TLP)
	}
}

func same(a, b *Level) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
