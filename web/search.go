package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
)

// searchPage is what was found.
type searchPage struct {
	Query string
	Exact []thing // what holds the value that was asked for
	Wider []thing // what holds a network around it, a name above it, or its host
	Words []hit
	More  bool // more was found than is shown
}

// hit is an object whose text has the words, with the place where it has them.
type hit struct {
	thing
	Excerpt []segment
}

// found is how many results a page shows of each kind.
const found = 100

// named are the types whose objects people look for by name.
var named = []string{"incident", "intrusion-set", "threat-actor", "campaign", "malware", "tool", "vulnerability", "attack-pattern", "report", "indicator",
	"infrastructure", "identity", "course-of-action", "location"}

// search finds an object by its id, values exactly, and words in texts.
func (s *site) search(v *visit) error {
	q := strings.TrimSpace(v.r.URL.Query().Get("q"))
	switch {
	case q == "":
		http.Redirect(v.w, v.r, "/", http.StatusSeeOther)
		return nil
	case len(q) > 1000:
		return threatwatch.Errorf(threatwatch.Invalid, "Search for at most 1,000 bytes.")
	case stix.ValidID(q):
		http.Redirect(v.w, v.r, "/objects/"+url.PathEscape(q), http.StatusSeeOther)
		return nil
	}
	body := searchPage{Query: q}
	c := collector{seen: map[string]bool{}}
	lookup, search := v.view(release.Lookup), v.view(release.Search)
	if err := lookup.Lookup(v.r.Context(), q, 0, c.into(&body.Exact)); err != nil {
		return err
	}
	for _, value := range stix.Wider(q) {
		if err := lookup.Lookup(v.r.Context(), value, found, c.into(&body.Wider)); err != nil {
			return err
		}
	}
	var things []thing
	for _, types := range [][]string{named, nil} { // what has a name before what ties it together
		if c.more {
			break
		}
		if err := search.Search(v.r.Context(), q, types, 0, c.into(&things)); err != nil {
			return err
		}
	}
	e := v.ends(v.view(release.ShowPage))
	for _, list := range [][]thing{body.Exact, body.Wider, things} {
		e.title(list)
	}
	slices.SortStableFunc(things, func(a, b thing) int { return cmp.Compare(a.fits(q), b.fits(q)) })
	for _, t := range things {
		body.Words = append(body.Words, hit{t, excerpt(cmp.Or(t.Text, t.Sample()), q)})
	}
	body.More = c.more
	if e.err != nil {
		return e.err
	}
	return v.show(http.StatusOK, "search", "Search: "+q, strictest(body.Exact, body.Wider, things, e.all()), body)
}

// collector gathers results, each once over all lists, as many as a page shows.
type collector struct {
	seen map[string]bool
	more bool
}

func (c *collector) into(list *[]thing) func(*release.Item) error {
	return func(it *release.Item) error {
		if c.seen[it.ID] {
			return nil
		}
		if len(*list) == found {
			c.more = true
			return release.Stop
		}
		c.seen[it.ID] = true
		*list = append(*list, newThing(it))
		return nil
	}
}

// fits says how well a name fits what was asked: 0 is it, 1 begins so, 2 holds it, 3 only the text does.
func (t thing) fits(q string) int {
	name, q := strings.ToLower(t.Name), strings.ToLower(q)
	switch {
	case name == q:
		return 0
	case strings.HasPrefix(name, q):
		return 1
	case strings.Contains(name, q):
		return 2
	}
	return 3
}

// segment is a part of an excerpt; a hit is one of the words.
type segment struct {
	Text string
	Hit  bool
}

// excerpt is the part of a text that has the first of the words, with all of them marked.
func excerpt(text, q string) (out []segment) {
	words := strings.FieldsFunc(q, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	at, _ := firstWord(text, words)
	if at > 120 { // begin at the word before
		text = "… " + text[strings.LastIndexAny(text[:at-60], " \n")+1:]
	}
	text = short(text, 240)
	for text != "" {
		at, n := firstWord(text, words)
		if n == 0 {
			break
		}
		out = append(out, segment{Text: text[:at]}, segment{text[at : at+n], true})
		text = text[at+n:]
	}
	return append(out, segment{Text: text})
}

// firstWord finds which of the words comes first, as the beginning of a word, in any case.
func firstWord(text string, words []string) (at, n int) {
	at = len(text)
	for i := range text {
		if i > 0 && wordByte(text[i-1]) {
			continue
		}
		for _, w := range words {
			if len(text)-i >= len(w) && strings.EqualFold(text[i:i+len(w)], w) {
				if len(w) > n {
					n = len(w)
				}
			}
		}
		if n > 0 {
			return i, n
		}
	}
	return at, 0
}

func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b >= 0x80
}
