package notice

import (
	"testing"
	"time"

	"threatwatch/watch"
	"threatwatch/watch/index"
)

func at(minutes int) time.Time { return time.Date(2026, 3, 1, 10, minutes, 0, 0, time.UTC) }

// TestCollapse: hours of the clock with more than is told one by one become one item each, others stay as they are.
func TestCollapse(t *testing.T) {
	var list []*index.Entry
	for _, minutes := range []int{190, 130, 125, 121, 119, 61, 60, 59, 0} { // 13:10; 12:10 to 12:01; 11:59 to 11:00; 10:59 and 10:00
		list = append(list, (&index.Entry{Told: index.Told{Added: at(minutes)}}).As(&watch.Incident{}))
	}
	kept, bursts := collapse(list, 2)
	if len(kept) != 3 || len(bursts) != 2 || kept[0] != list[0] || kept[2] != list[8] {
		t.Fatalf("%d kept, %+v", len(kept), bursts)
	}
	if b := bursts[0]; b.n != 3 || !b.hour.Equal(at(120)) || !b.updated.Equal(at(130)) || b.title() != "3 incidents came in or changed between 12:00 and 13:00 UTC on 1 March 2026" {
		t.Errorf("%+v, %s", b, b.title())
	}
	if kept, bursts := collapse(list, 3); len(kept) != len(list) || bursts != nil {
		t.Errorf("%d kept, %+v", len(kept), bursts)
	}
}

// TestRate: in any sixty minutes no more is told than was asked for, and of what goes beyond that the first is marked; afterwards all goes on.
func TestRate(t *testing.T) {
	r, got := rate{most: 2}, ""
	for _, minutes := range []int{0, 10, 20, 30, 60, 65, 71, 200} {
		switch told, first := r.admits(Event{At: at(minutes)}); {
		case told:
			got += "t"
		case first:
			got += "b"
		default:
			got += "-"
		}
	}
	if got != "ttb-tbtt" {
		t.Error(got)
	}
}
