package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// incidentPage is everything about one incident.
type incidentPage struct {
	*index.Entry
	x         *index.Index
	Whole     string // the description
	Into      *index.Entry
	Bar       *milestoneBar
	Ledger    []ledgerRow
	Said      []answered // of the incident as a whole
	Graver    []answered
	Milder    []answered
	Short     inShort
	Refs      []reference
	Connected []linkGroup
	Same      []*index.Entry
	Near      []recommended
	Seen, Why string
	discussion
	Merge     bool // the visitor may say that records are the same
	Desk      *deskLinks
	Versions  []version
	Permalink string
	AsOf      time.Time // the page tells how it stood then; zero: how it stands
}

// incident shows one, by its slug or its id.
func (s *site) incident(v *visit) error {
	x, e, err := v.entry()
	if err != nil {
		return err
	}
	view := v.view(release.ShowPage)
	said, err := v.said(view, e.ID)
	if err != nil {
		return err
	}
	at, err := v.asOf()
	if err != nil {
		return err
	}
	if !at.IsZero() {
		said = slices.DeleteFunc(said, func(t thing) bool { return t.Added.After(at) })
		if x, e, err = x.AsOf(v.r.Context(), view, e.ID, at); err != nil {
			return err
		}
		if e == nil || len(said) == 0 {
			return threatwatch.Errorf(threatwatch.NotFound, "This incident was not here at that time, or you could not have seen it. Leave asof out of the address to read how it stands now.")
		}
	}
	body, highest, err := v.incidentPage(x, e, view, said)
	if err != nil {
		return err
	}
	if body.AsOf = at; at.IsZero() && v.mayEdit() {
		if err := v.deskLinks(&body); err != nil {
			return err
		}
	}
	if e.Gone() {
		v.w.Header().Set("X-Robots-Tag", "noindex")
	}
	return v.show(http.StatusOK, "incident", e.Title(), highest, body)
}

// asOf is the time that the address asks for; zero when it asks for none.
func (v *visit) asOf() (time.Time, error) {
	text := v.r.URL.Query().Get("asof")
	if text == "" {
		return time.Time{}, nil
	}
	m, err := watch.ParseMoment(text)
	if err != nil {
		return time.Time{}, threatwatch.Errorf(threatwatch.Invalid, "asof=%s: write a date such as 2026-01-12, or a full time.", text)
	}
	if m.Fidelity == watch.Second { // to the instant, as the history links it
		return m.Time, nil
	}
	_, end := m.Span()
	return end.Add(-time.Microsecond), nil
}

// entry is the incident that the address names.
func (v *visit) entry() (*index.Index, *index.Entry, error) {
	x, err := v.index()
	if err != nil {
		return nil, nil, err
	}
	e := x.Get(v.r.PathValue("place"))
	if e == nil {
		return nil, nil, threatwatch.Errorf(threatwatch.NotFound, "There is no incident at this address, or none that you may see. Signing in may show more.")
	}
	return x, e, nil
}

// connectedShown bounds what is read of the objects around an incident.
const connectedShown = 60

func (v *visit) incidentPage(x *index.Index, e *index.Entry, view *release.View, said []thing) (body incidentPage, highest badge, err error) {
	about, err := v.mentions(view, e.ID, connectedShown)
	if err != nil {
		return body, highest, err
	}
	ends := v.ends(view)
	t := said[0]
	body = incidentPage{Entry: e, x: x, Whole: t.Text, Bar: barOf(e), Ledger: ledger(e), Short: shortOf(x, e), Refs: references(t), Same: x.Same(e), Near: near(x, e, ends),
		Seen: seenWords(t.Badge.Level), Why: v.why(t), discussion: v.discussion("/incidents/" + e.Place()), Merge: v.mayMerge(), Versions: history(said, 0), Permalink: v.home() + "/incidents/" + e.Place()}
	if e.Facts.MergedRef != "" {
		body.Into = x.Get(e.Facts.MergedRef)
	}
	for _, st := range e.Stances {
		switch {
		case st.Position.Stance == "gravity-higher":
			body.Graver = append(body.Graver, answered{Stance: st})
		case st.Position.Stance == "gravity-lower":
			body.Milder = append(body.Milder, answered{Stance: st})
		case !answersClaim(e, st): // else it stands beneath the claim
			body.Said = append(body.Said, answered{Stance: st})
		}
	}
	around, remarks := aside(e, about)
	for _, m := range remarks {
		body.Remarks = append(body.Remarks, remark{m, speaker(m, ends), thing{}})
	}
	body.Connected = groups(t, around, ends)
	highest = strictest(said, remarks, ends.all())
	highest.Level = max(highest.Level, e.Highest)
	for _, list := range [][]*index.Entry{body.Same, entriesOf(body.Near)} {
		for _, o := range list {
			highest.Level = max(highest.Level, o.Highest)
		}
	}
	return body, highest, ends.err
}

// aside parts what refers to an incident: the objects around it, and the notes that are told in the discussion. Claims and stances stand in the ledger.
func aside(e *index.Entry, about []mention) (around []mention, remarks []thing) {
	for _, m := range about {
		switch {
		case m.Type == "opinion", m.claims():
		case m.Type == "note":
			if !toldAsStance(e, m.ID) {
				remarks = append(remarks, m.thing)
			}
		default:
			around = append(around, m)
		}
	}
	return around, remarks
}

func answersClaim(e *index.Entry, s *index.Stance) bool {
	return slices.ContainsFunc(e.Claims, func(c *index.Claim) bool { return slices.Contains(s.Of, c.ID) })
}

func toldAsStance(e *index.Entry, id string) bool {
	return slices.ContainsFunc(e.Stances, func(s *index.Stance) bool { return s.ID == id })
}

// seenWords says who sees what bears a marking.
func seenWords(l stix.Level) string {
	for _, x := range seenBy {
		if x.Badge.Level == l {
			return x.Seen
		}
	}
	return ""
}

// why says by which rule the visitor sees an object.
func (v *visit) why(t thing) string {
	return release.Decide(v.s.Subject(v.caller), t.label, release.ShowPage, time.Now().UnixMicro()).Reason
}

// home is where others find the exchange.
func (v *visit) home() string {
	if v.s.Base != "" {
		return strings.TrimRight(v.s.Base, "/")
	}
	scheme := "http://"
	if v.r.TLS != nil || v.s.Accounts.Secure {
		scheme = "https://"
	}
	return scheme + v.r.Host
}

// NameOf is what is known of an id.
func (p incidentPage) NameOf(id string) *index.Name { return p.x.Name(id) }

// Trio places a kind of data.
func (p incidentPage) Trio(d watch.Data) string { return watch.Trios.Label(string(d.Trio())) }
