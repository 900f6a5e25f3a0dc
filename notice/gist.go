package notice

import "time"

// Gist is what an event comes to, in the few fields that streams, webhooks and mail tell of it.
type Gist struct {
	ID       string   `json:"stix_id"`  // what came in
	Incident string   `json:"incident"` // what it is about
	Title    string   `json:"title"`
	Link     string   `json:"url"`
	State    string   `json:"record_state"`
	Badges   []string `json:"badges"`
	Marking  string   `json:"marking"`
	Words    string   `json:"text,omitempty"`
}

// NewGist is the gist of an event, with links that begin with base.
func NewGist(e Event, base string) Gist {
	it := newItem(e.Entry, base)
	return Gist{e.Object, it.ID, it.Headline, it.Link, it.Facts.RecordState, it.Badges, it.Mark(), e.Words}
}

// Moment writes a time as events do: to the microsecond, in which no two of them are the same.
func Moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
