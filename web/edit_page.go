package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"threatwatch/stix"
	"threatwatch/watch/index"
)

// editPage is a form, a preview of what it makes, or a conflict with what somebody else wrote.
type editPage struct {
	*sheet
	Entry         *index.Entry // nil: of a new incident
	Action        string
	Heading, Lead string
	Base          string
	Marking       badge // of the form's page
	Preview       *preview
	Conflict      *conflict
	Carry         []hiddenField // of a preview or a conflict: what was typed
}

// preview is what a change makes, and who will see that.
type preview struct {
	Changes  []fieldChange
	New      bool
	About    shownTo
	With     []shownTo // what comes in with it
	Loosened *Fate
}

// shownTo is an object that comes in, and who will see it.
type shownTo struct {
	What     string
	Marking  badge
	Asked    badge // the marking that was chosen, where it is looser than the one that it gets
	Altered  bool
	Audience []admitted
}

// Seers are those who will see it.
func (s shownTo) Seers() (list []string) {
	for _, a := range s.Audience {
		if a.Sees {
			list = append(list, a.Who)
		}
	}
	return list
}

// conflict is what two editors made of the same version.
type conflict struct {
	Who    string
	Fields []fieldChange
}

func (ed *editing) page(sh *sheet) editPage {
	p := editPage{sheet: sh, Entry: ed.e, Action: ed.r.URL.Path, Heading: ed.heading(), Lead: ed.Lead}
	q := url.Values{}
	for _, key := range []string{"id", "on"} {
		if v := ed.r.Form.Get(key); v != "" {
			q.Set(key, v)
		}
	}
	if len(q) > 0 {
		p.Action += "?" + q.Encode()
	}
	if ed.base != nil {
		p.Base = ed.base.Version()
	}
	return p
}

func (ed *editing) show(code int, p editPage) error {
	highest := badge{}
	if ed.e != nil {
		highest = level(ed.e.Highest)
	}
	title := p.Heading
	if ed.e != nil {
		title += ": " + ed.e.Title()
	}
	return ed.visit.show(code, "edit", title, highest, p)
}

// form shows the form.
func (ed *editing) form(code int, sh *sheet) error { return ed.show(code, ed.page(sh)) }

// preview shows the change as it will stand.
func (ed *editing) preview(sh *sheet, fates []Fate) error {
	p, about := ed.page(sh), ed.about()
	var before *stix.Value
	fallback := stix.AmberStrict
	if ed.base != nil {
		before, fallback = ed.base.obj.Root, ed.base.Badge.Level
	}
	pv := &preview{New: before == nil, Changes: differences(ed.describe(before, fallback), ed.describe(about, fallback))}
	for _, f := range fates {
		s := ed.shownTo(f)
		if f.ID == about.Get("id").Text() {
			pv.About = s
			if f.Loosened() {
				pv.Loosened = &f
			}
			continue
		}
		pv.With = append(pv.With, s)
	}
	p.Preview, p.Carry = pv, sh.Carried()
	return ed.show(http.StatusOK, p)
}

// shownTo says who will see an object, by the policy that decides on pages.
func (ed *editing) shownTo(f Fate) shownTo {
	s := shownTo{Marking: badge{f.Label.TLP, true}, Altered: f.Altered, Audience: audience(ed.caller.Org, f.Label)}
	s.What = "the record of " + ed.caller.Org.Name
	for _, o := range ed.objects {
		if o.Get("id").Text() != f.ID {
			continue
		}
		s.What = strings.TrimSpace(kind(o.Get("type").Text()) + " " + nameOfValue(o))
		if asked, ok := markedLevel(o); ok && asked < f.Label.TLP {
			s.Asked = badge{asked, true}
		}
	}
	return s
}

// conflict shows the version that the editor started from, what somebody else made of it, and what was typed. What only one of the two changed
// is taken from that one; where both did, the form goes on with what was typed.
func (ed *editing) conflict(sh *sheet, posted url.Values) error {
	was, now := ed.sheet(ed.base, nil), ed.sheet(&ed.said[0], nil)
	c := &conflict{Who: ed.said[0].Source}
	typed, held := differences(was, sh), differences(was, now)
	for _, f := range held {
		f.Held, f.New = f.New, f.Old
		if i := slices.IndexFunc(typed, func(t fieldChange) bool { return t.Label == f.Label }); i >= 0 {
			f.New = typed[i].New
		}
		c.Fields = append(c.Fields, f)
	}
	for _, f := range typed {
		if !slices.ContainsFunc(held, func(h fieldChange) bool { return h.Label == f.Label }) {
			f.Held = f.Old
			c.Fields = append(c.Fields, f)
		}
	}
	p := ed.page(sh)
	p.Conflict, p.Carry, p.Base = c, merged(was, now, sh), ed.said[0].Version()
	return ed.show(http.StatusConflict, p)
}

// merged are the values of two editors together.
func merged(was, now, typed *sheet) (list []hiddenField) {
	old, mine := was.units(), typed.units()
	touched := func(unit string) bool { return old[unit] != mine[unit] }
	for _, take := range []struct {
		from *sheet
		mine bool
	}{{now, false}, {typed, true}} {
		for _, f := range take.from.Sets {
			for _, in := range f.Fields {
				if touched(unitOf(f, in)) != take.mine {
					continue
				}
				for _, v := range in.Values {
					list = append(list, hiddenField{in.Name, v})
				}
			}
			if f.More != "" && touched(f.Unit+".") == take.mine {
				list = append(list, hiddenField{"rows." + f.Unit, strconv.Itoa(f.Rows())})
			}
		}
	}
	return list
}

// deskLinks lead an editor from an incident, or from what is said of it, to the forms.
type deskLinks struct {
	Place string // of the incident
	Own   bool   // it is the organisation's to change
	Gone  bool
}

// deskLinks puts the links into the page of an incident.
func (v *visit) deskLinks(p *incidentPage) error {
	sources, err := v.s.Desk.Sources(v.r.Context(), v.caller)
	if err != nil {
		return err
	}
	links := func(source string) *deskLinks {
		return &deskLinks{p.Place(), source != "" && slices.Contains(sources, source), p.Gone()}
	}
	p.Desk = links(p.Source)
	for i := range p.Ledger {
		row := &p.Ledger[i]
		row.Desk = links(row.Source)
		for k := range row.Answers {
			row.Answers[k].Desk = links(row.Answers[k].Source)
		}
	}
	for _, list := range [][]answered{p.Said, p.Graver, p.Milder} {
		for i := range list {
			list[i].Desk = links(list[i].Source)
		}
	}
	return nil
}
