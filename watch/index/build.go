package index

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
)

// following is what an index is made of: a store may hold a million relationships between other things.
var following = release.Following{
	Types: []string{"incident", "relationship", "opinion", "note", "intrusion-set", "threat-actor", "campaign", "identity", "location", "attack-pattern"},
	Ends:  []string{"incident", "intrusion-set", "threat-actor", "campaign", "identity", "location"},
}

// builder gathers what the view delivers. What was built of an act stays until something about it comes in.
type builder struct {
	incidents map[string]*Entry
	claims    map[string]*Claim
	stances   map[string]*Stance
	ties      map[string]tie
	names     map[string]*Name
	techs     map[string]string // attack-pattern: its number

	values    [][]string          // of each facet, by number; numbers stay
	numbers   []map[string]int32  // the other way round
	claimsOf  map[string][]string // by act; such lists are replaced, never changed
	stancesOf map[string][]string // by what they are about
	tiesOf    map[string][]string // by act
	slugs     map[string][]string // which incidents bear one
	version   map[string]version
	merged    map[string]Merger   // of records that go on in others
	parts     map[string][]string // which ones go on in a record
	deciding  map[string]bool     // which ties say whether records are the same
	belonging map[string]bool     // which claims say to whom somebody belongs
	named     map[string]bool     // names and techniques that came in
	regrouped bool                // of somebody it came in to whom it belongs
	dirty     map[string]bool     // acts of which something came in
	promptly  int                 // see [promptly]
	renewals  int                 // how many entries it has put together itself
	kin       *builder            // while everything is read: what another one has read of it already
	beside    bool                // the index to come is made of that of another builder
	changed   time.Time
}

// version is which version of an object was taken: of two sources that give the same, the one that came later.
type version struct {
	modified int64
	added    release.Stamp
}

// tie is a relationship of an act that is no claim: whom it hit, where, by which technique, what it is the same as.
type tie struct {
	kind, from, to string
	words          string // the rest is kept of those that decide
	at             time.Time
	told           Told
}

func newBuilder() *builder {
	return &builder{values: make([][]string, len(facets)), numbers: make([]map[string]int32, len(facets)), incidents: map[string]*Entry{}, claims: map[string]*Claim{}, stances: map[string]*Stance{}, ties: map[string]tie{}, names: map[string]*Name{}, techs: map[string]string{},
		claimsOf: map[string][]string{}, stancesOf: map[string][]string{}, tiesOf: map[string][]string{}, slugs: map[string][]string{}, version: map[string]version{}, deciding: map[string]bool{}, belonging: map[string]bool{}, named: map[string]bool{}, dirty: map[string]bool{}, promptly: promptly}
}

// tieKinds are the relationships of an act that matter here.
var tieKinds = map[string]bool{"targets": true, "located-at": true, "uses": true, "duplicate-of": true, "distinct-from": true}

// skips says whether an object cannot matter, without reading it: most relationships between actors and what they use do not.
func skips(it *release.Item) bool {
	switch it.Type {
	case "relationship":
		return !bytes.Contains(it.Raw, []byte("incident--")) && !bytes.Contains(it.Raw, []byte("attributed-to"))
	case "note":
		return !bytes.Contains(it.Raw, []byte(watch.StanceID))
	}
	return false
}

// take takes one object. What cannot be read as the watch's is passed by: it has its page as an object.
func (b *builder) take(it *release.Item) error {
	had, seen := b.version[it.ID]
	if it.Quarantined || !seen && skips(it) || had.modified > it.Modified || had.modified == it.Modified && had.added > it.Added {
		return nil
	}
	told := Told{it.Label.TLP, it.Source, it.Added.Time()}
	if b.adopt(it, told) {
		b.taken(it, told)
		return nil
	}
	root, err := stix.ParseValue(bytes.Clone(it.Raw))
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	b.taken(it, told)
	switch it.Type {
	case "incident":
		b.incident(it.ID, root, told)
	case "relationship":
		b.relationship(it.ID, root, told)
	case "opinion", "note":
		b.stance(it.ID, root, told)
	case "attack-pattern":
		b.technique(it.ID, root)
	default:
		b.name(it, root, told)
	}
	return nil
}

