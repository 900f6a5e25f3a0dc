package veris

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"threatwatch/internal/drafttest"
	"threatwatch/stix"
	"threatwatch/watch"
)

// whole is a record of 1.4.1 with what the tests look at.
const full = `{"schema_version":"1.4.1","incident_id":"A-1","source_id":"example","security_incident":"Near miss","summary":"It began with a mail.","confidence":"Medium","campaign_id":"C-7",
"reference":"https://example.org/a,1.html; https://example.org/b ,http://www.kaspersky.com/c; personal communication","discovery_method":{"external":{"variety":["Security researcher"]}},
"timeline":{"incident":{"year":2021,"month":3},"compromise":{"unit":"Minutes","value":5},"discovery":{"unit":"Months","value":2.5}},
"victim":{"victim_id":"Example Works","employee_count":"11 to 100","industry":"31-33","government":["NA"],"country":["DE","Unknown"],"secondary":{"amount":4,"victim_id":["Other Works"]}},
"actor":{"external":{"variety":["State-affiliated"],"motive":["Espionage"],"country":["AQ"],"name":["Quiet Heron"]},"internal":{"variety":["End-user"],"motive":["NA"]}},
"action":{"hacking":{"variety":["Use of stolen creds"],"vector":["VPN"],"cve":"CVE 2021-12345, CVE-2021-12346"},"social":{"variety":["Phishing"],"vector":["Email"],"target":["End-user"]}},
"asset":{"assets":[{"variety":"S - Mail"}],"cloud":["NA"]},
"attribute":{"confidentiality":{"data_disclosure":"Yes","data_total":501,"data":[{"variety":"Secrets"},{"variety":"Personal","amount":500}],"data_victim":["Employee","Customer"]},"availability":{"variety":["Interruption"],"duration":{"unit":"Hours"}}},
"impact":{"overall_rating":"Painful"},"plus":{"master_id":"B-1","created":"2021-06-01T00:00:00Z","modified":"2021-07-01T00:00:00Z","timeline":{"notification":{"year":2021,"month":5,"day":31}}}}`

