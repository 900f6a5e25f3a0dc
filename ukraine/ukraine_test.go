package ukraine

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"threatwatch/internal/drafttest"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
	"threatwatch/watch"
)

func corpus(t *testing.T) []byte {
	return drafttest.Unpacked(t, testdata.Dir(t, "incidents", "ukraine-war-operations", "paper_analysis_corpus.csv.gz"))
}

func newExchange(t *testing.T) *drafttest.Exchange { return drafttest.New(t, Objects) }

// table reads a table with encoding/csv: a map for each row.
func table(t *testing.T, raw []byte) (list []map[string]string) {
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			row[name] = cells[i]
		}
		list = append(list, row)
	}
	return list
}

func back(t *testing.T, x *drafttest.Exchange) string {
	var out bytes.Buffer
	if err := Write(x.All, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestCorpus: every row comes in and goes out, byte for byte, and the same again changes nothing.
func TestCorpus(t *testing.T) {
	raw := corpus(t)
	x := newExchange(t)
	x.Take(raw)
	if len(x.Faults) > 0 || len(x.Of("incident")) != 453 {
		t.Errorf("%d incidents, %v", len(x.Of("incident")), x.Faults)
	}
	if back(t, x) != string(raw) {
		t.Error("what comes out is not what went in")
	}
	x.Take(raw)
	if x.Added+x.Changed != 0 {
		t.Errorf("the same again: %d added, %d changed", x.Added, x.Changed)
	}
	changed := bytes.Replace(raw, []byte("Rakuten Viber,Disruptive"), []byte("Viber,Disruptive"), 1)
	if x.Take(changed); x.Added != 0 || x.Changed != 1 || back(t, x) != string(changed) {
		t.Errorf("a cell changed: %d added, %d changed", x.Added, x.Changed)
	}
}

// TestCountsAreThoseOfTheTable: what incidents and claims hold is what encoding/csv finds in the columns.
func TestCountsAreThoseOfTheTable(t *testing.T) {
	want, got := map[string]int{}, map[string]int{}
	for _, r := range table(t, corpus(t)) {
		want["precise to "+map[int]string{4: "year", 7: "month", 10: "day"}[max(len(r["date_min"]), len(r["date"])*boolInt(r["date_min"] == ""))]]++
		want["several days"] += boolInt(r["date_min"] != r["date_max"])
		want["confirmed"] += boolInt(r["confidence_hint"] == "definitive")
		want["denial of service"] += boolInt(strings.Contains(strings.ToLower(r["event_type"]+r["event_subtype"]+r["event_subtypes_all"]), "denial of service"))
		want["reported by the attacker"] += boolInt(r["attribution_method"] == "self_attribution")
		named := r["actor"] != "" && r["actor"] != "Undetermined"
		placed := !named && r["actor_country"] != "Undetermined" && r["actor_country"] != "UNKNOWN"
		want["from a territory"] += boolInt(placed)
		if named || placed {
			want["claim "+map[string]string{"self_attribution": "self", "official_government": "political", "mutual_blame": "political", "corporate_threat_intel": "technical", "academic_research": "technical"}[r["attribution_method"]]]++
			want["by the accused"] += boolInt(named && r["attribution_method"] == "self_attribution")
			want["stated "+r["confidence_hint"]]++
		}
	}
	x := newExchange(t)
	x.Take(corpus(t))
	for _, o := range x.Of("incident") {
		in, err := watch.ReadIncident(o)
		if err != nil {
			t.Fatal(err)
		}
		if p := in.Check(); len(p) > 0 || in.Name == "" || in.Description == "" {
			t.Error(p, in.Name)
		}
		got["precise to "+string(in.At("first_action").Fidelity)]++
		got["several days"] += boolInt(in.At("last_action").Known())
		got["confirmed"] += boolInt(in.Core.Determination == "confirmed")
		got["denial of service"] += boolInt(slices.Contains(in.Facts.Operations, "denial-of-service"))
		got["reported by the attacker"] += boolInt(slices.Contains(in.Facts.ReportedBy, "attacker"))
	}
	for _, o := range x.Of("relationship") {
		c, err := watch.ReadClaim(o)
		if err != nil {
			t.Fatal(err)
		}
		if p := c.Check(); len(p) > 0 {
			t.Error(p)
		}
		got["from a territory"] += boolInt(c.Terms.Level == "territory-only")
		kind := c.Terms.Kinds[0]
		got["claim "+strings.TrimPrefix(kind, "media")]++
		got["by the accused"] += boolInt(c.Terms.ClaimantRef == c.Accused)
		if s := c.Terms.StatedConfidence; s != nil {
			got["stated "+s.Value]++
		} else {
			got["stated none"]++
		}
	}
	for what, n := range want {
		if got[what] != n {
			t.Errorf("%s: %d, want %d", what, got[what], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// small is a table with three rows of the columns that are needed and some more.
const small = "source,original_id,date,date_min,date_max,actor,actor_country,actor_type,target_country_iso,target_country_raw,targets_all,event_type,event_subtype,motive,description,attribution_method,confidence_hint,native_source_url\r\n" +
	"cissm,a1,2022-03-05,2022-03-01,2022-03-05,Quiet Heron,Russian Federation,hacktivist_prorussian,UKR,,Works; Unidentified ministry,Disruptive,External Denial of Service,Protest,\"They were Ã¢â‚¬Å“busyÃ¢â‚¬Â\u009d, it says\",self_attribution,claimed,https://example.org/a; t.me/b\r\n" +
	"csis,a2,2022-03,,,,Russian Federation,state_russian,,,,,,,Hackers read mail.,unclear,none,\r\n" +
	"cfr,a3,2023,,,FSB 18th Center (Berserk Bear),Russian Federation,state_russian,POL;UKR,Works in two countries,,Espionage,,,Hackers read mail.,official_government,definitive,\r\n"

// TestRows: each part of a row has its place.
func TestRows(t *testing.T) {
	x := newExchange(t)
	x.Take([]byte(small))
	var got []string
	for _, o := range x.Of("incident") {
		in, err := watch.ReadIncident(o)
		if err != nil {
			t.Fatal(err)
		}
		words := []string{in.Title(), in.Description, in.Core.Determination, in.At("first_action").String() + " " + in.At("last_action").String(), strings.Join(in.Facts.Operations, " ")}
		for _, v := range in.Facts.Victims {
			if v.Named != (v.Name == "Works") {
				t.Errorf("%+v", v)
			}
			words = append(words, v.Name+v.Words+" "+strings.Join(v.Countries, " "))
		}
		for _, r := range in.References {
			words = append(words, r.ExternalID+r.URL)
		}
		got = append(got, strings.Join(words, "|"))
	}
	for _, o := range x.Of("relationship") {
		c, err := watch.ReadClaim(o)
		if err != nil {
			t.Fatal(err)
		}
		accused, claimant := x.Held[c.Accused], x.Held[c.Terms.ClaimantRef]
		got = append(got, strings.Join([]string{claimant.Get("name").Text(), c.Terms.Kinds[0], c.Terms.Capacity, accused.Get("type").Text(), accused.Get("name").Text(), c.Terms.Level, c.Terms.StatedAt.String()}, "|"))
	}
	want := []string{
		"They were “busy”, it says|They were “busy”, it says|suspected|2022-03-01 2022-03-05|disruption denial-of-service|Works UA|Unidentified ministry UA|a1|https://example.org/a|https://t.me/b",
		"Hackers read mail.|Hackers read mail.|suspected|2022-03 ||a2",
		"Hackers read mail.|Hackers read mail.|confirmed|2023 |espionage|Works in two countries PL UA|a3",
		"Quiet Heron|self|attacker|intrusion-set|Quiet Heron|group|2022-03-05",
		"Significant Cyber Incidents of CSIS|media|other|location|Russia|territory-only|2022-03",
		"A government that the corpus does not name|political|other|identity|FSB 18th Center (Berserk Bear)|state-organ|2023",
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestFaults: what cannot be used is named with its row and column, and the rest is in.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		from, to, want string
		incidents      int
	}{
		{"a2,2022-03,", "a2,March,", `line 3: a2: date: "March" is no date`, 2},
		{"csis,a2,", "csis,a1,", `line 3: original_id: "a1" stands twice`, 2},
		{"csis,a2,", "csis,,", "line 3: source, original_id: one of them is empty", 2},
		{"csis,a2,", ",a2,", "line 3: source, original_id: one of them is empty", 2},
		{"csis,a2,", "csis,a2,a2,", "line 3: 19 cells under 18 columns", 2},
		{"csis,a2,", "cs\xffis,a2,", "line 3: source: is no UTF-8", 2},
		{"csis,a2,", "csis,\"a2,", "lines 3 to 4: taken for one row, by a quotation mark that is not closed", 1},
	} {
		x := newExchange(t)
		x.Take([]byte(strings.Replace(small, c.from, c.to, 1)))
		if len(x.Faults) != 1 || !strings.HasPrefix(x.Faults[0].Error(), c.want) || len(x.Of("incident")) != c.incidents {
			t.Errorf("%q: %v, %d incidents", c.to, x.Faults, len(x.Of("incident")))
		}
	}
	for _, none := range []string{"", "a,a\n", "a,\xff\n", "source,date\n", "\"a"} {
		if _, err := Objects([]byte(none), drafttest.Today, nil, nil); err == nil {
			t.Errorf("%q: no error", none)
		}
	}
	if err := Write(newExchange(t).All, &bytes.Buffer{}); err == nil {
		t.Error("a table of nothing")
	}
}

func TestDetect(t *testing.T) {
	for doc, want := range map[string]bool{small: true, "\xef\xbb\xbf" + small: true, "source,date,actor\n": false, "": false, `{"type":"bundle"}`: false} {
		if Detect([]byte(doc)) != want {
			t.Errorf("%.60s: %v", doc, !want)
		}
	}
	if !Detect(corpus(t)[:4096]) {
		t.Error("the corpus is not recognised")
	}
}

func FuzzObjects(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(small[:700]))
	f.Add([]byte(strings.Replace(small, "Quiet", "\"Quiet\r\n", 1)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		Detect(raw)
		Objects(raw, drafttest.Today, func(string) *stix.Value { return nil }, func(o *stix.Value) error {
			drafttest.Valid(t, o)
			return nil
		})
	})
}