// taken notes which version of an object was taken. Of older ones nothing is held from then on, also where this one cannot be read: it may be meant for more readers
// than they were.
func (b *builder) taken(it *release.Item, told Told) {
	if told.Added.After(b.changed) {
		b.changed = told.Added
	}
	b.version[it.ID] = version{it.Modified, it.Added}
}

// adopt takes what another builder has read of the same version of an object: of one id a stamp is one assertion, and what is no copy leaves as the bytes that came in.
func (b *builder) adopt(it *release.Item, told Told) bool {
	k := b.kin
	if k == nil || it.Redacted || k.version[it.ID] != (version{it.Modified, it.Added}) {
		return false
	}
	switch {
	case k.incidents[it.ID] != nil:
		of := k.incidents[it.ID]
		b.say(&Entry{Incident: of.Incident, Told: told, Text: of.Text})
	case k.claims[it.ID] != nil:
		b.untie(it.ID)
		b.accuse(&Claim{Claim: k.claims[it.ID].Claim, Told: told})
	case k.stances[it.ID] != nil:
		b.answered(&Stance{Stance: k.stances[it.ID].Stance, Told: told})
	default:
		return false
	}
	return true
}

// beginning is how much of a description is kept.
const beginning = 400

func (b *builder) incident(id string, root *stix.Value, told Told) {
	in, err := watch.ReadIncident(root)
	if err != nil {
		b.unsay(id)
		return
	}
	in.Facts.Original = nil // the object keeps it
	e := &Entry{Incident: in, Told: told, Text: cut(in.Description, beginning)}
	in.Description = ""
	b.say(e)
}

// say takes an incident in place of the version of it that is held.
func (b *builder) say(e *Entry) {
	b.unsay(e.ID)
	if e.Facts.Slug != "" {
		put(b.slugs, e.Facts.Slug, e.ID)
	}
	b.incidents[e.ID] = e
	b.dirty[e.ID] = true
}

// unsay takes out what an older version of an incident said.
func (b *builder) unsay(id string) {
	if old := b.incidents[id]; old != nil {
		drop(b.slugs, old.Facts.Slug, id)
		delete(b.incidents, id)
		b.dirty[id] = true
	}
}

