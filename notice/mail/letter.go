package mail

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"threatwatch/notice"
	"threatwatch/notice/subscribe"
	"threatwatch/stix"
	"threatwatch/watch/index"
)

// Desk writes letters.
type Desk struct {
	Title  string     // name of the exchange
	Base   string     // its address: what links begin with
	Carry  stix.Level // the strictest marking that mail may carry; of what is above it a letter says only that there is something
	Tokens *Tokens
}

// Limits of a letter.
const (
	maxNews      = 5  // what is new, as many as one reads; the rest is counted
	maxCorrected = 50 // what was corrected, answered or taken back: all of it, unless a letter would burst
	maxWords     = 280
	maxSectors   = 3
)

// letter is what the templates of the text and of the page are given.
type letter struct {
	Site, Home  string
	Digest      bool   // rather than one event
	Heading     string // of a digest
	Span        string
	Filter      string // in words; "": everything
	Mark        string
	Corrected   []entry
	News        []entry
	Left        int    // changes of incidents that are not shown
	Above       int    // changes that mail may not carry
	All         string // the page with all that the filter selects
	Corrections string
	Why         string // it came
	Unsubscribe string
}

// entry is an incident as a letter tells of it.
type entry struct {
	N        int
	Kind     string // what happened, in two or three words
	Headline string
	Words    string // one sentence
	Who      string // who is named, by whom, and who denies it
	When     string
	Sectors  string
	Link     string
	Mark     string
	More     int // further changes of the same incident
}

// Meta is when, where, who may see it, and whether there is more, in one line.
func (e entry) Meta() string {
	parts := []string{e.When, e.Mark}
	if e.Sectors != "" {
		parts = slices.Insert(parts, 1, e.Sectors)
	}
	if e.More > 0 {
		parts = append(parts, fmt.Sprintf("%d more of it", e.More))
	}
	return strings.Join(parts, " · ")
}

// Alert tells of one event. Letters about the same incident make a thread.
func (d *Desk) Alert(to *subscribe.Subscription, e notice.Event) Message {
	l := d.letter(to, []notice.Event{e})
	thread := to.ID + " " + e.Entry.ID
	m := d.message(to, l, thread+" "+e.Cursor)
	m.Thread = thread
	if e.Type == "incident.published" {
		m.ID = thread
	}
	if l.Above > 0 {
		m.Subject = "[TLP:CLEAR] " + d.Title + ": something new that mail does not carry"
		m.Thread, m.ID = "", to.ID+" "+e.Cursor // a thread would tell which incident it is of
		return d.write(m, l)
	}
	l.News, l.Corrected = append(l.Corrected, l.News...), nil
	told := &l.News[0]
	told.N = 0
	m.Subject = "[" + l.Mark + "] " + told.Kind + ": " + bare(told.Headline)
	return d.write(m, l)
}

// bare is a headline without what became of the record, which the kind says.
func bare(headline string) string {
	for _, state := range []string{"Retracted: ", "Merged: ", "Corrected: "} {
		headline = strings.TrimPrefix(headline, state)
	}
	return headline
}

// Digest tells of all events up to a moment: first what was corrected, answered or taken back. There is at least one; without news there is no digest.
func (d *Desk) Digest(to *subscribe.Subscription, events []notice.Event, until time.Time) Message {
	l := d.letter(to, events)
	l.Digest = true
	l.Heading = map[subscribe.Cadence]string{subscribe.Daily: "Daily digest", subscribe.Weekly: "Weekly digest", subscribe.Instant: "Many changes at once"}[to.Cadence]
	loc := to.At.Location()
	l.Span = "What came in until " + until.In(loc).Format("2 Jan 2006, 15:04") + " (" + loc.String() + ")"
	m := d.message(to, l, to.ID+" "+events[len(events)-1].Cursor)
	m.Subject = fmt.Sprintf("[%s] %s: %s, %s", l.Mark, d.Title, strings.ToLower(l.Heading), until.In(loc).Format("2 Jan 2006"))
	if parts := l.counts(); parts != "" {
		m.Subject += ": " + parts
	}
	return d.write(m, l)
}

