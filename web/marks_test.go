package web

import (
	"testing"
	"time"
)

// TestRuleMarks: each stands at its day within its month, in order, and one that the picture does not reach is listed all the same.
func TestRuleMarks(t *testing.T) {
	p := &timelinePicture{}
	for m := midnight(2022, time.December, 1); m.Before(midnight(2026, time.December, 1)); m = m.AddDate(0, 1, 0) {
		p.Columns = append(p.Columns, timeColumn{timeRow: timeRow{Label: m.Format("2006-01")}, X: 30 + timeStep*float64(len(p.Columns))})
	}
	p.mark()
	drawn := 0
	for i, m := range p.Marks {
		if m.N != i+1 || m.Law == "" || m.To == "" || i > 0 && !m.Day.After(p.Marks[i-1].Day) {
			t.Errorf("%+v", m)
		}
		if m.Drawn != m.Day.After(midnight(2022, time.December, 1)) {
			t.Errorf("%v: drawn %v", m.Day, m.Drawn)
		}
		if !m.Drawn {
			continue
		}
		drawn++
		months := (m.Day.Year()-2022)*12 + int(m.Day.Month()) - 12
		if from := 30 + timeStep*float64(months); m.X < from || m.X >= from+timeStep {
			t.Errorf("%v stands at %v, its month begins at %v", m.Day, m.X, from)
		}
	}
	if drawn != 2 || len(p.Marks) != 3 {
		t.Errorf("%d of %d are drawn", drawn, len(p.Marks))
	}
}