// cut is how a text begins, at most n bytes, to the end of a word.
func cut(s string, n int) string {
	if len(s) <= n {
		return strings.Clone(s)
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	if i := strings.LastIndexByte(s[:n], ' '); i > 0 {
		n = i
	}
	return s[:n] + " …"
}

func (b *builder) relationship(id string, root *stix.Value, told Told) {
	b.untie(id)
	from := strings.Clone(root.Get("source_ref").Text())
	kind := root.Get("relationship_type").Text()
	if watch.IsClaim(root) {
		c, err := watch.ReadClaim(root)
		if err != nil {
			return
		}
		b.accuse(&Claim{Claim: c, Told: told})
		return
	}
	if root.Get("revoked").IsTrue() {
		return
	}
	if t, ok := bound(from, strings.Clone(root.Get("target_ref").Text())); ok && !deciding[kind] {
		b.ties[id] = t
		put(b.tiesOf, t.from, id)
		b.dirty[t.from] = true
		return
	}
	if typ, _ := stix.SplitID(from); typ == "incident" && tieKinds[kind] {
		t := tie{kind: strings.Clone(kind), from: from, to: strings.Clone(root.Get("target_ref").Text())}
		if deciding[kind] {
			b.deciding[id] = true
			t.words, t.told = strings.Clone(root.Get("description").Text()), told
			t.at, _ = stix.ParseTime(root.Get("modified").Text())
		}
		b.ties[id] = t
		put(b.tiesOf, from, id)
		b.dirty[from] = true
	}
}

// accuse takes a claim, of which no older version is held any more.
func (b *builder) accuse(c *Claim) {
	b.claims[c.ID] = c
	put(b.claimsOf, c.Act, c.ID)
	b.dirty[c.Act] = true
	if typ, _ := stix.SplitID(c.Act); typ != "incident" {
		b.belonging[c.ID], b.regrouped = true, true
	}
}

// untie takes out what an older version of a relationship said.
func (b *builder) untie(id string) {
	if old := b.claims[id]; old != nil {
		drop(b.claimsOf, old.Act, id)
		b.dirty[old.Act] = true
		b.regrouped = b.regrouped || b.belonging[id]
		delete(b.belonging, id)
		delete(b.claims, id)
	}
	if old, ok := b.ties[id]; ok {
		drop(b.tiesOf, old.from, id)
		b.dirty[old.from] = true
		delete(b.deciding, id)
		delete(b.ties, id)
	}
}

func (b *builder) stance(id string, root *stix.Value, told Told) {
	s, err := watch.ReadStance(root)
	if err != nil {
		b.unanswer(id)
		return
	}
	b.answered(&Stance{Stance: s, Told: told})
}

// answered takes a stance in place of the version of it that is held.
func (b *builder) answered(s *Stance) {
	b.unanswer(s.ID)
	b.stances[s.ID] = s
	for _, of := range s.Of {
		put(b.stancesOf, of, s.ID)
		b.touch(of)
	}
}

// unanswer takes out what an older version of a stance said.
func (b *builder) unanswer(id string) {
	if old := b.stances[id]; old != nil {
		for _, of := range old.Of {
			drop(b.stancesOf, of, id)
			b.touch(of)
		}
		delete(b.stances, id)
	}
}

// touch marks the act that an object is, or belongs to.
func (b *builder) touch(id string) {
	b.dirty[id] = true
	if c := b.claims[id]; c != nil {
		b.dirty[c.Act] = true
	}
}

func (b *builder) name(it *release.Item, root *stix.Value, told Told) {
	text := func(name string) string { return strings.Clone(root.Get(name).Text()) } // it is kept, and must not hold the bytes of the object
	n := &Name{ID: it.ID, Type: it.Type, Name: text("name"), Country: text("country"), Class: text("identity_class"), Marking: told.Marking}
	for _, a := range root.Get("aliases").Strings() {
		n.Aliases = append(n.Aliases, strings.Clone(a))
	}
	b.names[it.ID], b.named[it.ID] = n, true
}

func (b *builder) technique(id string, root *stix.Value) {
	if b.techs[id] != "" {
		delete(b.techs, id)
		b.named[id] = true
	}
	refs := root.Get("external_references")
	if refs == nil {
		return
	}
	for _, r := range refs.Items {
		if r.Get("source_name").Text() == "mitre-attack" {
			b.techs[id], b.named[id] = strings.Clone(r.Get("external_id").Text()), true
			return
		}
	}
}

// put adds an id to a list, and drop takes it out. Other builders may hold the list that was.
func put(m map[string][]string, key, id string) {
	if !slices.Contains(m[key], id) {
		m[key] = append(slices.Clip(m[key]), id)
	}
}

func drop(m map[string][]string, key, id string) {
	m[key] = slices.DeleteFunc(slices.Clone(m[key]), func(other string) bool { return other == id })
}

// fork is a builder that begins with all that was taken by this one. What was made of it is shared.
func (b *builder) fork() *builder {
	c := *b
	c.incidents, c.claims, c.stances, c.ties = maps.Clone(b.incidents), maps.Clone(b.claims), maps.Clone(b.stances), maps.Clone(b.ties)
	c.names, c.techs, c.version = maps.Clone(b.names), maps.Clone(b.techs), maps.Clone(b.version)
	c.claimsOf, c.stancesOf, c.tiesOf, c.slugs = maps.Clone(b.claimsOf), maps.Clone(b.stancesOf), maps.Clone(b.tiesOf), maps.Clone(b.slugs)
	c.deciding, c.belonging, c.named, c.dirty = maps.Clone(b.deciding), maps.Clone(b.belonging), maps.Clone(b.named), maps.Clone(b.dirty)
	c.values, c.numbers = slices.Clone(b.values), slices.Clone(b.numbers)
	for i := range c.values {
		c.values[i], c.numbers[i] = slices.Clip(c.values[i]), maps.Clone(c.numbers[i])
	}
	c.renewals, c.beside, c.kin = 0, true, nil
	return &c
}

// entry puts together what is said of an act. It makes a new one: readers may hold the old.
func (b *builder) entry(of *Entry) *Entry {
	in := *of.Incident
	e := &Entry{Incident: &in, Told: of.Told, Text: of.Text, Highest: of.Marking}
	b.fill(e)
	for _, id := range b.claimsOf[e.ID] {
		if c := b.claims[id]; !c.Revoked {
			e.Claims = append(e.Claims, b.claim(c))
		}
	}
	e.Stances, e.Void = b.stancesOn(e.ID), b.voids(e)
	b.join(e)
	slices.SortFunc(e.Claims, func(a, c *Claim) int {
		return cmp.Or(a.Terms.StatedAt.Time.Compare(c.Terms.StatedAt.Time), cmp.Compare(a.ID, c.ID))
	})
	for _, c := range e.Claims {
		e.Highest = max(e.Highest, c.Marking)
	}
	for _, s := range e.all() {
		e.Highest = max(e.Highest, s.Marking)
	}
	for _, v := range e.Void {
		e.Highest = max(e.Highest, v.Told().Marking)
	}
	e.settle()
	return e
}

// fill adds to the facts what is told by relationships, where the extension does not say it.
func (b *builder) fill(e *Entry) {
	var places, techs []string
	var victims []watch.Victim
	for _, id := range b.tiesOf[e.ID] {
		t := b.ties[id]
		n := b.names[t.to]
		switch {
		case t.kind == "uses" && b.techs[t.to] != "":
			techs = append(techs, b.techs[t.to])
		case t.kind == "located-at" && n != nil && n.Country != "":
			places = append(places, strings.ToUpper(n.Country))
		case t.kind == "campaign":
			e.Campaigns = append(e.Campaigns, t.to)
		case t.kind == "indicator":
			e.Indicators = append(e.Indicators, t.to)
		case t.kind == "targets" && n != nil && n.Type == "identity":
			victims = append(victims, watch.Victim{IdentityRef: n.ID, Name: n.Name, Named: true})
		}
	}
	e.Campaigns, e.Indicators = distinct(e.Campaigns), distinct(e.Indicators)
	f := &e.Facts
	slices.SortFunc(victims, func(a, c watch.Victim) int { return cmp.Compare(a.Name, c.Name) })
	slices.Sort(places)
	slices.Sort(techs)
	if len(f.Victims) == 0 {
		f.Victims = victims
	}
	if len(places) > 0 && len(e.Countries()) == 0 {
		f.Victims = append(slices.Clone(f.Victims), watch.Victim{Countries: slices.Compact(places)})
	}
	f.Techniques = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(f.Techniques), techs...))))
}