// counts are what a digest holds, in short.
func (l *letter) counts() string {
	var parts []string
	if n := len(l.Corrected); n > 0 {
		parts = append(parts, strconv.Itoa(n)+" corrected, answered or taken back")
	}
	if n := len(l.News) + l.Left; n > 0 {
		parts = append(parts, strconv.Itoa(n)+" new or changed")
	}
	return strings.Join(parts, ", ")
}

// message is addressed to a reader, with the way out of the subscription.
func (d *Desk) message(to *subscribe.Subscription, l *letter, id string) Message {
	token := d.Tokens.Leaving(to.ID)
	return Message{To: to.To, ID: id, List: "watch", Unsubscribe: l.Unsubscribe, ByMail: token, Returning: d.Tokens.Returning(to.ID)}
}

// letter gathers events: those of one incident are one entry, told by what weighs most.
func (d *Desk) letter(to *subscribe.Subscription, events []notice.Event) *letter {
	l := &letter{Site: d.Title, Home: d.Base + "/", All: d.Base + "/incidents", Corrections: d.Base + "/about/corrections", Unsubscribe: d.Base + "/unsubscribe?t=" + d.Tokens.Leaving(to.ID)}
	if to.Filter != "" {
		l.All += "?" + to.Filter
	}
	l.Filter = FilterWords(to.Filter)
	l.Why = "This was sent to " + to.To + ", which asked for it on " + to.Created.UTC().Format("2 Jan 2006") + ", " + When(to.Cadence, to.At) + "."
	if to.Person != "" {
		l.Why += " It shows what " + to.Person + " may see."
	}
	var highest stix.Level
	var corrected, news []entry
	for _, group := range grouped(events) {
		if group[0].Marking() > d.Carry {
			l.Above += len(group)
			continue
		}
		highest = max(highest, group[0].Marking())
		e := d.entry(group)
		if group[0].Corrects() {
			corrected = append(corrected, e)
		} else {
			news = append(news, e)
		}
	}
	l.Corrected, l.News = corrected[:min(len(corrected), maxCorrected)], news[:min(len(news), maxNews)]
	l.Left = len(corrected) - len(l.Corrected) + len(news) - len(l.News)
	l.Mark = "TLP:" + strings.ToUpper(highest.String())
	for i := range l.Corrected {
		l.Corrected[i].N = i + 1
	}
	for i := range l.News {
		l.News[i].N = len(l.Corrected) + i + 1
	}
	return l
}

// weight orders the kinds of events: what takes back before what answers, before what adds.
var weight = []string{"incident.retracted", "incident.merged", "incident.corrected", "claim.withdrawn", "stance.withdrawn", "stance.added", "incident.published", "claim.added", "milestone.added", "incident.updated"}

// grouped are the events of each incident, the weightiest first; the groups by the same measure, then the newest first.
func grouped(events []notice.Event) (list [][]notice.Event) {
	at := map[string]int{}
	for _, e := range events {
		i, seen := at[e.Entry.ID]
		if !seen {
			i = len(list)
			at[e.Entry.ID] = i
			list = append(list, nil)
		}
		list[i] = append(list[i], e)
	}
	order := func(a, b notice.Event) int {
		return cmp.Or(cmp.Compare(slices.Index(weight, a.Type), slices.Index(weight, b.Type)), b.At.Compare(a.At))
	}
	for _, g := range list {
		slices.SortStableFunc(g, order)
	}
	slices.SortStableFunc(list, func(a, b []notice.Event) int { return order(a[0], b[0]) })
	return list
}

// kinds are the events in two or three words.
var kinds = map[string]string{"incident.published": "New", "incident.updated": "Updated", "incident.corrected": "Corrected", "incident.merged": "Merged", "incident.retracted": "Retracted",
	"milestone.added": "Step known", "claim.added": "Attributed", "claim.withdrawn": "Claim withdrawn", "stance.added": "Answered", "stance.withdrawn": "Answer withdrawn"}

func (d *Desk) entry(group []notice.Event) entry {
	e := group[0]
	out := entry{Kind: kindOf(e), Headline: bare(e.Headline()), Words: shortened(e.Words), Who: who(e.Entry), When: e.At.UTC().Format("2 Jan 2006, 15:04 UTC"), Link: e.Link(d.Base),
		Mark: "TLP:" + strings.ToUpper(e.Marking().String()), More: len(group) - 1}
	if !e.Corrects() { // what is new is told in a sentence, what was put right in whole
		out.Words = sentence(out.Words)
	}
	if out.Words != "" && strings.HasPrefix(out.Who, out.Words) {
		out.Words = "" // a claim says who is named
	}
	sectors := e.Entry.Sectors()
	out.Sectors = strings.ReplaceAll(strings.Join(sectors[:min(len(sectors), maxSectors)], ", "), "-", " ")
	return out
}

