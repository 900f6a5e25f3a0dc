package notice

import (
	"encoding/json"
	"io"
	"strings"
)

// A JSON Feed, version 1.1.
type jsonFeed struct {
	Version string     `json:"version"`
	Title   string     `json:"title"`
	Home    string     `json:"home_page_url"`
	Feed    string     `json:"feed_url"`
	Next    string     `json:"next_url,omitempty"`
	About   string     `json:"description,omitempty"`
	Lang    string     `json:"language"`
	Items   []jsonItem `json:"items"`
}

type jsonItem struct {
	ID        string     `json:"id"`
	URL       string     `json:"url"`
	Title     string     `json:"title"`
	HTML      string     `json:"content_html"`
	Text      string     `json:"content_text"`
	Summary   string     `json:"summary,omitempty"`
	Published string     `json:"date_published"`
	Modified  string     `json:"date_modified"`
	Tags      []string   `json:"tags,omitempty"`
	Watch     *jsonWatch `json:"_threatwatch,omitempty"` // not of what sums up an hour
}

// jsonWatch is what programs want to know of an item.
type jsonWatch struct {
	About     string   `json:"about"`
	ID        string   `json:"stix_id"`
	Marking   string   `json:"marking"`
	State     string   `json:"record_state"`
	Badges    []string `json:"badges"`
	Countries []string `json:"countries,omitempty"`
	Sectors   []string `json:"sectors,omitempty"`
	Data      []string `json:"data,omitempty"`
	Claims    int      `json:"claims"`
	Denials   int      `json:"denials"`
	Source    string   `json:"source,omitempty"`
}

func (f *feed) json(w io.Writer) error {
	out := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: f.title, Home: f.page(), Feed: f.self(), Next: f.next, About: f.subtitle(), Lang: "en", Items: []jsonItem{}}
	for _, it := range f.items {
		lines := it.Lines()
		j := jsonItem{ID: urn(it.ID), URL: it.Link, Title: it.Headline, HTML: paragraphs(lines), Text: strings.Join(lines, "\n"), Summary: it.Text, Published: stamp(f.clock(it)), Modified: stamp(it.Updated),
			Watch: &jsonWatch{f.base + "/about/method", it.ID, it.Mark(), it.Facts.RecordState, it.Badges, it.Countries(), it.Sectors(), it.Trios(), len(it.Claims), len(it.Denials()), it.Source}}
		for _, c := range it.categories() {
			j.Tags = append(j.Tags, c.scheme+":"+c.term)
		}
		out.Items = append(out.Items, j)
	}
	for _, b := range f.bursts {
		out.Items = append(out.Items, jsonItem{ID: b.id(f), URL: f.page(), Title: b.title(), HTML: paragraphs([]string{b.title() + "."}), Text: b.title() + ".", Published: stamp(b.hour), Modified: stamp(b.updated)})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(out)
}
