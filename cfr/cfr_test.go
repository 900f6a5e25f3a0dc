package cfr

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatwatch/draft"
	"threatwatch/internal/drafttest"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
	"threatwatch/watch"
)

// take reads a table into what is held, checks every object, and counts.
func take(t testing.TB, raw []byte, held map[string]*stix.Value) (order []string, faults []error, added, changed int) {
	t.Helper()
	if !Detect(raw[:min(len(raw), 4096)]) {
		t.Error("not recognised")
	}
	order, added, changed = drafttest.Strict(t, held, func(held func(string) *stix.Value, put func(*stix.Value) error) (err error) {
		faults, err = Objects(raw, held, put)
		return err
	})
	return order, faults, added, changed
}

func table(t testing.TB, raw []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestPublishedComesBack: all of the published table comes in, passes the watch's own check, comes back cell by cell, and is not new a second
// time. Claims by sponsor and denials are counted anew from the cells.
func TestPublishedComesBack(t *testing.T) {
	raw, err := os.ReadFile(testdata.Dir(t, "incidents", "cfr", "cyber-operations-incidents.csv"))
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]*stix.Value{}
	order, faults, added, _ := take(t, raw, held)
	if len(faults) > 0 || added != len(order) {
		t.Errorf("%v, %d of %d added", faults, added, len(order))
	}
	accused, denials := map[string]int{}, 0
	check := func(problems []error, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Error(p)
		}
	}
	for _, id := range order {
		switch o := held[id]; {
		case o.Get("type").Text() == "incident":
			in, err := watch.ReadIncident(o)
			check(in.Check(), err)
		case watch.IsClaim(o):
			c, err := watch.ReadClaim(o)
			check(c.Check(), err)
			accused[held[c.Accused].Get("name").Text()]++
		case watch.IsStance(o):
			s, err := watch.ReadStance(o)
			check(s.Check(), err)
			denials++
		}
	}
	rows := table(t, raw)
	want := map[string]int{}
	for _, row := range rows[1:] {
		if strings.HasPrefix(row[4], "Denial") {
			want["denials"]++
		}
		for name, cell := range map[string]string{"Government of China": "China", "Government of Russia": "Russian Federation", "Government of Iran": "Iran (Islamic Republic of)", "Government of North Korea": "Korea (Democratic People's Republic of)"} {
			// In some published rows the sponsor stands under another column, and no type under that of types: see TestShiftedRows.
			shifted := row[7] != "" && types[row[7]] == "" && slices.Index(row, cell) >= 4
			if shifted || strings.Contains(row[6], cell) {
				want[name]++
			}
		}
	}
	for name, n := range want {
		if got := accused[name]; name != "denials" && got != n || name == "denials" && denials != n {
			t.Errorf("%s: %d in the cells, %d claims, %d denials", name, n, got, denials)
		}
	}
	var out bytes.Buffer
	if err := Write(func(yield func(*stix.Value, error) bool) {
		for _, id := range order {
			if !yield(held[id], nil) {
				return
			}
		}
	}, &out); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(rows, table(t, out.Bytes())); d != "" || len(rows) != 769 {
		t.Errorf("%d rows (-in +out):\n%.2000s", len(rows), d)
	}
	if _, _, added, changed := take(t, raw, held); added+changed != 0 {
		t.Errorf("the same again: %d added, %d changed", added, changed)
	}
}

// made is a table of rows.
func made(rows ...[]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.WriteAll(append([][]string{columns}, rows...))
	return b.Bytes()
}

var example = []string{"Letters read", "4/27/2022", "Believed to be the work of?Quiet Owl, QO", "Letters were read.", "Denial   https://example.org/d", "France and Germany", "China, Palestine, State of", "Espionage", "Government, Military",
	"https://example.org/a", "https://example.org/a", "not an address"}

func with(at int, cell string) []string {
	row := slices.Clone(example)
	row[at] = cell
	return row
}

// told is what a table says, in plain words.
func told(t *testing.T, raw []byte) (list []string) {
	t.Helper()
	held := map[string]*stix.Value{}
	order, faults, _, _ := take(t, raw, held)
	for _, f := range faults {
		list = append(list, f.Error())
	}
	name := func(id string) string { return held[id].Get("name").Text() }
	for _, id := range order {
		switch o := held[id]; {
		case o.Get("type").Text() == "incident":
			in, err := watch.ReadIncident(o)
			if err != nil {
				t.Fatal(err)
			}
			f := in.Facts
			line := fmt.Sprint(in.Name, " ", in.Core.Determination, " ", in.At("public_disclosure"), " ", f.Operations, " ", f.Victims[0].Words, " ", in.Countries(), " ", f.Victims[0].Sectors)
			var measures []string
			for _, r := range f.Responses {
				measures = append(measures, r.Kind)
			}
			list = append(list, fmt.Sprint(line, " ", len(in.References), " references ", measures))
		case watch.IsClaim(o):
			c, err := watch.ReadClaim(o)
			if err != nil {
				t.Fatal(err)
			}
			belief := "-"
			if c.Terms.StatedConfidence != nil {
				belief = c.Terms.StatedConfidence.Value
			}
			list = append(list, fmt.Sprint(name(c.Accused), " ", c.Terms.Level, " ", c.Terms.Kinds, " ", c.Terms.StatedAt, " ", c.Labels, " ", belief))
		case watch.IsStance(o):
			s, err := watch.ReadStance(o)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, fmt.Sprint(name(s.Position.HolderRef), " ", s.Position.Stance, " ", len(s.Of)))
		}
	}
	return list
}

