package web

import "time"

// ruleMark is a day from which on more had to be told than before, so that counts of what became known, and how soon, may differ before and after it. Only
// what bound many at once, with its day, has one; it says nothing of what its law is worth.
type ruleMark struct {
	N       int // its number in the picture
	Day     time.Time
	Words   string
	Law, To string // its name, and where it stands
	X       float64
	Drawn   bool // the picture reaches back to it
}

// ruleMarks are those, the first first.
func ruleMarks() []ruleMark {
	list := []ruleMark{
		{Day: midnight(2018, time.May, 25), Words: "In the European Union breaches of personal data are reported to an authority within 72 hours, and told to the people affected where the risk to them is high.",
			Law: "Regulation (EU) 2016/679, Articles 33, 34 and 99", To: "https://eur-lex.europa.eu/eli/reg/2016/679/oj"},
		{Day: midnight(2023, time.December, 18), Words: "Companies listed in the United States disclose an incident within four business days of finding that it is material; smaller ones half a year later.",
			Law: "SEC release 33-11216, Form 8-K, Item 1.05", To: "https://www.sec.gov/files/rules/final/2023/33-11216.pdf"},
		{Day: midnight(2024, time.October, 18), Words: "Member states of the European Union apply the duty to warn within 24 hours and to report within 72, in eighteen sectors; many made it law later.",
			Law: "Directive (EU) 2022/2555, Articles 23 and 41", To: "https://eur-lex.europa.eu/eli/dir/2022/2555/oj"},
	}
	for i := range list {
		list[i].N = i + 1
	}
	return list
}

// mark draws the marks into the months of the picture.
func (p *timelinePicture) mark() {
	p.Marks = ruleMarks()
	for i := range p.Marks {
		m := &p.Marks[i]
		for _, c := range p.Columns {
			if c.Label == m.Day.Format("2006-01") {
				days := float64(m.Day.AddDate(0, 1, -m.Day.Day()).Day())
				m.X, m.Drawn = c.X+timeStep*float64(m.Day.Day()-1)/days, true
			}
		}
	}
}
