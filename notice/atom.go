package notice

import (
	"encoding/xml"
	"html"
	"io"
	"strings"
	"time"
)

// The elements of an Atom feed (RFC 4287), with the links of RFC 5005 §3 between its pages.
type atomFeed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string   `xml:"xml:lang,attr"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Sub     string   `xml:"subtitle,omitempty"`
	Updated string   `xml:"updated"`
	Author  atomName `xml:"author"`
	Rights  string   `xml:"rights,omitempty"`
	Links   []atomLink
	Entries []atomEntry
}

type atomName struct {
	Name string `xml:"name"`
}

type atomLink struct {
	XMLName xml.Name `xml:"link"`
	Rel     string   `xml:"rel,attr"`
	Type    string   `xml:"type,attr,omitempty"`
	Href    string   `xml:"href,attr"`
}

type atomEntry struct {
	XMLName    xml.Name `xml:"entry"`
	ID         string   `xml:"id"` // the same for ever, whatever changes
	Title      string   `xml:"title"`
	Published  string   `xml:"published"`
	Updated    string   `xml:"updated"`
	Links      []atomLink
	Categories []atomCategory
	Rights     string   `xml:"rights"`
	Summary    string   `xml:"summary"`
	Content    atomText `xml:"content"`
}

type atomCategory struct {
	XMLName xml.Name `xml:"category"`
	Term    string   `xml:"term,attr"`
	Scheme  string   `xml:"scheme,attr"`
	Label   string   `xml:"label,attr,omitempty"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// urn is an identifier that no move of the exchange changes: the UUID of the incident (RFC 4287 §4.2.6).
func urn(id string) string {
	_, uuid, _ := strings.Cut(id, "--")
	return "urn:uuid:" + uuid
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func (f *feed) atom(w io.Writer) error {
	out := atomFeed{Lang: "en", ID: f.self(), Title: f.title, Sub: f.subtitle(), Updated: stamp(f.updated), Author: atomName{f.site}, Rights: f.rights()}
	out.link("self", "application/atom+xml", f.self())
	out.link("alternate", "text/html", f.page())
	out.link("first", "application/atom+xml", f.first())
	if f.next != "" {
		out.link("next", "application/atom+xml", f.next)
	}
	for _, it := range f.items {
		e := atomEntry{ID: urn(it.ID), Title: it.Headline, Published: stamp(f.clock(it)), Updated: stamp(it.Updated), Rights: it.Mark(), Summary: it.Text,
			Links: []atomLink{{Rel: "alternate", Type: "text/html", Href: it.Link}}, Content: atomText{"html", paragraphs(it.Lines())}}
		for _, c := range it.categories() {
			e.Categories = append(e.Categories, atomCategory{Term: c.term, Scheme: f.base + "/about/method#" + c.scheme, Label: c.label})
		}
		out.Entries = append(out.Entries, e)
	}
	for _, b := range f.bursts {
		out.Entries = append(out.Entries, atomEntry{ID: b.id(f), Title: b.title(), Published: stamp(b.hour), Updated: stamp(b.updated), Rights: tlp(b.highest), Summary: b.title(),
			Links: []atomLink{{Rel: "alternate", Type: "text/html", Href: f.page()}}, Content: atomText{"html", paragraphs([]string{b.title() + "."})}})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", " ")
	return enc.Encode(out)
}

func (a *atomFeed) link(rel, typ, href string) {
	a.Links = append(a.Links, atomLink{Rel: rel, Type: typ, Href: href})
}

func paragraphs(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("<p>" + html.EscapeString(l) + "</p>")
	}
	return b.String()
}
