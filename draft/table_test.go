package draft

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatwatch/stix"
)

const table = "\xef\xbb\xbfID,name,text\r\n1,a,\"with \"\"quotes\"\", and\nlines\"\r\n2,b\r\n3,\"c\"x,\r\n4,,z\r\n5,\xff,\r\n,,\r\n\r\n"

// TestTable: rows that cannot be read are told by their line, and the others come back as they were.
func TestTable(t *testing.T) {
	if !HasColumns([]byte(table), "name", "ID") || HasColumns([]byte(table), "name", "date") || HasColumns(nil, "ID") {
		t.Error("HasColumns")
	}
	got, err := ReadTable([]byte(table), "ID")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Faults) != 3 || !strings.Contains(got.Faults[2].Error(), "line 7: name: is no UTF-8") || !strings.Contains(got.Faults[0].Error(), "line 4: 2 cells under 3 columns") || !strings.Contains(got.Faults[1].Error(), "line 5") {
		t.Errorf("%v", got.Faults)
	}
	records := func(yield func(*stix.Value, error) bool) {
		for _, r := range got.Rows {
			if !yield(r.Record(), nil) {
				return
			}
		}
	}
	var out bytes.Buffer
	if err := WriteTable(records, &out); err != nil {
		t.Fatal(err)
	}
	back, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([][]string{{"ID", "name", "text"}, {"1", "a", "with \"quotes\", and\nlines"}, {"4", "", "z"}}, back); d != "" {
		t.Error(d)
	}
	if got.Rows[1].Get("text") != "z" || got.Rows[1].Get("none") != "" || got.Rows[1].Line != 6 {
		t.Errorf("%+v", got.Rows[1])
	}
}

// TestTableWithNewColumns: where a later release has a column more, or one less, or another order, the table has them all, each row its cells, and is read again.
func TestTableWithNewColumns(t *testing.T) {
	var out bytes.Buffer
	err := WriteTable(func(yield func(*stix.Value, error) bool) {
		for _, table := range []string{"ID,name,text\n1,a,x\n", "ID,place,name,text,more\n2,here,b,y,z\n", "name,ID\nc,3\n"} {
			got, err := ReadTable([]byte(table), "ID")
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range got.Rows {
				if !yield(r.Record(), nil) {
					return
				}
			}
		}
	}, &out)
	if want := "ID,place,name,text,more\n1,,a,x,\n2,here,b,y,z\n3,,c,,\n"; err != nil || out.String() != want {
		t.Errorf("%v\n%swant\n%s", err, out.String(), want)
	}
	if err := WriteTable(func(func(*stix.Value, error) bool) {}, &out); err != nil {
		t.Error(err)
	}
}

// TestTablesAreNotMixed: rows under other columns altogether, and a fault of what gives the rows, end the writing.
func TestTablesAreNotMixed(t *testing.T) {
	row := func(name string) *stix.Value { return stix.NewDict(Text(name, "x")) }
	fault := errors.New("a fault")
	for _, second := range []struct {
		row *stix.Value
		err error
	}{{row("b"), nil}, {nil, fault}} {
		err := WriteTable(func(yield func(*stix.Value, error) bool) { _ = yield(row("a"), nil) && yield(second.row, second.err) }, io.Discard)
		if err == nil || second.err != nil && err != fault {
			t.Errorf("%v: %v", second, err)
		}
	}
}

func TestTableIsRefused(t *testing.T) {
	for text, want := range map[string]string{"": "header", "a,a\n": "twice", "\xff\n": "UTF-8", "a,b\n": `no column "ID"`} {
		if _, err := ReadTable([]byte(text), "ID"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte(table))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := ReadTable(raw)
		if err != nil {
			return
		}
		for _, r := range got.Rows {
			if len(r.Record().Members) != len(got.Columns) {
				t.Errorf("%+v", r)
			}
		}
	})
}

// TestDays: a day is a day with the midnight that programs add to it, and in either order; what may be another day is none.
func TestDays(t *testing.T) {
	for cell, want := range map[string]string{"2020-01-02": "2020-01-02", " 2020-01-02 00:00:00 ": "2020-01-02", "2020-01-02T00:00:00Z": "2020-01-02", "2020-01-02 00:00:00.000+00:00": "2020-01-02", "1/2/2020": "2020-01-02", "01/02/2020": "2020-01-02",
		"2020-01-02T09:30:00Z": "", "2.1.2020": "", "13/1/2020": "", "": "", "2020-13-01": ""} {
		got, err := AmericanDay(cell)
		if text := got.Format("2006-01-02"); (err == nil) != (want != "") || err == nil && text != want {
			t.Errorf("%q: %v, %v", cell, got, err)
		}
	}
}