func (b *builder) claim(of *Claim) *Claim {
	c := &Claim{Claim: of.Claim, Told: of.Told, Claimant: b.known(of.Terms.ClaimantRef), Accused: b.known(of.Claim.Accused)}
	c.Stances = b.stancesOn(c.ID)
	return c
}

func (b *builder) known(id string) *Name {
	if n := b.names[id]; n != nil {
		return n
	}
	return unknown(id)
}

// stancesOn are the stances on a claim or an incident, the first stated first.
func (b *builder) stancesOn(id string) (list []*Stance) {
	for _, sid := range b.stancesOf[id] {
		if s := b.stances[sid]; !s.Revoked {
			list = append(list, b.answer(s))
		}
	}
	slices.SortFunc(list, func(a, c *Stance) int {
		return cmp.Or(a.Position.StatedAt.Time.Compare(c.Position.StatedAt.Time), cmp.Compare(a.ID, c.ID))
	})
	return list
}

// answer is a stance with who holds it.
func (b *builder) answer(of *Stance) *Stance {
	holder := b.known(of.Position.HolderRef)
	if !of.Extended && len(of.Authors) > 0 {
		holder = &Name{ID: of.Position.HolderRef, Name: strings.Join(of.Authors, ", ")}
	}
	return &Stance{Stance: of.Stance, Told: of.Told, Holder: holder}
}

// haystack is what a search for words looks in.
func (e *Entry) haystack() string {
	var s strings.Builder
	add := func(words ...string) {
		for _, w := range words {
			s.WriteString(strings.ToLower(w))
			s.WriteByte('\n')
		}
	}
	add(e.Title(), e.Name, e.Text)
	for _, v := range e.Facts.Victims {
		add(v.Name, v.Words)
	}
	for _, c := range e.Claims {
		add(c.Accused.Name, c.Claimant.Name)
		add(c.Accused.Aliases...)
	}
	return s.String()
}
