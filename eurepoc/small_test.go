package eurepoc

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatwatch/stix"
	"threatwatch/watch"
)

var columns = slices.Concat([]string{"ID", "name", "description", "start_date", "end_date", "inclusion_criteria", "source_incident_detection_disclosure", "incident_type", "receiver_name", "receiver_country",
	"receiver_category", "receiver_category_subcode", "number_of_attributions"}, attributionColumns, []string{"sources_url", "sources_attribution", "political_response_date", "political_response_type",
	"political_response_type_subcode", "political_response_country", "political_response_actor", "MITRE_initial_access", "MITRE_impact", "data_theft", "unweighted_cyber_intensity", "weighted_cyber_intensity",
	"impact_indicator", "impact_indicator_value"})

// made is a table of rows of which only some cells are filled.
func made(rows ...map[string]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(columns)
	for _, row := range rows {
		var cells []string
		for _, c := range columns {
			cells = append(cells, row[c])
		}
		w.Write(cells)
	}
	w.Flush()
	return b.Bytes()
}

var example = map[string]string{
	"ID": "7", "name": "A ministry read", "description": "Letters were taken.", "start_date": "2015-01-01", "end_date": "2014-12-03", "inclusion_criteria": "Attack by a state (it is said); Attack on (inter alia) politics",
	"source_incident_detection_disclosure": "Incident disclosed by victim; Incident disclosed by attacker", "incident_type": "Data theft & Doxing; Ransomware; Data theft",
	"receiver_name": "[['A Ministry', 'An Office'], ['Not available']]", "receiver_country": `["Korea, Republic of", 'Asia (region)']`,
	"receiver_category":         "[['State institutions / political system', 'Media'], ['Critical infrastructure']]",
	"receiver_category_subcode": "[['Military', ''], ['Energy']]", "number_of_attributions": "4",
	"attribution_date":              "2016-02-03 00:00:00; 2016-05-01; NaT; 2017-01-01",
	"attribution_type":              "Technical report (e.g., by IT-companies, Citizen Lab, EFF); Domestic legal action; Self-attribution in the course of the attack (e.g., via defacement statements on websites); Direct statement in media report (e.g., Reuters article cites the attribution statements by a person) / self-attribution via social media",
	"attribution_basis":             "IT-security community attributes attacker; Attribution by receiver government / state entity; Attacker confirms; Contested attribution",
	"attributing_actor":             "A Company; nan; nan; A Professor (Head; X)",
	"attributing_country":           "nan; Korea, Republic of; nan; nan",
	"attributed_initiator":          "Quiet Owl/TA 1/G9999 (GRU, Unit 1); Quiet Owl/TA 1/G9999 (GRU, Unit 1); quiet owl; Quiet Owl",
	"attributed_initiator_country":  "Russia; Russia; Russia; Unknown",
	"attributed_initiator_category": "Non-state actor, state-affiliation suggested; State; Non-state-group; Unknown - not attributed",
	"sources_url":                   "['https://example.org/a', 'https://example.org/a b']", "sources_attribution": "['https://example.org/c']",
	"political_response_date": "2016-06-07", "political_response_type": "State Actors: Stabilizing measures", "political_response_type_subcode": "Diplomatic protest notes", "political_response_country": "Korea, Republic of",
	"MITRE_initial_access": "Phishing", "MITRE_impact": "Data Exfiltration; Defacement", "data_theft": "For private / commercial targets: sensitive information (incident scores 2 points in intensity)",
	"unweighted_cyber_intensity": "2", "weighted_cyber_intensity": "3.0", "impact_indicator": "Low", "impact_indicator_value": "6.0",
}

// with is the example with some cells changed.
func with(changes ...string) map[string]string {
	row := map[string]string{}
	for k, v := range example {
		row[k] = v
	}
	for i := 0; i < len(changes); i += 2 {
		row[changes[i]] = changes[i+1]
	}
	return row
}

func taken(t *testing.T, raw []byte) (held map[string]*stix.Value, order []string) {
	t.Helper()
	held = map[string]*stix.Value{}
	d := read(t, raw)
	for _, f := range d.Faults {
		t.Error(f)
	}
	order, _, _ = take(t, d, held)
	return held, order
}