// TestWholeRecord: each part of a record has its place.
func TestWholeRecord(t *testing.T) {
	x := newExchange(t)
	x.Take([]byte(full))
	if len(x.Faults) > 0 {
		t.Fatal(x.Faults)
	}
	in, err := watch.ReadIncident(x.Of("incident")[0])
	if err != nil {
		t.Fatal(err)
	}
	f := in.Facts
	got, err := json.Marshal(map[string]any{
		"core": in.Core, "confidence": in.Confidence, "created": x.Of("incident")[0].Get("created").Text(), "modified": x.Of("incident")[0].Get("modified").Text(), "title": in.Title(), "text": in.Description,
		"steps": f.Milestones, "lags": f.Lags, "found": f.DiscoveryMethod, "actions": f.Actions, "operations": f.Operations, "insider": f.Insider, "victims": f.Victims, "data": f.Data, "severity": f.Severity, "rule": f.ScopeRule,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"core":{"determination":"failed-attempt","investigation_status":"open","criticality":60},"confidence":50,"created":"2021-06-01T00:00:00.000000Z","modified":"2021-07-01T00:00:00.000000Z",
"title":"Example Works: hacking (Use of stolen creds), deceiving people (Phishing), 2021","text":"It began with a mail.",
"steps":[{"kind":"first_action","time":"2021-03-01T00:00:00Z","fidelity":"month"},{"kind":"victims_notice_begin","time":"2021-05-31T00:00:00Z","fidelity":"day"}],
"lags":{"compromise":{"unit":"Minutes","value":5},"discovery":{"unit":"Months","value":2.5}},"found":"external.Security researcher",
"actions":["hacking","hacking.Use of stolen creds","social","social.Phishing"],"operations":["espionage","data-theft","disruption"],"insider":true,
"victims":[{"name":"Example Works","named":true,"country":["DE"],"sectors":["manufacturing"],"naics":"31","size_band":"11 to 100"},{"name":"Other Works","description":"hit through the first victim","named":true},{"description":"3 more, hit through the first victim","named":false}],
"data":[{"variety":"Secrets","loss":"confirmed-loss","records":{"max":501},"holder_kind":"Employee, Customer"},{"variety":"Personal","loss":"confirmed-loss","records":{"best":500,"placeholder":true},"holder_kind":"Employee, Customer"}],
"severity":[{"scheme":"veris-impact","value":"Painful"}],"rule":"example"}`
	if canonical(t, got) != canonical(t, []byte(want)) {
		t.Errorf("\n%s\nwant\n%s", canonical(t, got), canonical(t, []byte(want)))
	}
	var refs []string
	for _, r := range in.References {
		refs = append(refs, r.Source+" "+r.ExternalID+r.URL)
	}
	if got := strings.Join(refs, "\n"); got != "VERIS incident_id A-1\nVERIS master_id B-1\ncve CVE-2021-12345\ncve CVE-2021-12346\nexample.org https://example.org/a,1.html\nexample.org https://example.org/b\nkaspersky.com http://www.kaspersky.com/c" {
		t.Error(got)
	}
	var claims []string
	for _, o := range x.Of("relationship") {
		if c, err := watch.ReadClaim(o); err == nil {
			claims = append(claims, x.Held[c.Accused].Get("name").Text()+": "+c.Terms.Level+", "+c.Terms.Kinds[0]+", "+c.Terms.StatedConfidence.Value+", said by "+x.Held[c.Terms.ClaimantRef].Get("name").Text()+" "+c.Terms.StatedAt.String())
		}
	}
	if got := strings.Join(claims, "\n"); got != "Quiet Heron: group, technical, Medium, said by VERIS records of example 2021-06-01" {
		t.Error(got)
	}
	if c := x.Of("campaign"); len(c) != 1 || c[0].Get("name").Text() != "Campaign C-7" {
		t.Error(c)
	}
}

// TestEditions: the same incident as 1.2, 1.3 and 1.4 have it.
func TestEditions(t *testing.T) {
	const (
		old = `{"schema_version":"1.2","incident_id":"1","security_incident":"Confirmed","summary":"","discovery_method":"Ext - law enforcement","timeline":{"incident":{"year":2012}},
"victim":{"victim_id":"Unknown","employee_count":"Unknown","industry":"000","country":"US"},"actor":{"external":{"variety":"Activist","motive":"Ideology","country":"RU"}},
"action":{"physical":{"variety":"Theft","vector":"Bypassed controls","location":"Victim secure area"}},"asset":{"assets":[{"variety":"U - Laptop"}]},"attribute":{"confidentiality":{"data_disclosure":"Potentially","data_total":0}}}`
		third = `{"schema_version":"1_3_4","incident_id":"1","security_incident":"Confirmed","discovery_method":{"external":{"variety":["Law enforcement"]}},"timeline":{"incident":{"year":2012}},
"victim":{"employee_count":"Unknown","industry":"00","country":["US"]},"actor":{"external":{"variety":["Activist"],"motive":["Ideology"],"country":["RU"]}},
"action":{"physical":{"variety":["Theft"],"vector":["Privileged access"]}},"asset":{"assets":[{"variety":"U - Laptop"}]},"attribute":{"confidentiality":{"data_disclosure":"Potentially"}}}`
		fourth = `{"schema_version":"1.4.1","incident_id":"1","security_incident":"Confirmed","summary":"","discovery_method":{"external":{"variety":["Law enforcement"]}},"timeline":{"incident":{"year":2012}},
"victim":{"employee_count":"Unknown","industry":"00","government":["NA"],"country":["US"]},"actor":{"external":{"variety":["Activist"],"motive":["Ideology"],"country":["RU"]}},
"action":{"physical":{"variety":["Theft"],"vector":["Victim secure area"]}},"asset":{"assets":[{"variety":"U - Laptop"}],"cloud":["NA"]},"attribute":{"confidentiality":{"data_disclosure":"Potentially"}}}`
	)
	facts := map[string]bool{}
	for _, raw := range []string{old, third, fourth} {
		x := newExchange(t)
		x.Take([]byte(raw))
		if len(x.Faults) > 0 || len(x.Of("incident")) != 1 {
			t.Fatal(x.Faults)
		}
		in, err := watch.ReadIncident(x.Of("incident")[0])
		if err != nil {
			t.Fatal(err)
		}
		in.Facts.Original = nil
		text, err := json.Marshal(in.Facts)
		if err != nil {
			t.Fatal(err)
		}
		facts[string(text)] = true
		if len(x.Of("location")) != 1 || x.Of("location")[0].Get("country").Text() != "RU" {
			t.Error(x.Of("location"))
		}
	}
	if len(facts) != 1 {
		t.Error(strings.Join(slices.Sorted(maps.Keys(facts)), "\n"))
	}
	for _, bad := range []string{
		strings.Replace(third, `"1_3_4"`, `"1.4"`, 1), strings.Replace(fourth, "Victim secure area", "Privileged access", 1), strings.Replace(old, `"1.2"`, `"1.3"`, 1), strings.Replace(fourth, `"1.4.1"`, `"1.9"`, 1),
		edited(t, fourth, "victim.industry", `"99"`), edited(t, fourth, "victim.country", `["XX"]`), edited(t, fourth, "timeline.incident.year", `2012.5`), edited(t, fourth, "impact", `{"overall_rating":"Unknown","iso_currency_code":"ABC"}`),
	} {
		x := newExchange(t)
		x.Take([]byte(bad))
		if len(x.Faults) != 1 || len(x.Of("incident")) != 0 {
			t.Errorf("%s: %v", bad, x.Faults)
		}
	}
}

// TestUpdate: only what changed gets a new version: that of the record when it gives a later one, else the time of the import.
func TestUpdate(t *testing.T) {
	x := newExchange(t)
	x.Take([]byte(full))
	if x.Take([]byte(full)); x.Added+x.Changed != 0 {
		t.Errorf("%d added, %d changed", x.Added, x.Changed)
	}
	later := edited(t, edited(t, full, "summary", `"It began with a call."`), "plus.modified", `"2022-01-01T00:00:00Z"`)
	if x.Take([]byte(later)); x.Added != 0 || x.Changed != 1 || x.Of("incident")[0].Get("modified").Text() != "2022-01-01T00:00:00.000000Z" {
		t.Errorf("%d added, %d changed, %s", x.Added, x.Changed, x.Of("incident")[0].Get("modified").Text())
	}
	if x.Take([]byte(edited(t, later, "summary", `"It began with a letter."`))); x.Changed != 1 || x.Of("incident")[0].Get("modified").Text() != drafttest.Today {
		t.Errorf("%d changed, %s", x.Changed, x.Of("incident")[0].Get("modified").Text())
	}
}

// TestFaults: what is left out is named with its place and rule, and the rest is in.
func TestFaults(t *testing.T) {
	second := strings.NewReplacer("\n", "", `"A-1"`, `"A-2"`).Replace(full)
	bad := strings.NewReplacer("\n", "", `"Phishing"`, `"Fishing"`, `"Near miss"`, `"Perhaps"`).Replace(full)
	rival := strings.NewReplacer("\n", "", "a mail", "a call").Replace(full)
	doc := strings.Join([]string{strings.ReplaceAll(full, "\n", ""), bad, `{"incident_id":`, second, rival, second, `[]`, `7`}, "\n")
	x := newExchange(t)
	x.Take([]byte(doc))
	var got []string
	for _, f := range x.Faults {
		got = append(got, f.Error())
	}
	text := strings.Join(got, "\n")
	for _, want := range []string{`record 2: A-1: security_incident: "Perhaps" is none of its words (and 1 more)`, "line 3: ", "record 5: A-1: plus.master_id: another record of this document has the same, and says something else"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s\nwant %s", text, want)
		}
	}
	if len(x.Of("incident")) != 2 {
		t.Errorf("%d incidents, want 2", len(x.Of("incident")))
	}
	if faults := Check(&stix.Value{Kind: stix.Array}); len(faults) != 1 {
		t.Error(faults)
	}
}

// TestListOfRecords: a list is read like lines.
func TestListOfRecords(t *testing.T) {
	x := newExchange(t)
	x.Take([]byte("\xef\xbb\xbf[" + full + "," + strings.Replace(full, `"A-1"`, `"A-2"`, 1) + "]"))
	if len(x.Of("incident")) != 2 || len(x.Faults) > 0 {
		t.Error(len(x.Of("incident")), x.Faults)
	}
}

func TestDetect(t *testing.T) {
	for _, yes := range []string{full, "[\n" + full, " " + full[:300], `{"action":{"error":{"notes":"` + strings.Repeat("x", 9000), `{"plus":{},"notes":"n","timeline":{`} {
		if !Detect([]byte(yes[:min(len(yes), 4096)])) {
			t.Errorf("not recognised: %.80s", yes)
		}
	}
	for _, no := range []string{"", "{}", "[]", "x", `{"type":"bundle","objects":[{"action":{}}]}`, `{"type":"incident","id":"incident--1"}`, `{"title":"KEV","catalogVersion":"1"}`, `{"notes":"n"}`, `{"Event":{"timeline":{}}}`, `[{"post_title":"x"}]`} {
		if Detect([]byte(no)) {
			t.Errorf("recognised: %s", no)
		}
	}
}

func FuzzObjects(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte("[" + full + "]"))
	f.Add([]byte(strings.ReplaceAll(full, "\n", "")[:400] + "\n" + strings.ReplaceAll(full, "\n", "")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		Detect(raw)
		Objects(raw, drafttest.Today, func(string) *stix.Value { return nil }, func(o *stix.Value) error {
			drafttest.Valid(t, o)
			return nil
		})
	})
}
