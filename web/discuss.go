package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/label"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch/index"
)

// maxRemark bounds what somebody writes, in characters.
const maxRemark = 4000

// subject is what somebody writes on.
type subject struct {
	ID, Title   string
	Path        string // of its page
	List, Lists string // the page above it, and its name
	Whole       string // it, as a choice beside its claims
	Claims      []*index.Claim
	Level       stix.Level
}

// remarkForm is what somebody writes, with what is wrong with it, or with who will see it.
type remarkForm struct {
	subject
	Text, On, Says, TLP string
	Errors              []fieldError
	Kinds               []choice
	Abouts, Markings    []choice
	Audience            []admitted // who will see it; of a preview
	Published           badge
}

type fieldError struct{ Field, Text string }

// choice is an option of a field.
type choice struct {
	Value, Label string
	On           bool
}

// admitted is a kind of reader, and whether the marking admits it.
type admitted struct {
	Who  string
	Sees bool
}

// kindsOfRemark are a note, or an opinion as STIX 2.1 §4.16 has them. Denials are the accused's, and come with a claim's record.
var kindsOfRemark = []choice{{Value: "note", Label: "a note: I take no side"}, {Value: "agree", Label: "an opinion: I agree"}, {Value: "neutral", Label: "an opinion: I am undecided"}, {Value: "disagree", Label: "an opinion: I doubt it"}}

// discussion is what is written on something.
type discussion struct {
	Remarks []remark
	Discuss string // where the visitor writes; "": may not
}

// things are what is written.
func (d discussion) things() (list []thing) {
	for _, r := range d.Remarks {
		list = append(list, r.thing)
	}
	return list
}

// discussion is one with nothing in it yet, of what has a page.
func (v *visit) discussion(page string) (d discussion) {
	if v.mayDiscuss() {
		d.Discuss = page + "/discuss"
	}
	return d
}

// mayDiscuss says whether the visitor may write: persons whose role lets them comment.
func (v *visit) mayDiscuss() bool {
	return v.s.Say != nil && v.caller.Person != nil && v.caller.Role.Includes(account.Analyst)
}

// discuss is the form for a note or an opinion on an incident or one of its claims.
func (s *site) discuss(v *visit) error {
	_, e, err := v.entry()
	if err != nil {
		return err
	}
	return v.remark(subject{ID: e.ID, Title: e.Title(), Path: "/incidents/" + url.PathEscape(e.Place()), List: "/incidents", Lists: "Incidents", Whole: "the record as a whole", Claims: e.Claims, Level: e.Highest})
}

