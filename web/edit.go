package web

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/draft"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// editing is one editor's change on its way: a form, a preview of what it makes and who will see that, and then a new version.
type editing struct {
	*visit
	editKind
	now     time.Time
	x       *index.Index
	e       *index.Entry // nil: of a new incident
	sources []string     // that the editor may change
	said    []thing      // versions of what is changed, newest first; none: it is new
	base    *thing       // the one that the editor started from
	made    []*stix.Value
	objects []*stix.Value // what it makes; the one that it is about comes last
}

// editKind is a kind of change.
type editKind struct {
	Name    string // in the address
	Heading string
	Lead    string
	Changes bool // it changes the incident, or with id= what is said of it; else it makes something new
	sets    func(*editing, *sheet)
	take    func(*editing, *sheet)
}

// editKinds are the changes that there are, by their place below /incidents/{place}/edit/.
var editKinds = map[string]editKind{
	"incident":   {Name: "incident", Heading: "Edit the record", Changes: true, sets: (*editing).incidentForm, take: (*editing).takeIncidentForm},
	"correction": {Name: "correction", Heading: "Correct the record", Lead: "A correction is told to everybody who got the record, and stands in the log of corrections.", Changes: true, sets: (*editing).correctionForm, take: (*editing).takeCorrection},
	"retraction": {Name: "retraction", Heading: "Retract the record", Lead: "The record counts nowhere any more. Its address stays and tells why; everybody who got the record hears of it.", Changes: true, sets: (*editing).retractionForm, take: (*editing).takeRetraction},
	"milestone":  {Name: "milestone", Heading: "Add a milestone", Changes: true, sets: (*editing).milestoneForm, take: (*editing).takeMilestoneForm},
	"source":     {Name: "source", Heading: "Add a source", Changes: true, sets: (*editing).sourceForm, take: (*editing).takeSourceForm},
	"claim":      {Name: "claim", Heading: "Add a claim", Lead: "Who says that whom did it. Who spoke is the claimant; who records it is your organisation.", sets: (*editing).claimForm, take: (*editing).takeClaimForm},
	"withdrawal": {Name: "withdrawal", Heading: "Take it back", Lead: "It is told to everybody who got it, and stands in the log of corrections.", sets: (*editing).withdrawalForm, take: (*editing).takeWithdrawal},
	"stance":     {Name: "stance", Heading: "Add an answer", Lead: "What somebody answers to a claim, or says of the incident: a denial, a doubt, agreement.", sets: (*editing).stanceForm, take: (*editing).takeStanceForm},
}

// mayEdit says whether the visitor may write in the name of an organisation.
func (v *visit) mayEdit() bool {
	return v.s.Desk != nil && v.caller.Person != nil && v.caller.Role.Includes(account.Publisher)
}

// newIncident is the form for an incident that is not here yet.
func (s *site) newIncident(v *visit) error {
	k := editKinds["incident"]
	k.Heading = "Record an incident"
	return s.change(&editing{visit: v, editKind: k, now: time.Now()})
}

// edit is the form for a change to an incident, or to what is said of it.
func (s *site) edit(v *visit) error {
	x, e, err := v.entry()
	if err != nil {
		return err
	}
	k, ok := editKinds[v.r.PathValue("what")]
	if !ok {
		return threatwatch.Errorf(threatwatch.NotFound, "There is no such change.")
	}
	return s.change(&editing{visit: v, editKind: k, now: time.Now(), x: x, e: e})
}

func (s *site) change(ed *editing) error {
	if !ed.mayEdit() {
		return threatwatch.Errorf(threatwatch.Forbidden, "Publishers who are signed in write here, in the name of their organisation. Your role does not include it.")
	}
	if err := ed.r.ParseForm(); err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "The form could not be read: %w", err)
	}
	if err := ed.load(ed.r.Context()); err != nil {
		return err
	}
	if ed.r.Method != http.MethodPost {
		return ed.form(http.StatusOK, ed.sheet(ed.base, nil))
	}
	posted := ed.r.PostForm
	sh := ed.sheet(ed.base, posted)
	sh.read(posted)
	if posted.Get("more") != "" || posted.Get("do") == "edit" {
		sh.forgive()
		return ed.form(http.StatusOK, sh)
	}
	if ed.base != nil && ed.base.Version() != ed.said[0].Version() {
		return ed.conflict(sh, posted)
	}
	ed.takeAll(sh)
	if len(sh.Wrongs) > 0 {
		return ed.form(http.StatusUnprocessableEntity, sh)
	}
	return ed.decide(sh, posted)
}

