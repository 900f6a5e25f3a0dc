// Package leaksite reads what watchers of the leak sites of ransomware groups publish, as JSON or RSS, as incidents of the watch, and writes it again.
//
// A post is a criminal's word: its incident is suspected, it is reported by the attacker, and the claim that the group did it is the group's own. A
// title that is posted twice by one group is one incident that was posted twice: groups post again what they posted before, and counting it as a second
// act would make them more active than they say themselves. Posts without a title have nothing in common but that: each is one of its own, by where it lies or
// when it was found.
//
// A post that a later release no longer has stays: what was said was said. The times of the releases have no zone; their RSS form says that they are UTC.
package leaksite

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/draft"
	"threatwatch/stix"
)

// Format names the posts among the originals of an incident.
const Format = "ransomwatch"

// post is one entry of a release.
type post struct {
	title, group string
	at           time.Time
	record       *stix.Value // as JSON has it
}

// The members of a post.
const (
	titleName = "post_title"
	groupName = "group_name"
	foundName = "discovered"
)

// linkNames are members in which some watchers say where a post lies.
var linkNames = []string{"post_url", "link"}

// timeForm is how a release writes times.
const timeForm = "2006-01-02 15:04:05.000000"

var bom = []byte("\xef\xbb\xbf")

// Detect says whether a document that begins like this is a list of posts.
func Detect(begin []byte) bool {
	begin = bytes.TrimSpace(bytes.TrimPrefix(begin, bom))
	switch {
	case bytes.HasPrefix(begin, []byte("[")) || bytes.HasPrefix(begin, []byte("{")):
		return bytes.Contains(begin, []byte(`"`+titleName+`"`)) && bytes.Contains(begin, []byte(`"`+groupName+`"`))
	case bytes.HasPrefix(begin, []byte("<")):
		return bytes.Contains(begin, []byte("<rss")) && bytes.Contains(begin, []byte("<description>"+groupWord))
	}
	return false
}

// read reads a release of either form: a list, one post a line, or RSS 2.0. What is no post is in faults.
func read(raw []byte) (posts []post, faults []error, err error) {
	raw = bytes.TrimPrefix(raw, bom)
	n := 0
	add := func(v *stix.Value) {
		n++
		p, err := postOf(v)
		if err != nil {
			faults = append(faults, threatwatch.Errorf(threatwatch.Invalid, "post %d: %w", n, err))
			return
		}
		posts = append(posts, p)
	}
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("<")) {
		err = readRSS(raw, add)
	} else {
		err = stix.ReadObjectLines(bytes.NewReader(raw), func(raw []byte, _ bool) error {
			v, err := stix.ParseValue(raw)
			if err == nil {
				add(v)
			}
			return err
		}, func(line int, _ []byte, fault *stix.SyntaxError) error {
			n++
			faults = append(faults, threatwatch.Errorf(threatwatch.Invalid, "line %d: %w", line, fault))
			return nil
		})
	}
	if err != nil { // the posts before it are good
		faults = append(faults, threatwatch.Errorf(threatwatch.Invalid, "the list cannot be read to its end: %w", err))
	}
	if n == 0 && err != nil {
		return nil, nil, threatwatch.Errorf(threatwatch.Invalid, "the list cannot be read: %w", err)
	}
	if n == 0 {
		return nil, nil, threatwatch.Errorf(threatwatch.Invalid, "the document holds no posts")
	}
	return posts, faults, nil
}

// postOf checks an entry.
func postOf(v *stix.Value) (post, error) {
	for _, name := range []string{titleName, groupName, foundName} {
		if x := v.Get(name); x == nil || x.Kind != stix.String {
			return post{}, threatwatch.Errorf(threatwatch.Invalid, "%s: is missing, or no text", name)
		}
	}
	p := post{title: v.Get(titleName).Text(), group: v.Get(groupName).Text(), record: draft.Said(v)}
	if strings.TrimSpace(p.group) == "" {
		return p, threatwatch.Errorf(threatwatch.Invalid, "%s: is empty", groupName)
	}
	at, err := found(v.Get(foundName).Text())
	if err != nil || at.Year() < 2000 || at.Year() > 2100 {
		return p, threatwatch.Errorf(threatwatch.Invalid, "%s: %q is no time", foundName, v.Get(foundName).Text())
	}
	p.at = at
	return p, nil
}

// key tells the incident of a post from all others.
func (p *post) key() string {
	if victimOf(p.title).name != "" {
		return p.group + "\n" + p.title
	}
	for _, name := range linkNames {
		if link := strings.TrimSpace(p.record.Get(name).Text()); link != "" {
			return p.group + "\n\n" + link
		}
	}
	return p.group + "\n\n" + p.at.Format(timeForm)
}

// found reads when a post was found: as releases write it, or as ISO 8601 does. Without a zone it is taken for UTC.
func found(text string) (at time.Time, err error) {
	for _, form := range []string{timeForm[:len("2006-01-02 15:04:05")], "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", time.RFC3339} { // each takes a fraction too
		if at, err = time.Parse(form, text); err == nil {
			return at.UTC(), nil
		}
	}
	return at, err
}

// groupWord stands before the group in the description of an item.
const groupWord = "Group: "

// item is a post as RSS 2.0 has it. The guid is the title, an underscore and the time to the microsecond, which pubDate cuts.
type item struct {
	Title       string `xml:"title"`
	Description string `xml:"description"`
	PubDate     string `xml:"pubDate"`
	GUID        string `xml:"guid"`
}

// readRSS gives each item the shape of the JSON form.
func readRSS(raw []byte, add func(*stix.Value)) error {
	dec := xml.NewDecoder(bytes.NewReader(raw))
	for {
		t, err := dec.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "item" {
			continue
		}
		var it item
		if err := dec.DecodeElement(&it, &start); err != nil {
			return err
		}
		group, _ := strings.CutPrefix(it.Description, groupWord)
		add(stix.NewDict(stix.Member{Name: titleName, Value: stix.NewString(it.Title)}, stix.Member{Name: groupName, Value: stix.NewString(group)},
			stix.Member{Name: foundName, Value: stix.NewString(it.found())}))
	}
}

// found is the time of an item as the JSON form writes it; what cannot be read is left as it is, and refused like any other.
func (it *item) found() string {
	if s, ok := strings.CutPrefix(it.GUID, it.Title+"_"); ok {
		if at, err := time.Parse(timeForm[:len("2006-01-02 15:04:05")], s); err == nil {
			return at.Format(timeForm)
		}
	}
	if at, err := time.Parse(time.RFC1123Z, it.PubDate); err == nil {
		return at.UTC().Format(timeForm)
	}
	return it.PubDate
}