// discussObject is the form for a note or an opinion on whatever has a page of its own as an object.
func (s *site) discussObject(v *visit) error {
	view := v.view(release.ShowPage)
	said, err := v.said(view, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	t := said[0]
	if t.Redacted { // its id is the visitor's own: nobody else would find what refers to it
		return threatwatch.Errorf(threatwatch.Forbidden, "You see this object in part, under an id of your own. What you wrote on it would not be found by others.")
	}
	e := v.ends(view)
	on := subject{ID: t.ID, Title: e.titleOf(t), Path: "/objects/" + url.PathEscape(t.ID), List: "/types/" + t.Type, Lists: plural(t.Type), Whole: "the object as a whole", Level: strictest(said, e.all()).Level}
	if e.err != nil {
		return e.err
	}
	return v.remark(on)
}

// discussedAt is the page on which an object is discussed.
func discussedAt(t thing) string {
	switch t.Type {
	case "incident":
		return "/incidents/" + t.ID
	case "report":
		return "/reports/" + t.ID
	}
	return "/objects/" + t.ID
}

// remark shows the form, what it would make, or takes it in.
func (v *visit) remark(on subject) error {
	if !v.mayDiscuss() {
		return threatwatch.Errorf(threatwatch.Forbidden, "Analysts and publishers who are signed in write here. Your role does not include it.")
	}
	f := remarkForm{subject: on, Says: "note", On: on.ID, TLP: on.Level.String()}
	code := http.StatusOK
	if v.r.Method == http.MethodPost {
		if err := v.r.ParseForm(); err != nil {
			return threatwatch.Errorf(threatwatch.Invalid, "The form could not be read: %w", err)
		}
		f.read(v.r.PostForm)
		marking, ok := f.check()
		switch {
		case !ok:
			code = http.StatusUnprocessableEntity
		case v.r.PostForm.Get("do") == "publish":
			if err := v.s.Say(v.r.Context(), v.caller, f.object(v.caller, marking, time.Now()).AppendJSON(nil)); err != nil {
				return err
			}
			http.Redirect(v.w, v.r, on.Path+"#discussion", http.StatusSeeOther)
			return nil
		default:
			f.Published = level(marking)
			f.Audience = audience(v.caller.Org, label.Label{TLP: marking, Owner: v.caller.Org.ID})
		}
	}
	f.offer()
	return v.show(code, "discuss", "Write on: "+on.Title, level(on.Level), f)
}

// read takes what was typed.
func (f *remarkForm) read(p url.Values) {
	f.Text, f.On, f.Says, f.TLP = strings.TrimSpace(p.Get("text")), p.Get("on"), p.Get("says"), p.Get("tlp")
}

// check says what is wrong with it, and how it is to be marked.
func (f *remarkForm) check() (level stix.Level, ok bool) {
	wrong := func(field, text string) { f.Errors = append(f.Errors, fieldError{field, text}) }
	if n := len([]rune(f.Text)); n == 0 {
		wrong("text", "Write what you have to say.")
	} else if n > maxRemark {
		wrong("text", "Write at most 4,000 characters.")
	}
	f.offer()
	if !chosen(f.Kinds) {
		wrong("says", "Choose a note or an opinion.")
	}
	if !chosen(f.Abouts) {
		wrong("on", "Choose what it is about.")
	}
	if level, ok = stix.LevelNamed(f.TLP); !ok {
		wrong("tlp", "Choose a marking.")
	}
	return level, len(f.Errors) == 0
}

// offer are the options of the fields.
func (f *remarkForm) offer() {
	f.Kinds, f.Abouts, f.Markings = nil, []choice{{f.ID, f.Whole, f.On == f.ID}}, nil
	for _, k := range kindsOfRemark {
		f.Kinds = append(f.Kinds, choice{k.Value, k.Label, f.Says == k.Value})
	}
	for _, c := range f.Claims {
		f.Abouts = append(f.Abouts, choice{c.ID, "the claim of " + c.Claimant.Label() + " that names " + c.Accused.Label(), f.On == c.ID})
	}
	for _, s := range seenBy {
		f.Markings = append(f.Markings, choice{s.Badge.Level.String(), s.Badge.String() + ": " + s.Seen, f.TLP == s.Badge.Level.String()})
	}
}

func chosen(list []choice) bool {
	for _, c := range list {
		if c.On {
			return true
		}
	}
	return false
}

// Wrong is what is wrong with a field.
func (f remarkForm) Wrong(field string) string {
	for _, e := range f.Errors {
		if e.Field == field {
			return e.Text
		}
	}
	return ""
}

// object is the note or the opinion, in the name of the person and the organisation.
func (f *remarkForm) object(by account.Caller, level stix.Level, now time.Time) *stix.Value {
	at := stix.NewString(now.UTC().Format("2006-01-02T15:04:05.000Z"))
	typ, text := "note", "content"
	if f.Says != "note" {
		typ, text = "opinion", "explanation"
	}
	o := stix.NewDict(stix.Member{Name: "type", Value: stix.NewString(typ)}, stix.Member{Name: "spec_version", Value: stix.NewString("2.1")}, stix.Member{Name: "id", Value: stix.NewString(typ + "--" + uuid.NewString())},
		stix.Member{Name: "created", Value: at}, stix.Member{Name: "modified", Value: at}, stix.Member{Name: "authors", Value: stix.NewStrings([]string{authorOf(by)})},
		stix.Member{Name: text, Value: stix.NewString(f.Text)}, stix.Member{Name: "object_refs", Value: stix.NewStrings([]string{f.On})}, stix.Member{Name: "object_marking_refs", Value: stix.NewStrings([]string{stix.TLPID(level)})})
	if typ == "opinion" {
		o.Set("opinion", stix.NewString(f.Says))
	}
	return o
}

// audience is who will see what an organisation says under a label: it asks the policy that decides on pages, and on what programs read.
func audience(org account.Org, l label.Label) []admitted {
	now := time.Now().UnixMicro()
	sees := func(s release.Subject, a release.Action) bool { return release.Decide(s, l, a, now).Allow }
	const other = "an organisation of no name" // ids of organisations have no blanks
	list := []admitted{
		{"persons of " + org.Name, sees(release.Subject{Kind: release.Person, Org: org.ID, Person: "somebody@" + org.ID}, release.ShowPage)},
		{"programs of " + org.Name, sees(release.Subject{Kind: release.Client, Org: org.ID}, release.TaxiiRead)},
		{"clients of " + org.Name, sees(release.Subject{Kind: release.Person, Org: other, ClientOf: []string{org.ID}}, release.ShowPage)},
	}
	for _, name := range recipients(l) {
		list = append(list, admitted{name + ", named as a recipient", sees(release.Subject{Kind: release.Person, Org: name}, release.ShowPage)})
	}
	return append(list,
		admitted{"other members of this exchange", sees(release.Subject{Kind: release.Person, Org: other}, release.ShowPage)},
		admitted{"everybody", sees(release.Subject{Kind: release.Public}, release.ShowPage)},
		admitted{"the operator of this exchange", sees(release.Subject{Kind: release.Operator}, release.ShowPage)},
	)
}

// recipients are the organisations that a label names.
func recipients(l label.Label) (list []string) {
	for _, p := range l.Parts() {
		list = append(list, p.Audience...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