// load finds what is to be changed, and the version that the editor started from.
func (ed *editing) load(ctx context.Context) (err error) {
	if ed.sources, err = ed.s.Desk.Sources(ctx, ed.caller); err != nil {
		return err
	}
	if ed.x == nil {
		if ed.x, err = ed.index(); err != nil {
			return err
		}
	}
	id := ed.r.Form.Get("id")
	switch {
	case ed.Name == "withdrawal" && id == "":
		return threatwatch.Errorf(threatwatch.NotFound, "What is taken back? The links stand beside the claims and the answers.")
	case ed.e == nil || id == "" && !ed.Changes:
		return nil
	case id == "":
		id = ed.e.ID
	case !ed.tells(id):
		return threatwatch.Errorf(threatwatch.NotFound, "The record tells nothing with this id that can be changed here.")
	}
	if ed.said, err = ed.visit.said(ed.view(release.ShowPage), id); err != nil {
		return err
	}
	ed.said = slices.DeleteFunc(ed.said, func(t thing) bool { return !slices.Contains(ed.sources, t.Source) || t.Redacted })
	if len(ed.said) == 0 {
		return threatwatch.Errorf(threatwatch.Forbidden, "This is not your organisation's to change. Say what you know as a claim, an answer or a note: it stands beside the record.")
	}
	newest := ed.said[0].Source
	ed.said = slices.DeleteFunc(ed.said, func(t thing) bool { return t.Source != newest })
	if ed.said[0].Revoked {
		return threatwatch.Errorf(threatwatch.Conflict, "It was withdrawn: no version may follow (STIX 2.1 §3.6).")
	}
	ed.base = &ed.said[0]
	if i := slices.IndexFunc(ed.said, func(t thing) bool { return t.Version() == ed.r.PostForm.Get("base") }); i >= 0 {
		ed.base = &ed.said[i]
	}
	return nil
}

// tells says whether an id is of what the form can change: for sources the record and all that is said of it, for withdrawals all that is said of it, else a
// claim or an answer.
func (ed *editing) tells(id string) bool {
	for _, c := range ed.e.Claims {
		if c.ID == id {
			return ed.Name == "claim" || ed.onAll()
		}
		if slices.ContainsFunc(c.Stances, func(s *index.Stance) bool { return s.ID == id }) {
			return ed.Name == "stance" || ed.onAll()
		}
	}
	if slices.ContainsFunc(ed.e.Stances, func(s *index.Stance) bool { return s.ID == id }) {
		return ed.Name == "stance" || ed.onAll()
	}
	return id == ed.e.ID && ed.Changes
}

// onAll says whether the change can be one of a claim and of an answer.
func (ed *editing) onAll() bool { return ed.Name == "source" || ed.Name == "withdrawal" }

// sheet is the form as it stands on a version, or on nothing.
func (ed *editing) sheet(base *thing, posted url.Values) *sheet {
	was := ed.base
	ed.base = base
	sh := &sheet{rows: posted}
	ed.sets(ed, sh)
	ed.markingSet(sh)
	ed.base = was
	return sh
}

// markingSet are the fields that every change has.
func (ed *editing) markingSet(sh *sheet) {
	f := sh.set("Marking", "")
	f.one("tlp", "Marking, and who sees it", "", markings(), ed.level().String())
	if sh.field("why") == nil {
		f.text("why", "Why", "Needed where a marking is loosened. It is kept in the audit trail.", "")
	}
}

// markings are the levels of TLP 2.0 as words of a form.
func markings() (v watch.Vocabulary) {
	for _, s := range seenBy {
		v = append(v, watch.Word{Code: s.Badge.Level.String(), Label: s.Badge.String() + ": " + s.Seen})
	}
	return v
}

// level is how what is changed is marked; what is new begins as the record that it is about.
func (ed *editing) level() stix.Level {
	switch {
	case ed.base != nil:
		if l, ok := markedLevel(ed.base.obj.Root); ok {
			return l
		}
		return ed.base.Badge.Level
	case ed.e != nil:
		return ed.e.Marking
	}
	return stix.AmberStrict
}

// markedLevel is the TLP that an object bears itself.
func markedLevel(o *stix.Value) (level stix.Level, ok bool) {
	for _, id := range o.Get("object_marking_refs").Strings() {
		if l, is := stix.TLPOf(id); is {
			level, ok = max(level, l), true
		}
	}
	return level, ok
}

// mark gives an object a TLP in place of the one that it bears; its other markings stay.
func mark(o *stix.Value, l stix.Level) {
	refs := slices.DeleteFunc(o.Get("object_marking_refs").Strings(), func(id string) bool { _, is := stix.TLPOf(id); return is })
	o.Set("object_marking_refs", stix.NewStrings(append(refs, stix.TLPID(l))))
}

// takeAll makes the objects of what was typed, unless something is wrong with it.
func (ed *editing) takeAll(sh *sheet) {
	ed.made, ed.objects = nil, nil
	ed.take(ed, sh)
	if len(sh.Wrongs) > 0 {
		return
	}
	level, _ := stix.LevelNamed(sh.get("tlp"))
	about := ed.objects[len(ed.objects)-1]
	if ed.base == nil || level != ed.level() {
		mark(about, level)
	}
	if ed.base != nil && same(ed.base.obj.Root, about) {
		sh.wrong("", "Nothing is changed yet.")
		return
	}
	draft.Stamp(about, ed.now)
	for _, o := range ed.made {
		mark(o, level)
		draft.Stamp(o, ed.now)
	}
	ed.objects = append(ed.made, ed.objects...)
}

