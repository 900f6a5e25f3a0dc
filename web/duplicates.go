package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch/duplicate"
	"threatwatch/watch/index"
)

// How much of proposals and of what was said before a page shows.
const (
	proposalsShown = 12
	decidedShown   = 20
)

// duplicatesPage is what may be the same event, and what was said of it.
type duplicatesPage struct {
	Of       *index.Entry // only pairs of this one; nil: all
	Total    int
	Pairs    []proposal
	Decided  []decision
	Next     string
	Existing int // of decisions in all
}

// proposal is a pair side by side, with what is to be chosen.
type proposal struct {
	duplicate.Pair
	Sides    []*index.Entry
	Markings []choice
}

// Base is the score of two records that share nothing: with the reasons it adds up to that of the pair.
func (proposal) Base() float64 { return duplicate.Base }

// decision is what somebody said of two records.
type decision struct {
	index.Decision
	Own     bool   // the visitor's organisation did, so that the visitor may take it back
	Against string // the marking under which the visitor may say that they are different; "": somebody said so, or the visitor's own organisation that they are the same
}

// mayMerge says whether the visitor may say that records are the same: persons who add objects in their organisation's name.
func (v *visit) mayMerge() bool {
	return v.s.Say != nil && v.caller.Person != nil && v.caller.Role.Includes(account.Publisher)
}

// duplicates shows pairs of records that may be one, or takes in what a person says of them.
func (s *site) duplicates(v *visit) error {
	if !v.mayMerge() {
		return threatwatch.Errorf(threatwatch.Forbidden, "Publishers who are signed in say here which records are the same. Your role does not include it.")
	}
	x, err := v.index()
	if err != nil {
		return err
	}
	if v.r.Method == http.MethodPost {
		return v.decide(x)
	}
	body, highest, err := v.duplicatesPage(x)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "duplicates", "Possible duplicates", highest, body)
}

func (v *visit) duplicatesPage(x *index.Index) (body duplicatesPage, highest badge, err error) {
	q := v.r.URL.Query()
	pairs := duplicate.Propose(x)
	highest = markedAs(x) // how many there are is told of everything
	if of := q.Get("of"); of != "" {
		if body.Of = x.Get(of); body.Of == nil {
			return body, highest, threatwatch.Errorf(threatwatch.NotFound, "There is no incident at this address, or none that you may see.")
		}
		pairs = slices.DeleteFunc(slices.Clone(pairs), func(p duplicate.Pair) bool { return p.A.ID != body.Of.ID && p.B.ID != body.Of.ID })
	}
	from := 0
	if text := q.Get("from"); text != "" {
		if from, err = strconv.Atoi(text); err != nil || from < 0 {
			return body, highest, threatwatch.Errorf(threatwatch.Invalid, "from=%s: take it from the link to the next page.", text)
		}
	}
	body.Total = len(pairs)
	for _, p := range pairs[min(from, len(pairs)):min(from+proposalsShown, len(pairs))] {
		body.Pairs = append(body.Pairs, proposal{p, []*index.Entry{p.A, p.B}, v.markingsOf(p.A, p.B)})
	}
	if next := from + proposalsShown; next < len(pairs) {
		q.Set("from", strconv.Itoa(next))
		body.Next = "/duplicates?" + q.Encode()
	}
	strictest, err := v.decisions(x, &body)
	highest.Level = max(highest.Level, strictest)
	return body, highest, err
}

// decisions fills in what was said of two records before, the last first.
func (v *visit) decisions(x *index.Index, body *duplicatesPage) (strictest stix.Level, err error) {
	ends := v.ends(v.view(release.ShowPage))
	for _, d := range x.Decisions() {
		if body.Of != nil && d.From.ID != body.Of.ID && d.To.ID != body.Of.ID {
			continue
		}
		if body.Existing++; len(body.Decided) == decidedShown {
			continue
		}
		made := decision{Decision: d, Own: v.owns(ends.get(d.ID))}
		if d.Same && !made.Own && !x.Apart(d.From, d.To) {
			made.Against = max(d.Marking, d.From.Marking, d.To.Marking).String()
		}
		body.Decided = append(body.Decided, made)
		strictest = max(strictest, d.Marking)
	}
	return strictest, ends.err
}

// owns says whether the visitor's organisation said it.
func (v *visit) owns(t thing) bool { return t.Seen() && t.label.Owner == v.caller.Org.ID }

// markingsOf are the markings for what is said of two records: none is milder than that of a record.
func (v *visit) markingsOf(a, b *index.Entry) (list []choice) {
	for _, s := range seenBy {
		if l := s.Badge.Level; l >= max(a.Marking, b.Marking) {
			list = append(list, choice{l.String(), s.Badge.String() + ": " + s.Seen, l == max(a.Highest, b.Highest)})
		}
	}
	return list
}

