package leaksite

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"threatwatch/internal/drafttest"
	"threatwatch/internal/testdata"
	"threatwatch/stix"
	"threatwatch/watch"
)

// entry is a post as encoding/json reads it.
type entry struct {
	Title string `json:"post_title"`
	Group string `json:"group_name"`
	Found string `json:"discovered"`
}

func (p entry) pair() entry { return entry{p.Title, p.Group, ""} }

func entriesOf(t *testing.T, raw []byte) (list []entry) {
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// count is how many different values a list has by some key.
func count(list []entry, key func(entry) entry) int {
	set := map[entry]bool{}
	for _, p := range list {
		set[key(p)] = true
	}
	return len(set)
}

func release(t *testing.T, name string) []byte {
	return drafttest.Unpacked(t, testdata.Dir(t, "incidents", "ransomwatch", name))
}

func newExchange(t *testing.T) *drafttest.Exchange { return drafttest.New(t, Objects) }

// back is what is written of what is held.
func back(t *testing.T, x *drafttest.Exchange) []byte {
	var out bytes.Buffer
	if err := Write(x.All, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sorted orders posts in one way, so that lists can be compared.
func sorted(list []entry) []entry {
	slices.SortFunc(list, func(a, b entry) int {
		return strings.Compare(a.Found+"\n"+a.Group+"\n"+a.Title, b.Found+"\n"+b.Group+"\n"+b.Title)
	})
	return list
}

// TestReleases takes one release, the next as an update, the next again, and an older one as RSS: what is new is counted by encoding/json as well,
// and every post goes out as it came in.
func TestReleases(t *testing.T) {
	older, newer := entriesOf(t, release(t, "posts-2026-08-14.json.gz")), entriesOf(t, release(t, "posts.json.gz"))
	pairs := func(list []entry) int { return count(list, entry.pair) }
	groups := func(list []entry) int { return count(list, func(p entry) entry { return entry{Group: p.Group} }) }
	x := newExchange(t)
	x.Take(release(t, "posts-2026-08-14.json.gz"))
	if fixed := len(watch.Definitions()) + 1; len(x.Faults) > 0 || x.Added != fixed+2*pairs(older)+groups(older) || pairs(older) != 17495 {
		t.Errorf("%d objects of %d titles by %d groups, %v", x.Added, pairs(older), groups(older), x.Faults)
	}
	if got := entriesOf(t, back(t, x)); !slices.Equal(got, sorted(older)) {
		t.Errorf("%d posts of %d come out, or others", len(got), len(older))
	}
	x.Take(release(t, "posts.json.gz"))
	if want := 2*(pairs(newer)-pairs(older)) + groups(newer) - groups(older); x.Added != want || x.Changed != 0 || want < 2*26 {
		t.Errorf("an update: %d added, %d changed; want %d, 0", x.Added, x.Changed, want)
	}
	if got := entriesOf(t, back(t, x)); !slices.Equal(got, sorted(newer)) {
		t.Errorf("%d posts of %d come out, or others", len(got), len(newer))
	}
	x.Take(release(t, "posts.json.gz"))
	if x.Added+x.Changed != 0 {
		t.Errorf("the same again: %d added, %d changed", x.Added, x.Changed)
	}
	checkFacts(t, x)
	x.Take(release(t, "rss-2024-04-23.xml.gz"))
	if x.Added+x.Changed != 0 || len(x.Faults) > 0 {
		t.Errorf("an older release as RSS: %d added, %d changed, %v", x.Added, x.Changed, x.Faults)
	}
}

// TestRSS: the other form has the same posts.
func TestRSS(t *testing.T) {
	raw := release(t, "rss-2024-04-23.xml.gz")
	var feed struct {
		Items []struct {
			Title string `xml:"title"`
			GUID  string `xml:"guid"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(raw, &feed); err != nil {
		t.Fatal(err)
	}
	all := map[entry]bool{}
	for _, p := range entriesOf(t, release(t, "posts.json.gz")) {
		all[p] = true
	}
	x := newExchange(t)
	x.Take(raw)
	got := entriesOf(t, back(t, x))
	if len(got) != len(feed.Items) || len(got) != 11039 || len(x.Faults) > 0 {
		t.Errorf("%d posts of %d items, %v", len(got), len(feed.Items), x.Faults)
	}
	for _, p := range got {
		if !all[p] {
			t.Errorf("not in the list that came later: %q", p)
		}
	}
}

// checkFacts: what incidents and claims say of the posts, and that the eleven titles that were posted twice have both times.
func checkFacts(t *testing.T, x *drafttest.Exchange) {
	twice := 0
	for _, o := range x.Of("incident") {
		in, err := watch.ReadIncident(o)
		if err != nil {
			t.Fatal(err)
		}
		if p := in.Check(); len(p) > 0 {
			t.Error(p)
		}
		if n := len(in.Facts.Milestones); n == 2 && len(in.Facts.Original) == 2 {
			twice++
		} else if n != 1 {
			t.Errorf("%s: %d milestones", in.ID, n)
		}
		if in.Core.Determination != "suspected" || !slices.Equal(in.Facts.ReportedBy, []string{"attacker"}) || in.At("leak_posted").Fidelity != watch.Second {
			t.Errorf("%+v", in)
		}
	}
	if twice != 11 {
		t.Errorf("%d titles were posted twice, want 11", twice)
	}
	for _, o := range x.Of("relationship") {
		c, err := watch.ReadClaim(o)
		if err != nil {
			t.Fatal(err)
		}
		if p := c.Check(); len(p) > 0 || !c.Is("self") || c.Terms.ClaimantRef != c.Accused || x.Held[c.Accused].Get("type").Text() != "intrusion-set" {
			t.Errorf("%v %+v", p, c)
		}
	}
}

const two = `[{"post_title":"Example &amp; Sons","group_name":"herons","discovered":"2024-01-02 03:04:05.678901","later":{"n":1.50}},
{"post_title":"example.org","group_name":"herons","discovered":"2024-01-03 00:00:00.000000"}]`

// TestSecondPost: one that comes later, alone, is added to what is known.
func TestSecondPost(t *testing.T) {
	x := newExchange(t)
	x.Take([]byte(two))
	x.Take([]byte(`{"post_title":"Example &amp; Sons","group_name":"herons","discovered":"2025-01-02 03:04:05.678901"}`))
	if x.Added != 0 || x.Changed != 1 || x.Of("incident")[0].Get("modified").Text() != "2025-01-02T03:04:05.678901Z" {
		t.Errorf("%d added, %d changed, %s", x.Added, x.Changed, x.Of("incident")[0].AppendJSON(nil))
	}
	x.Take([]byte(two))
	if x.Added+x.Changed != 0 {
		t.Errorf("the first again: %d added, %d changed", x.Added, x.Changed)
	}
	if got := string(back(t, x)); strings.Count(got, "post_title") != 3 || !strings.Contains(got, `"later":{"n":1.50}`) {
		t.Error(got)
	}
}

// TestUntitled: posts without a title are no more one incident than any two are: where they lie tells them apart, or else when they were found. Read again, or posted
// again in the same place, each is what it was, and all go out as they came in.
func TestUntitled(t *testing.T) {
	x := newExchange(t)
	const untitled = `[{"post_title":"","group_name":"herons","discovered":"2024-01-02 03:04:05.000001"},{"post_title":" &nbsp; ","group_name":"herons","discovered":"2024-01-02 03:04:05.000002"},
{"post_title":"","group_name":"egrets","discovered":"2024-01-02 03:04:05.000001"},
{"post_title":"","group_name":"herons","discovered":"2024-01-03 00:00:00.000000","post_url":"http://a.onion/1"},{"post_title":"","group_name":"herons","discovered":"2024-01-04 00:00:00.000000","post_url":"http://a.onion/1"},
{"post_title":"","group_name":"herons","discovered":"2024-01-03 00:00:00.000000","link":"/2","post_url":""}]`
	x.Take([]byte(untitled))
	var posts []int
	for _, o := range x.Of("incident") {
		in, err := watch.ReadIncident(o)
		if err != nil || in.Facts.Victims[0].Named || !strings.HasPrefix(in.Title(), "A victim whom the post does not name, posted on the leak site of ") {
			t.Errorf("%+v, %v", in, err)
		}
		posts = append(posts, len(in.Facts.Original))
	}
	if slices.Sort(posts); !slices.Equal(posts, []int{1, 1, 1, 1, 2}) || len(x.Faults) > 0 {
		t.Errorf("incidents of %v posts, %v", posts, x.Faults)
	}
	if x.Take([]byte(untitled)); x.Added+x.Changed != 0 {
		t.Errorf("read again: %d added, %d changed", x.Added, x.Changed)
	}
	if got := string(back(t, x)); strings.Count(got, "post_title") != 6 || strings.Count(got, "a.onion/1") != 2 {
		t.Error(got)
	}
}

func TestTitles(t *testing.T) {
	for title, want := range map[string]victim{
		"Dillard Door &amp; Security":                 {"Dillard Door & Security", true, ""},
		"A &amp;amp; B":                               {"A & B", true, ""},
		"J&copy Shop":                                 {"J&copy Shop", true, ""},
		"ThÃ¼ringen  Werke ":                          {"Thüringen Werke", true, ""},
		"[USA] Crary Industries Inc.":                 {"Crary Industries Inc.", true, "US"},
		"[IMPORTANT ANNOUNCEMENT!]":                   {"[IMPORTANT ANNOUNCEMENT!]", true, ""},
		`isc.dk\$60.1M\Denmark\130gb\&lt;1%DISCLOSED`: {"isc.dk", false, "DK"},
		`Works\Halls\Yards`:                           {`Works\Halls\Yards`, true, ""},
		"example.org":                                 {"example.org", false, ""},
		"*.skifgroup.com":                             {"*.skifgroup.com", false, ""},
		"Smith & Co. of example.org":                  {"Smith & Co. of example.org", true, ""},
		"A********* ********** of T***":               {"A********* ********** of T***", false, ""},
		"C???e????? ?????????????":                    {"C???e????? ?????????????", false, ""},
		"Price: 0.17 BTC ":                            {"Price: 0.17 BTC", false, ""},
		"$50,000":                                     {"$50,000", false, ""},
		"**Works**":                                   {"Works", true, ""},
		"# Works":                                     {"Works", true, ""},
		" ":                                           {"", false, ""},
		"3M":                                          {"3M", false, ""}, // a price by its form: not taken for a name rather than the reverse
		"Yuxin Automobile Co.Ltd(è£\u0095ä¿¡æ±½è»\u008a)": {"Yuxin Automobile Co.Ltd(裕信汽車)", true, ""},
	} {
		if got := victimOf(title); got != want {
			t.Errorf("%q: %+v, want %+v", title, got, want)
		}
	}
}

// TestFaults: what is no post is named, and the rest is in.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		doc, want string
		incidents int
	}{
		{strings.Replace(two, `"2024-01-03 00:00:00.000000"`, `"yesterday"`, 1), `post 2: discovered: "yesterday" is no time`, 1},
		{strings.Replace(two, `"group_name":"herons","discovered":"2024-01-03`, `"group_name":7,"discovered":"2024-01-03`, 1), "post 2: group_name: is missing, or no text", 1},
		{strings.Replace(two, `"herons"`, `" "`, 1), "post 1: group_name: is empty", 1},
		{two[:len(two)-40], "the list cannot be read to its end", 1},
		{`<rss><channel><item><title>A</title><description>Group: g</description><guid>x</guid><pubDate>Tue, 23 Apr 2024 08:49:20 +0200</pubDate></item><item><title>B</title>`, "the list cannot be read to its end", 1},
		{`<rss><channel><item><title>A</title><description>Group: g</description></item></channel></rss>`, `post 1: discovered: "" is no time`, 0},
	} {
		x := newExchange(t)
		x.Take([]byte(c.doc))
		if len(x.Faults) != 1 || !strings.Contains(x.Faults[0].Error(), c.want) || len(x.Of("incident")) != c.incidents {
			t.Errorf("%s: %v, %d incidents", c.doc, x.Faults, len(x.Of("incident")))
		}
	}
	for _, none := range []string{"", "[]", "<rss></rss>"} {
		if _, err := Objects([]byte(none), drafttest.Today, nil, nil); err == nil {
			t.Errorf("%q: no error", none)
		}
	}
}

func TestDetect(t *testing.T) {
	for doc, want := range map[string]bool{two: true, two[1:]: true, "\xef\xbb\xbf " + two: true, `<?xml version="1.0"?><rss><channel><item><description>Group: x</description>`: true,
		`<rss><channel><item><description>News</description>`: false, `{"type":"bundle"}`: false, "": false} {
		if Detect([]byte(doc)) != want {
			t.Errorf("%s: %v", doc, !want)
		}
	}
}

func FuzzObjects(f *testing.F) {
	f.Add([]byte(two))
	f.Add([]byte(two[:90]))
	f.Add([]byte(`<rss><channel><item><title>A &amp;amp; B</title><description>Group: g</description><guid>A &amp;amp; B_2024-01-01 01:01:01</guid></item></channel></rss>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		Detect(raw)
		Objects(raw, drafttest.Today, func(string) *stix.Value { return nil }, func(o *stix.Value) error {
			drafttest.Valid(t, o)
			return nil
		})
	})
}