func same(a, b *stix.Value) bool {
	x, errX := a.Canonical()
	y, errY := b.Canonical()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// revise is what is held with what an edit changed; made is what it becomes when there was nothing.
func (ed *editing) revise(before, after *stix.Value) {
	if ed.base == nil {
		ed.objects = append(ed.objects, after)
		return
	}
	o := ed.base.obj.Root.Clone()
	draft.Revise(o, before, after)
	ed.objects = append(ed.objects, o)
}

// about is the object that the change is about.
func (ed *editing) about() *stix.Value { return ed.objects[len(ed.objects)-1] }

// draft is the change for the desk.
func (ed *editing) draft(sh *sheet) Draft {
	d := Draft{Objects: ed.objects, Based: map[string]time.Time{}, What: ed.title(), Why: sh.get("why")}
	for _, o := range ed.objects {
		d.Based[o.Get("id").Text()] = time.Time{}
	}
	if ed.base != nil {
		d.Source, d.Based[ed.base.ID] = ed.base.Source, ed.base.Modified
	}
	return d
}

// title tells the change in a line.
func (ed *editing) title() string {
	if ed.e == nil {
		return ed.Heading + ": " + nameOfValue(ed.about())
	}
	return ed.heading() + ": " + ed.e.Title()
}

func (ed *editing) heading() string {
	if ed.base != nil && !ed.Changes {
		return strings.Replace(ed.Heading, "Add", "Edit", 1)
	}
	return ed.Heading
}

func nameOfValue(o *stix.Value) string {
	if in, err := watch.ReadIncident(o); err == nil {
		return in.Title()
	}
	return o.Get("name").Text()
}

// decide shows what the change makes and who will see it, or takes it in.
func (ed *editing) decide(sh *sheet, posted url.Values) error {
	ctx, d := ed.r.Context(), ed.draft(sh)
	fates, err := ed.s.Desk.Try(ctx, ed.caller, d)
	if err != nil {
		return err
	}
	for _, f := range fates {
		switch {
		case f.Stale:
			return ed.changedMeanwhile(sh, posted)
		case f.Problem != "":
			sh.wrong("", "It would not be taken: "+f.Problem+".")
		case f.Loosened() && d.Why == "" && ed.makes(f.ID):
			sh.wrong("why", "Write why: the marking is loosened from "+(badge{f.From, true}).String()+" to "+(badge{f.To, true}).String()+".")
		}
	}
	if len(sh.Wrongs) > 0 {
		return ed.form(http.StatusUnprocessableEntity, sh)
	}
	if posted.Get("do") != "publish" {
		return ed.preview(sh, fates)
	}
	waits, err := ed.s.Desk.Publish(ctx, ed.caller, d)
	switch {
	case threatwatch.KindOf(err) == threatwatch.Conflict:
		return ed.changedMeanwhile(sh, posted)
	case err != nil:
		return err
	case waits:
		http.Redirect(ed.w, ed.r, "/proposals", http.StatusSeeOther)
		return nil
	}
	http.Redirect(ed.w, ed.r, ed.place(), http.StatusSeeOther)
	return nil
}

// makes says whether an object is what was typed, and not what comes in with it.
func (ed *editing) makes(id string) bool {
	return slices.ContainsFunc(ed.objects, func(o *stix.Value) bool { return o.Get("id").Text() == id })
}

// changedMeanwhile shows what somebody else wrote since this request began.
func (ed *editing) changedMeanwhile(sh *sheet, posted url.Values) error {
	if ed.base == nil {
		return threatwatch.Errorf(threatwatch.Conflict, "Somebody wrote an object with the same id just now. Send the form again.")
	}
	if err := ed.load(ed.r.Context()); err != nil {
		return err
	}
	return ed.conflict(sh, posted)
}

// place is where the change can be read.
func (ed *editing) place() string {
	if ed.e != nil {
		return "/incidents/" + url.PathEscape(ed.e.Place())
	}
	in, err := watch.ReadIncident(ed.about())
	if err != nil || in.Facts.Slug == "" {
		return "/incidents/" + url.PathEscape(ed.about().Get("id").Text())
	}
	return "/incidents/" + url.PathEscape(in.Facts.Slug)
}

// name is what is known of an id, among what the change makes too.
func (ed *editing) name(id string) string {
	if id == "" {
		return ""
	}
	for _, o := range ed.made {
		if o.Get("id").Text() == id {
			return o.Get("name").Text()
		}
	}
	return or(ed.x.Name(id).Name, id)
}

func newID(typ string) string { return typ + "--" + uuid.NewString() }