// decide takes in what a person says of two records, or takes back what was said.
func (v *visit) decide(x *index.Index) error {
	if err := v.r.ParseForm(); err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "The form could not be read: %w", err)
	}
	p := v.r.PostForm
	var object *stix.Value
	var err error
	if p.Get("do") == "undo" {
		object, err = v.takenBack(p.Get("id"))
	} else {
		object, err = v.verdict(x, p)
	}
	if err != nil {
		return err
	}
	if err := v.s.Say(v.r.Context(), v.caller, object.AppendJSON(nil)); err != nil {
		return err
	}
	back := "/duplicates"
	if of := p.Get("of"); of != "" {
		back += "?of=" + url.QueryEscape(of)
	}
	http.Redirect(v.w, v.r, back, http.StatusSeeOther)
	return nil
}

// verdicts are what can be said of a pair a and b: the relationship, and whether it is said of b.
var verdicts = map[string]struct {
	relation string
	turned   bool
}{"keep-b": {"duplicate-of", false}, "keep-a": {"duplicate-of", true}, "different": {"distinct-from", false}}

// verdict is the relationship that a form asks for.
func (v *visit) verdict(x *index.Index, p url.Values) (*stix.Value, error) {
	says, ok := verdicts[p.Get("do")]
	if !ok {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "Say which record goes on, or that they are different events.")
	}
	a, b := x.Get(p.Get("a")), x.Get(p.Get("b"))
	if a == nil || b == nil || a == b {
		return nil, threatwatch.Errorf(threatwatch.NotFound, "One of the two records is not here, or you may not see it.")
	}
	if v.decided(x, a, b, says.relation) {
		return nil, threatwatch.Errorf(threatwatch.Conflict, "Somebody was faster: of these two it was said already whether they are the same.")
	}
	marking, ok := stix.LevelNamed(p.Get("tlp"))
	if !ok || marking < max(a.Marking, b.Marking) {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "Choose a marking that is no milder than those of the two records.")
	}
	if says.turned {
		a, b = b, a
	}
	why := "Said by " + v.caller.Name + ", " + v.caller.Org.Name
	if text := strings.TrimSpace(p.Get("why")); len([]rune(text)) > maxWhy {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "Write at most 500 characters.")
	} else if text != "" {
		why += ": " + text
	}
	at := stix.NewString(stix.FormatTime(time.Now().UnixMicro()))
	text := func(name, s string) stix.Member { return stix.Member{Name: name, Value: stix.NewString(s)} }
	return stix.NewDict(text("type", "relationship"), text("spec_version", "2.1"), text("id", "relationship--"+uuid.NewString()), stix.Member{Name: "created", Value: at}, stix.Member{Name: "modified", Value: at},
		text("relationship_type", says.relation), text("description", why), text("source_ref", a.ID), text("target_ref", b.ID),
		stix.Member{Name: "object_marking_refs", Value: stix.NewStrings([]string{stix.TLPID(marking)})}), nil
}

// decided says whether there is nothing more to say of two records. What another organisation said can be contradicted; one's own word is taken back.
func (v *visit) decided(x *index.Index, a, b *index.Entry, relation string) bool {
	if relation == "duplicate-of" {
		return a.Gone() || b.Gone() || x.Ruled(a, b)
	}
	ends := v.ends(v.view(release.ShowPage))
	return x.Apart(a, b) || slices.ContainsFunc(x.Decisions(), func(d index.Decision) bool {
		return (d.From == a && d.To == b || d.From == b && d.To == a) && v.owns(ends.get(d.ID))
	})
}

// maxWhy bounds what somebody adds, in characters.
const maxWhy = 500

// takenBack is the version that revokes what the visitor's organisation said (STIX 2.1 §3.6).
func (v *visit) takenBack(id string) (*stix.Value, error) {
	t := v.ends(v.view(release.ShowPage)).get(id)
	if !v.owns(t) || !slices.Contains([]string{"duplicate-of", "distinct-from"}, t.str("relationship_type")) {
		return nil, threatwatch.Errorf(threatwatch.NotFound, "Your organisation said no such thing of two records.")
	}
	if t.Revoked {
		return nil, threatwatch.Errorf(threatwatch.Conflict, "Somebody was faster: it was taken back already.")
	}
	o, err := stix.ParseValue(t.obj.Root.AppendJSON(nil))
	if err != nil {
		return nil, err
	}
	o.Set("modified", stix.NewString(stix.FormatTime(max(time.Now().UnixMicro(), t.Modified.UnixMicro()+1))))
	o.Set("revoked", stix.NewBool(true))
	return o, nil
}
