package eurepoc

import (
	"strings"

	"threatwatch/draft"
	"threatwatch/watch"
)

// measure is a political or legal response.
type measure struct {
	date                         watch.Moment
	typ, subtype, place, whoever string
	legal                        bool
}

// readMeasures reads the columns on responses, the political ones first.
func readMeasures(row draft.Row) (list []measure, err error) {
	for _, side := range []string{"political", "legal"} {
		prefix := side + "_response_"
		columns, n, err := parallel(row, []string{prefix + "date", prefix + "type", prefix + "type_subcode", prefix + "country", prefix + "actor"})
		if err != nil {
			return nil, err
		}
		for i := range n {
			cell := func(k int) string {
				if s := at(columns[k], i); !nothing(s) {
					return s
				}
				return ""
			}
			m := measure{typ: cell(1), subtype: cell(2), place: cell(3), whoever: cell(4), legal: side == "legal"}
			if m.date, err = moment(cell(0)); err != nil {
				return nil, cellError(prefix+"date", err)
			}
			if m != (measure{legal: m.legal}) {
				list = append(list, m)
			}
		}
	}
	return list, nil
}

// kind is the measure in the words of the watch.
func (m measure) kind() string {
	switch {
	case m.subtype == "Economic sanctions":
		return "sanction"
	case m.subtype == "Diplomatic protest notes":
		return "protest"
	case strings.HasPrefix(m.subtype, "Statement"), strings.HasPrefix(m.subtype, "Declaration"), strings.HasSuffix(m.typ, "Stabilizing measures"):
		return "statement"
	}
	return "other"
}

// responses are the measures.
func (w *writer) responses(in *incident) (list []watch.Response) {
	for _, m := range in.measures {
		r := watch.Response{Kind: m.kind(), Moment: m.date, Words: m.typ}
		if m.subtype != "" {
			r.Words = strings.TrimPrefix(m.typ+": "+m.subtype, ": ")
		}
		switch {
		case m.whoever != "":
			r.ByRef = w.identity(m.whoever, "")
		case m.place != "":
			r.ByRef = w.government(m.place)
		}
		list = append(list, r)
	}
	return list
}