func TestOperation(t *testing.T) {
	got := told(t, made(example, with(1, "13/1/2022"), with(0, " ")))
	want := []string{`line 3: Date: "13/1/2022" is no month/day/year, and no year-month-day`, "line 4: an operation needs a title",
		"Letters read suspected 2022-04-27 [espionage] France and Germany [DE FR] [government defense] 4 references []",
		"Government of China state [media] 2022-04-27 [] -", "Government of Palestine state [media] 2022-04-27 [] -",
		"Quiet Owl group [media] 2022-04-27 [] Believed to be the work of", "somebody (not named) deny 4"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestResponses: what is a measure, and what is nothing.
func TestResponses(t *testing.T) {
	for cell, want := range map[string]response{"": {}, "Unknown": {}, "Poland": {}, "Sanctions   https://example.org/s": {"Sanctions", "https://example.org/s"}, "Hack Back": {"Hack Back", ""}} {
		if got := readResponse(cell); got != want {
			t.Errorf("%q: %v", cell, got)
		}
	}
	if got := told(t, made(with(4, "Confirmation   https://example.org/c"))); !strings.HasPrefix(got[0], "Letters read confirmed") || !strings.HasSuffix(got[0], "[statement]") {
		t.Error(got)
	}
}

// TestUndated: a row without a date gets the year in which the table was made, and says so.
func TestUndated(t *testing.T) {
	got := told(t, made(with(0, "Another"), with(1, "")))
	if last := got[len(got)-4:]; !slices.Contains(last, "Government of China state [media] 2022 [undated] -") {
		t.Errorf("%q", last)
	}
}

// TestShiftedRows: rows of which cells are missing are read as they were meant.
func TestShiftedRows(t *testing.T) {
	for _, x := range []struct{ in, want []string }{
		{[]string{"Unknown", "V", "China", "Espionage", "Government", "s1", "s2", "s3"}, []string{"Unknown", "V", "China", "Espionage", "Government", "s1", "s2", "s3"}},
		{[]string{"Confirmation", "China", "Espionage", "Government", "s1", "s2", "", ""}, []string{"Confirmation", "", "China", "Espionage", "Government", "s1", "s2", ""}},
		{[]string{"China", "Espionage", "Government", "s1", "s2", "", "", ""}, []string{"", "", "China", "Espionage", "Government", "s1", "s2", ""}},
		{[]string{"Denial", "V", "", "", "", "", "", ""}, []string{"Denial", "V", "", "", "", "", "", ""}},
	} {
		rows, err := draft.ReadTable(made(append([]string{"T", "", "", ""}, x.in...)))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(x.want, aligned(rows.Rows[0])); d != "" {
			t.Errorf("%q (-want +got): %s", x.in, d)
		}
	}
}

// TestGroups: a name is taken where the cell is one, and not out of a story.
func TestGroups(t *testing.T) {
	for cell, want := range map[string]string{
		"APT 28": "APT 28", "Believed to be the work of the Lazarus Group": "Lazarus Group", "Iran, APT 35": "APT 35", "Cozy Bear, APT 29": "Cozy Bear", "Suspected to be the work of APT 10.": "APT 10", "The Dukes": "Dukes",
		"Kimusky, also known as Thallium and Smoke Screen": "Kimusky", "Believed to be the work of China's government": "", "Chinese government": "", "Also known as Thallium": "", "Tonto Team or TA428": "", "Unknown": "",
		"Possibly linked to APT 30": "", "": "", "China": "", "Hong Kong police": "",
	} {
		if got, _ := group(cell); got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}

// TestUpdate: only what changed has a new version.
func TestUpdate(t *testing.T) {
	held := map[string]*stix.Value{}
	take(t, made(example, example), held)
	if _, _, added, changed := take(t, made(with(3, "Letters and plans were read."), example), held); added != 0 || changed != 1 {
		t.Errorf("%d added, %d changed", added, changed)
	}
}

func FuzzObjects(f *testing.F) {
	f.Add(made(example))
	f.Add(made(with(2, "A\n?, B"), with(7, "")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		Objects(raw, func(string) *stix.Value { return nil }, func(o *stix.Value) error {
			if _, err := stix.Parse(o.AppendJSON(nil)); err != nil {
				t.Errorf("%s: %v", o.AppendJSON(nil), err)
			}
			return nil
		})
	})
}