// sentence is the first one of a text.
func sentence(s string) string {
	if i := strings.Index(s, ". "); i > 40 {
		return s[:i+1]
	}
	return s
}

// kindOf calls an answer that denies what it is.
func kindOf(e notice.Event) string {
	if e.Type == "stance.added" {
		for _, s := range e.Entry.Denials() {
			if s.ID == e.Object {
				return "Denied"
			}
		}
	}
	return kinds[e.Type]
}

// who says who is named, by whom, and who denies it: claims and denials in one breath.
func who(e *index.Entry) string {
	var parts []string
	for _, c := range e.Claims {
		if c.Stands() {
			parts = append(parts, "attributed to "+c.Accused.Label()+" by "+c.Claimant.Label())
			break
		}
	}
	if n := len(e.Claims) - 1; n > 0 && len(parts) > 0 {
		parts[0] += fmt.Sprintf(" (%d more)", n)
	}
	if list := e.Denials(); len(list) > 0 {
		parts = append(parts, "denied by "+list[0].Holder.Label())
	}
	if len(parts) == 0 {
		return "Nobody is named."
	}
	s := strings.Join(parts, ", ") + "."
	return strings.ToUpper(s[:1]) + s[1:]
}

// shortened is the beginning of a text, in one paragraph.
func shortened(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	r := []rune(s)
	if len(r) <= maxWords {
		return s
	}
	head := string(r[:maxWords])
	if i := strings.LastIndexByte(head, ' '); i > maxWords/2 {
		head = head[:i]
	}
	return strings.TrimRight(head, " ,.;:(") + " …"
}

// When says how often somebody is told, as a sentence goes on: "each Monday at 08:00 (Europe/Berlin)".
func When(c subscribe.Cadence, at subscribe.TimeOfDay) string {
	zone := cmp.Or(at.Zone, "UTC")
	switch c {
	case subscribe.Daily:
		return fmt.Sprintf("each day at %02d:00 (%s)", at.Hour, zone)
	case subscribe.Weekly:
		return fmt.Sprintf("each %s at %02d:00 (%s)", at.Day, at.Hour, zone)
	}
	return "at once"
}

// FilterWords is a filter as people read it: "country=DE and sector=energy"; "" of none.
func FilterWords(filter string) string {
	s, err := url.QueryUnescape(strings.ReplaceAll(filter, "&", " and "))
	if err != nil {
		return filter
	}
	return s
}

// Trial tries out whether mail arrives.
func (d *Desk) Trial(to string) Message {
	m := Message{To: to, Subject: d.Title + ": a message to try out mail", ID: "trial " + rand.Text()}
	m.Text, m.HTML = filled("trial", d)
	return m
}

// invitation is what the templates of an invitation are given.
type invitation struct {
	Site, Address, When, About, Person, Link string
	Until                                    string
}

// Invitation asks the owner of an address whether the wish is theirs. Nothing in it is in the words of who asked, so that nobody writes to others
// through it: of a filter it names the keys, and the page that it leads to shows the rest.
func (d *Desk) Invitation(w Wish, token string) Message {
	m := Message{To: w.Address, Subject: d.Title + ": confirm your subscription", ID: token}
	m.Text, m.HTML = filled("invitation", invitation{Site: d.Title, Address: w.Address, When: When(w.Cadence, w.At), About: keysOf(w.Filter), Person: w.Person,
		Link: d.Base + "/subscribe/confirm?t=" + token, Until: w.Until.UTC().Format("2 Jan 2006, 15:04 UTC")})
	return m
}

// keysOf says by what a filter selects incidents.
func keysOf(filter string) string {
	q, err := url.ParseQuery(filter)
	if err != nil || len(q) == 0 {
		return "all incidents"
	}
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(q)) {
		keys = append(keys, strings.TrimRight(key, "<>"))
	}
	return "incidents selected by " + strings.Join(keys, ", ")
}