// TestIncident: what a row says of what happened.
func TestIncident(t *testing.T) {
	held, _ := taken(t, made(example))
	in, err := watch.ReadIncident(held[IncidentID("7")])
	if err != nil {
		t.Fatal(err)
	}
	f := &in.Facts
	for _, p := range in.Check() {
		t.Error(p)
	}
	var miles, victims, scores []string
	for _, m := range f.Milestones {
		miles = append(miles, fmt.Sprintf("%s %s %s", m.Kind, m, m.Fidelity))
	}
	for _, v := range f.Victims {
		victims = append(victims, fmt.Sprintf("%s/%v/%v/%s", v.Name, v.Countries, v.Sectors, v.Words))
	}
	for _, s := range f.Severity {
		scores = append(scores, s.Scheme+" "+s.Value)
	}
	response := f.Responses[0]
	got := []string{in.Core.Determination, f.Slug, f.ScopeRule, strings.Join(miles, "|"), strings.Join(f.ReportedBy, " "), strings.Join(f.Operations, " "), strings.Join(f.Techniques, " "), strings.Join(victims, "|"),
		strings.Join(scores, "|"), f.Data[0].Words, response.Kind + " " + response.String() + " " + held[response.ByRef].Get("name").Text(), in.Created.Format("2006-01-02"), fmt.Sprint(in.References)}
	want := []string{"confirmed", "a-ministry-read-eurepoc-7", "Attack by a state; Attack on", "first_action 2015 year|last_action 2014-12-03 day", "victim attacker", "data-theft doxing ransomware", "T1566 T1491",
		"A Ministry/[KR]/[defense communications]/State institutions / political system: Military; Media|An Office/[KR]/[defense communications]/State institutions / political system: Military; Media|/[]/[energy]/Critical infrastructure: Energy; Asia (region)",
		"eurepoc-intensity 2|eurepoc-intensity-weighted 3.0|eurepoc-impact Low|eurepoc-impact-value 6.0", "sensitive information", "protest 2016-06-07 Government of South Korea", "2016-02-03",
		"[{EuRepoC  7 } {EuRepoC https://example.org/a  } {EuRepoC   https://example.org/a b} {EuRepoC https://example.org/c  on who did it}]"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// statements are the claims and stances on an incident, in plain words.
func statements(t *testing.T, held map[string]*stix.Value, order []string) (list []string) {
	t.Helper()
	name := func(id string) string { return held[id].Get("name").Text() }
	short := map[string]string{}
	for _, id := range order {
		switch o := held[id]; {
		case watch.IsClaim(o):
			c, err := watch.ReadClaim(o)
			if err != nil {
				t.Fatal(err)
			}
			short[id] = fmt.Sprintf("%d", len(list))
			typ, _, _ := strings.Cut(c.Accused, "--")
			list = append(list, fmt.Sprintf("%s (%s) by %s %v: %s %s %s, %s %s %v", name(c.Terms.ClaimantRef), c.Terms.Capacity, c.Terms.Channel, c.Terms.Kinds, typ, name(c.Accused), c.Terms.Level, c.Terms.StatedAt, c.Terms.StatedAt.Fidelity, c.Labels))
		case watch.IsStance(o):
			s, err := watch.ReadStance(o)
			if err != nil {
				t.Fatal(err)
			}
			var of []string
			for _, id := range s.Of {
				of = append(of, short[id])
			}
			slices.Sort(of)
			list = append(list, fmt.Sprintf("%s: %s %v %s", name(s.Position.HolderRef), s.Position.Stance, of, name(s.Position.AlternativeRef)))
		}
	}
	return list
}

// TestClaims: one place, one claim; who disputes one has a stance on it.
func TestClaims(t *testing.T) {
	held, order := taken(t, made(example))
	want := []string{
		"A Company (vendor) by technical-report [technical]: intrusion-set Quiet Owl group, 2016-02-03 day []",
		"Government of South Korea (victim-state) by legal-action [political legal]: intrusion-set Quiet Owl state-organ, 2016-05 month []",
		"Quiet Owl (attacker) by in-the-act [self]: intrusion-set Quiet Owl non-state, 2016 year [undated]",
		"A Professor (Head; X): doubt [0 1 2] ",
	}
	if d := cmp.Diff(want, statements(t, held, order)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, o := range held {
		if o.Get("type").Text() == "intrusion-set" {
			if d := cmp.Diff([]string{"TA 1"}, o.Get("aliases").Strings()); d != "" || o.Get("external_references").Items[0].Get("external_id").Text() != "G9999" || !strings.Contains(o.Get("description").Text(), "GRU, Unit 1") {
				t.Errorf("%s %s", d, o.AppendJSON(nil))
			}
		}
	}
}

// TestWhoIsAccused: by what a place has of name, country and category.
func TestWhoIsAccused(t *testing.T) {
	for _, x := range []struct{ initiator, country, category, want string }{
		{"GRU/Sandy", "Russia", "State", "identity GRU state-organ"},
		{"", "Russia", "State", "identity Government of Russia state"},
		{"", "Russia", "Non-state-group", "location Russia territory-only"},
		{"", "Middle East (region)", "Non-state-group", "location Middle East territory-only"},
		{"Jo", "Unknown", "Individual hacker(s)", "threat-actor Jo person"},
		{"Somebody", "Unknown", "None", "intrusion-set Somebody cluster"},
		{"", "Unknown", "Non-state-group", ""},
		{"Not available", "nan", "State", ""},
	} {
		held, order := taken(t, made(with("attribution_date", "2016-01-02", "attribution_type", "Not available", "attribution_basis", "Attribution by third-party", "attributing_actor", "", "attributing_country", "",
			"attributed_initiator", x.initiator, "attributed_initiator_country", x.country, "attributed_initiator_category", x.category)))
		var want []string
		if x.want != "" {
			want = []string{"third party (not named) (other) by  [political]: " + x.want + ", 2016-01-02 day []"}
		}
		if d := cmp.Diff(want, statements(t, held, order)); d != "" {
			t.Errorf("%v (-want +got):\n%s", x, d)
		}
	}
}

// TestContested: alone it is a claim that is doubted; beside a claim that points elsewhere it names an alternative.
func TestContested(t *testing.T) {
	base := []string{"attribution_date", "", "attribution_type", "", "attributing_country", "", "attributed_initiator_country", "", "attributed_initiator_category", ""}
	held, order := taken(t, made(with(append(base, "attribution_basis", "Contested attribution", "attributing_actor", "", "attributed_initiator", "A")...)))
	want := []string{"somebody (not named) (other) by  [political]: intrusion-set A cluster, 2015 year [undated]", "somebody (not named): doubt [0] "}
	if d := cmp.Diff(want, statements(t, held, order)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	held, order = taken(t, made(with(append(base, "attribution_basis", "Media-based attribution; Contested attribution", "attributing_actor", "nan; C", "attributed_initiator", "A; B")...)))
	want = []string{"media (not named) (media) by  [media]: intrusion-set A cluster, 2015 year [undated]", "C (other) by  [political]: intrusion-set B cluster, 2015 year [undated]", "C: alternative-named [0] B"}
	if d := cmp.Diff(want, statements(t, held, order)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestUpdate: only what changed has a new version.
func TestUpdate(t *testing.T) {
	other := with("ID", "8", "name", "Another")
	held, _ := taken(t, made(example, other))
	if _, added, changed := take(t, read(t, made(with("description", "Letters and plans were taken."), other)), held); added != 0 || changed != 1 {
		t.Errorf("%d added, %d changed", added, changed)
	}
}

// TestFaults: what cannot be read is told with its line, and the rest comes in.
func TestFaults(t *testing.T) {
	for _, x := range []struct{ column, cell, want string }{
		{"name", " ", "needs ID and name"},
		{"start_date", "soon", "start_date"},
		{"end_date", "2015-02", "no day"},
		{"attribution_date", "2015-01-02", "attribution_type: 4 values beside 1"},
		{"attribution_date", "x; x; x; x", "attribution_date"},
		{"sources_url", "['a'", "sources_url: neither comma nor bracket"},
		{"receiver_name", "['a']", "receiver_name"},
		{"receiver_category_subcode", "[['a']]", "1 values beside 2 categories"},
		{"political_response_date", "x", "political_response_date"},
		{"ID", "8", "twice"},
	} {
		d := read(t, made(with("ID", "8"), with(x.column, x.cell)))
		if len(d.incidents) != 1 || len(d.Faults) != 1 || !strings.Contains(d.Faults[0].Error(), "line 3: ") || !strings.Contains(d.Faults[0].Error(), x.want) {
			t.Errorf("%s %q: %d in, faults %v", x.column, x.cell, len(d.incidents), d.Faults)
		}
	}
	if _, err := Read([]byte("ID,name\n")); err == nil {
		t.Error("columns are missing, and nobody says so")
	}
	if d := read(t, made()); d.Objects(nil, nil) == nil {
		t.Error("no incident, and nobody says so")
	}
}

func TestLiterals(t *testing.T) {
	for cell, want := range map[string]string{
		`[]`: "", `['a', "b'c"]`: "a|b'c", `['it\'s', '\xe9\n\u20ac']`: "it's|é\n€", `[None, '; ']`: "|; ", `['\'"']`: `'"`,
	} {
		got, err := texts(cell)
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s: %q %v", cell, got, err)
		}
	}
	for _, cell := range []string{`[`, `['a'`, `['a' 'b']`, `['a',]`, `['a',  'b']`, `'a'`, `[1]`, `['\q']`, `['a']x`, `[['a']]`, `[[[[[['a']]]]]]`, `['a`, `['\`, `nan`} {
		if got, err := texts(cell); err == nil {
			t.Errorf("%s: %q, and no error", cell, got)
		}
	}
	if d := cmp.Diff([]string{"a (x; y)", "b", "", "c"}, parts("a (x; y); b; ; c")); d != "" {
		t.Error(d)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(made(example))
	f.Add(made(with("attributed_initiator", "A/B (C <D/E); x; (y; z)")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := Read(raw)
		if err != nil {
			return
		}
		d.Objects(func(string) *stix.Value { return nil }, func(o *stix.Value) error {
			if _, err := stix.Parse(o.AppendJSON(nil)); err != nil {
				t.Errorf("%s: %v", o.AppendJSON(nil), err)
			}
			return nil
		})
	})
}
