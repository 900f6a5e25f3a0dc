package veris

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"threatwatch/stix"
	"threatwatch/watch"
)

// plain is a record as encoding/json reads it, with what is counted.
type plain struct {
	Incident_id, Security_incident, Reference, Source_id, Campaign_id string
	Timeline                                                          struct {
		Incident    plainDate
		Discovery   *struct{ Unit string }
		Containment *struct{ Unit string }
	}
	Actor struct {
		External, Partner *struct{ Name, Country []string }
		Internal          *struct{}
	}
	Action    map[string]struct{ Variety []string }
	Victim    struct{ Country []string }
	Attribute struct {
		Confidentiality *struct {
			Data_total int64
			Data       []struct{ Amount int64 }
		}
	}
	Plus struct {
		Master_id string
		Timeline  struct{ Notification plainDate }
	}
}

type plainDate struct{ Year, Month, Day int }

// fidelity is how precise a date is, by the calendar of the time package; "" when it is none.
func (d plainDate) fidelity() string {
	switch {
	case d.Year < 1950 || d.Year > 2050:
		return ""
	case d.Month == 0:
		return "year"
	case d.Month > 12:
		return ""
	case d.Day == 0:
		return "month"
	case time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC).Day() != d.Day:
		return ""
	}
	return "day"
}

// tally counts what a record or an incident holds.
type tally map[string]int

func (n tally) add(what string, is bool) {
	if is {
		n[what]++
	}
}

func (n tally) record(r *plain) {
	n[r.Security_incident]++
	n["happened by "+r.Timeline.Incident.fidelity()]++
	n["told by "+r.Plus.Timeline.Notification.fidelity()]++
	n.add("discovery in "+unit(r.Timeline.Discovery), r.Timeline.Discovery != nil)
	n.add("containment in "+unit(r.Timeline.Containment), r.Timeline.Containment != nil)
	n.add("insider", r.Actor.Internal != nil)
	for kind, a := range r.Action {
		for _, v := range a.Variety {
			n[kind+"."+v]++
		}
	}
	for _, c := range r.Victim.Country {
		n.add("victim in "+c, c != "Unknown" && c != "Other")
	}
	if c := r.Attribute.Confidentiality; c != nil {
		for _, d := range c.Data {
			n.add("records", d.Amount > 0)
			n["records in sum"] += int(d.Amount)
			n.add("kinds of data", true)
		}
		n.add("kinds of data", len(c.Data) == 0 && c.Data_total > 0)
	}
	placed := map[string]bool{} // by both in one country is one claim
	for _, who := range []*struct{ Name, Country []string }{r.Actor.External, r.Actor.Partner} {
		if who == nil {
			continue
		}
		n["named"] += len(who.Name)
		for _, c := range who.Country {
			n.add("placed in "+c, len(who.Name) == 0 && c != "Unknown" && c != "Other" && !placed[c])
			placed[c] = true
		}
	}
}

func unit(d *struct{ Unit string }) string {
	if d == nil {
		return ""
	}
	return d.Unit
}

func (n tally) incident(in *watch.Incident) {
	n[map[string]string{"confirmed": "Confirmed", "suspected": "Suspected", "failed-attempt": "Near miss", "false-positive": "False positive"}[in.Core.Determination]]++
	n["happened by "+string(in.At("first_action").Fidelity)]++
	n["told by "+string(in.At("victims_notice_begin").Fidelity)]++
	for _, kind := range []string{"discovery", "containment"} {
		s, ok := in.Facts.Lags[kind]
		n.add(kind+" in "+s.Unit, ok)
	}
	n.add("insider", in.Facts.Insider)
	for _, a := range in.Facts.Actions {
		n.add(a, strings.Contains(a, "."))
	}
	for _, c := range in.Countries() {
		n["victim in "+c]++
	}
	for _, d := range in.Facts.Data {
		n["kinds of data"]++
		if d.Records != nil && d.Records.Best != nil && len(in.Facts.Data) > 1 {
			n["records"]++
			n["records in sum"] += int(*d.Records.Best)
		}
	}
}

// TestCountsAreThoseOfTheFile: what incidents and claims hold is what encoding/json finds in the file.
func TestCountsAreThoseOfTheFile(t *testing.T) {
	raw := vcdb(t)
	want, got := tally{}, tally{}
	seen := map[string]bool{}
	for line := range bytes.Lines(raw) {
		var r plain
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if key := r.Incident_id + r.Plus.Master_id; !seen[key] {
			seen[key] = true
			want.record(&r)
			if c := r.Attribute.Confidentiality; c != nil && len(c.Data) == 1 { // one kind may have its number from the total: not compared here
				want.add("records", false)
				if c.Data[0].Amount > 0 {
					want["records"]--
					want["records in sum"] -= int(c.Data[0].Amount)
				}
			}
		}
	}
	x := newExchange(t)
	x.Take(raw)
	for _, o := range x.Of("incident") {
		in, err := watch.ReadIncident(o)
		if err != nil {
			t.Fatal(err)
		}
		got.incident(in)
	}
	for _, o := range x.Of("relationship") {
		if !watch.IsClaim(o) {
			continue
		}
		c, err := watch.ReadClaim(o)
		if err != nil {
			t.Fatal(err)
		}
		if p := c.Check(); len(p) > 0 {
			t.Error(p)
		}
		if c.Terms.Level == "territory-only" {
			got["placed in "+x.Held[c.Accused].Get("country").Text()]++
		} else {
			got["named"]++
		}
	}
	for what, n := range want {
		if got[what] != n && n != 0 {
			t.Errorf("%s: %d, want %d", what, got[what], n)
		}
	}
	for what, n := range got {
		if want[what] == 0 {
			t.Errorf("%s: %d, want none", what, n)
		}
	}
}

// TestCopiedIDs: records that share an incident_id and differ in master_id are incidents of their own.
func TestCopiedIDs(t *testing.T) {
	x := newExchange(t)
	x.Take(vcdb(t))
	n := map[string]int{}
	for _, o := range x.Of("incident") {
		n[RecordOf(o).Get("incident_id").Text()]++
	}
	for id, want := range map[string]int{"18086BDC-29DD-46F7-8A05-A372C392CA95": 3, "d24d7280-6b0c-11e7-9b43-bf152d61c1c6": 2, "ad2653d0-d3bd-11e8-9659-2bc8d207b0aa": 1} {
		if n[id] != want {
			t.Errorf("%s: %d incidents, want %d", id, n[id], want)
		}
	}
}

// edited is a record with one member of it replaced.
func edited(t *testing.T, raw, path, value string) string {
	v, err := stix.ParseValue([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	x, err := stix.ParseValue([]byte(value))
	if err != nil {
		t.Fatal(err)
	}
	at := v
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		if at.Get(name) == nil {
			at.Set(name, stix.NewDict())
		}
		at = at.Get(name)
	}
	at.Set(names[len(names)-1], x)
	return string(v.AppendJSON(nil))
}
