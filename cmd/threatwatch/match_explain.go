package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/match"
	"threatwatch/release"
	"threatwatch/stix"
)

// explained is what is known of an indicator that was found: who said it, when, and what it belongs to.
type explained struct {
	Indicator string      `json:"indicator"`
	Type      string      `json:"type"`
	Count     int         `json:"count"`
	Known     []string    `json:"known_good,omitempty"`
	Said      []statement `json:"explained"`
}

type statement struct {
	claimLine
	Created     string   `json:"created,omitempty"`
	Modified    string   `json:"modified,omitempty"`
	Description string   `json:"description,omitempty"`
	Pattern     string   `json:"pattern,omitempty"`
	Belongs     []tie    `json:"belongs_to,omitempty"`
	References  []string `json:"references,omitempty"`
}

// tie is a campaign, actor, malware, technique or report that an indicator leads to.
type tie struct {
	How  string `json:"how"`            // type of the relationship
	Back bool   `json:"back,omitempty"` // it leads from there
	Type string `json:"type"`
	Name string `json:"name"`
	ID   string `json:"id"`
}

// how names the relationship, with an arrow where it leads from there.
func (t *tie) how() string {
	if t.Back {
		return "← " + plain(t.How)
	}
	return plain(t.How)
}

// explain writes what is known of everything that was found.
func (m *matchRun) explain() error {
	all := append(m.sum.Values(false), m.sum.Values(true)...)
	if m.cmd.SkipKnown {
		all = m.sum.Values(false)
	}
	ids := map[string]bool{}
	for _, t := range all {
		for i := range t.Claims {
			if id := t.Claims[i].ID; id != "" {
				ids[id] = true
			}
		}
	}
	k, err := m.src.knowledge(m.app, ids)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(m.stdout)
	enc.SetEscapeHTML(false)
	for _, t := range all {
		x := explained{Indicator: t.Value, Type: t.Class.String(), Count: t.Count, Known: t.Known}
		for i := range t.Claims {
			x.Said = append(x.Said, k.statement(&t.Claims[i]))
		}
		if m.cmd.JSON {
			err = enc.Encode(x)
		} else {
			err = x.print(m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *explained) print(m *matchRun) error {
	w, ink := m.stdout, inkFor(isTerminal(m.app.Out))
	fmt.Fprintf(w, "\n%s%s%s  %s, %s\n", ink.bad, plain(x.Indicator), ink.off, x.Type, several(x.Count, "hit"))
	if len(x.Known) > 0 {
		fmt.Fprintf(w, "  %son warning lists: %s%s\n", ink.known, plain(strings.Join(x.Known, ", ")), ink.off)
	}
	for _, s := range x.Said {
		fmt.Fprintf(w, "  said by %s%s\n", plain(s.By), plain(s.qualities()))
		width := len("indicates")
		for _, b := range s.Belongs {
			width = max(width, len([]rune(b.how())))
		}
		row := func(name, text string) {
			if text != "" {
				fmt.Fprintf(w, "    %s%-*s%s %s\n", ink.dim, width, name, ink.off, plain(clipLine(text)))
			}
		}
		row("name", s.Name)
		row("object", s.ID)
		row("pattern", s.Pattern)
		row("when", s.times())
		row("in", s.File)
		row("about", s.Description)
		for _, b := range s.Belongs {
			row(b.how(), b.Type+" "+b.Name)
		}
		for _, r := range s.References {
			row("see", r)
		}
	}
	return nil
}

// clipLine keeps a text on its line.
func clipLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 160 {
		return string(r[:159]) + "…"
	}
	return s
}

func (s *statement) qualities() string {
	out := ""
	if s.TLP != "" {
		out += ", TLP:" + strings.ToUpper(s.TLP)
	}
	if s.Confidence != nil {
		out += fmt.Sprintf(", confidence %d", *s.Confidence)
	}
	return out
}

func (s *statement) times() string {
	var out []string
	for _, t := range []struct{ name, at string }{{"created", s.Created}, {"modified", s.Modified}, {"valid from", s.From}, {"valid until", s.Until}} {
		if t.at != "" && !(t.name == "modified" && t.at == s.Created) {
			out = append(out, t.name+" "+t.at)
		}
	}
	return strings.Join(out, ", ")
}

// knowledge is the part of the sources that has to do with some indicators.
type knowledge struct {
	objects map[string]*stix.Object
	links   map[string][]link // from each end
}

// link is a relationship, or a report's mention, as seen from one end: back, when it leads from the other.
type link struct {
	how, to string
	back    bool
}

// knowledge reads what has to do with these indicators: from the exchange, and once more from the files.
func (s *matchSources) knowledge(a *app, ids map[string]bool) (*knowledge, error) {
	k := &knowledge{objects: map[string]*stix.Object{}, links: map[string][]link{}}
	if len(ids) == 0 {
		return k, nil
	}
	if s.view != nil {
		if err := k.fromView(a, s.view, ids); err != nil {
			return nil, err
		}
	}
	err := s.eachObject(func(raw []byte) bool { return bytes.Contains(raw, []byte(`_ref`)) }, k.link)
	if err != nil {
		return nil, err
	}
	want := k.around(ids)
	return k, s.eachObject(func([]byte) bool { return true }, func(o *stix.Object) {
		if want[o.ID] && (k.objects[o.ID] == nil || o.Modified > k.objects[o.ID].Modified) {
			k.objects[o.ID] = o
		}
	})
}

// around names what lies at most two links away.
func (k *knowledge) around(ids map[string]bool) map[string]bool {
	want := map[string]bool{}
	for id := range ids {
		want[id] = true
		for _, l := range k.links[id] {
			want[l.to] = true
			for _, m := range k.links[l.to] {
				want[m.to] = true
			}
		}
	}
	return want
}

// eachObject reads the STIX files of the run again.
func (s *matchSources) eachObject(may func(raw []byte) bool, f func(*stix.Object)) error {
	for _, name := range s.files {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		var first [512]byte
		n, _ := file.Read(first[:])
		if looksLikeList(first[:n]) {
			file.Close()
			continue
		}
		if _, err = file.Seek(0, 0); err == nil {
			err = stix.ReadObjectLines(file, func(raw []byte, _ bool) error {
				if may(raw) {
					if o, err := stix.Parse(raw); err == nil {
						f(o)
					}
				}
				return nil
			}, func(int, []byte, *stix.SyntaxError) error { return nil })
		}
		file.Close()
		if _, broken := err.(*stix.SyntaxError); err != nil && !broken { // a list that is packed: told of when it was loaded
			return err
		}
	}
	return nil
}

// looksLikeList says that a file is not JSON, and not packed either.
func looksLikeList(start []byte) bool {
	start = bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\uFEFF")), " \t\r\n")
	return len(start) > 0 && start[0] != '{' && start[0] != '[' && start[0] != 0x1f
}

// link takes relationships and what reports mention.
func (k *knowledge) link(o *stix.Object) {
	join := func(a, how, b string) {
		k.links[a] = append(k.links[a], link{how: how, to: b})
		k.links[b] = append(k.links[b], link{how: how, to: a, back: true})
	}
	switch o.Type {
	case "relationship":
		join(o.Root.Get("source_ref").Text(), o.Root.Get("relationship_type").Text(), o.Root.Get("target_ref").Text())
	case "report", "grouping":
		for _, id := range o.Root.Get("object_refs").Strings() {
			join(o.ID, "mentions", id)
		}
	}
}

// relatedLimit bounds what is read of one object's neighbours.
const relatedLimit = 100

// fromView walks two links out from each indicator.
func (k *knowledge) fromView(a *app, v *release.View, ids map[string]bool) error {
	done := map[string]bool{}
	step := func(id string) ([]string, error) {
		if done[id] {
			return nil, nil
		}
		done[id] = true
		var next []string
		err := v.Related(a.ctx, id, relatedLimit, func(_ string, it *release.Item) error {
			if o, err := stix.Parse(bytes.Clone(it.Raw)); err == nil {
				k.link(o)
			}
			return nil
		})
		for _, l := range k.links[id] {
			next = append(next, l.to)
		}
		return next, err
	}
	for id := range ids {
		near, err := step(id)
		if err != nil {
			return err
		}
		for _, n := range near {
			if far, _, _ := strings.Cut(n, "--"); far == "report" || far == "grouping" {
				continue // what else a report mentions has nothing to do with the indicator
			}
			if _, err := step(n); err != nil {
				return err
			}
		}
	}
	for id := range k.around(ids) {
		err := v.Get(a.ctx, id, func(it *release.Item) error {
			o, err := stix.Parse(bytes.Clone(it.Raw))
			if err == nil {
				k.objects[id] = o
			}
			return release.Stop
		})
		if err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
			return err
		}
	}
	return nil
}

// tied are the types that say what an indicator belongs to.
var tied = []string{"campaign", "intrusion-set", "threat-actor", "malware", "tool", "attack-pattern", "infrastructure", "vulnerability", "incident", "report", "grouping"}

func (k *knowledge) statement(c *match.Claim) statement {
	s := statement{claimLine: claimOf(c)}
	o := k.objects[c.ID]
	if o == nil {
		return s
	}
	s.Created, s.Modified = o.Root.Get("created").Text(), o.Root.Get("modified").Text()
	s.Description, s.Pattern = o.Root.Get("description").Text(), o.Root.Get("pattern").Text()
	if refs := o.Root.Get("external_references"); refs != nil {
		for _, r := range refs.Items {
			if u := r.Get("url").Text(); u != "" && len(s.References) < 5 {
				s.References = append(s.References, u)
			}
		}
	}
	seen := map[string]bool{c.ID: true}
	for _, l := range k.links[c.ID] {
		s.tie(k, l, seen)
	}
	for _, l := range k.links[c.ID] {
		if typ, _, _ := strings.Cut(l.to, "--"); typ == "report" || typ == "grouping" {
			continue
		}
		for _, m := range k.links[l.to] {
			s.tie(k, m, seen)
		}
	}
	return s
}

func (s *statement) tie(k *knowledge, l link, seen map[string]bool) {
	o := k.objects[l.to]
	if o == nil || seen[l.to] || !slices.Contains(tied, o.Type) || len(s.Belongs) >= 20 {
		return
	}
	seen[l.to] = true
	name := o.Name()
	if refs := o.Root.Get("external_references"); refs != nil {
		for _, r := range refs.Items { // T1059, G0007
			if id := r.Get("external_id").Text(); id != "" && strings.HasPrefix(r.Get("source_name").Text(), "mitre") {
				name = id + " " + name
				break
			}
		}
	}
	s.Belongs = append(s.Belongs, tie{l.how, l.back, o.Type, name, o.ID})
}
