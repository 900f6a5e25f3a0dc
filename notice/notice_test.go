package notice_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	. "threatwatch/internal/watchtest"
	"threatwatch/notice"
	"threatwatch/release"
	"threatwatch/stix"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// serve makes a server over a house. The header As names the organisation that asks.
func serve(t *testing.T, h *House) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(notice.NewServer(notice.Options{Releaser: h.Releaser, Keeper: index.NewKeeper(h.Releaser), Title: "Test", Subject: func(r *http.Request) (release.Subject, error) {
		if org := r.Header.Get("As"); org != "" {
			return release.Subject{Kind: release.Person, Org: org, Person: "x@" + org}, nil
		}
		return release.Subject{Kind: release.Public}, nil
	}}))
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, url string, head ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// filled is a house with three incidents, of which one is of acme alone, with a claim and a denial.
func filled(t *testing.T) *House {
	h := New(t)
	h.Say(0, At(Named("intrusion-set", 1, "Group A"), 1, 0), At(Named("identity", 1, "Vendor"), 1, 0), At(Named("identity", 2, "Ministry"), 1, 0))
	h.Say(0, At(Incident(1, "Plans taken", "2020-01-01", watch.Facts{Slug: "plans-taken", Victims: []watch.Victim{{Countries: []string{"DE"}, Sectors: []string{"aerospace"}}}}), 1, 0),
		At(Incident(2, "=Mail read", "2021-05-02", watch.Facts{Victims: []watch.Victim{{Countries: []string{"US"}}}}), 1, 0), At(Incident(3, "Hidden thing", "2021-05-03", watch.Facts{}), 1, 2))
	h.Say(0, At(Claim(1, 1, 1, 1, "technical"), 1, 0))
	h.Say(1, At(Stance(1, ID("relationship", 1), 2, "deny"), 1, 0))
	return h
}

// TestAtom: entries have the ids of their incidents, say who claims and who denies, and the last changed stands first.
func TestAtom(t *testing.T) {
	s := serve(t, filled(t))
	resp, body := get(t, s.URL+"/incidents.atom")
	var feed struct {
		ID      string `xml:"id"`
		Updated string `xml:"updated"`
		Entries []struct {
			ID       string `xml:"id"`
			Title    string `xml:"title"`
			Updated  string `xml:"updated"`
			Content  string `xml:"content"`
			Category []struct {
				Term string `xml:"term,attr"`
			} `xml:"category"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(body), &feed); err != nil {
		t.Fatal(err, body)
	}
	if len(feed.Entries) != 2 || feed.Entries[0].ID != "urn:uuid:00000000-0000-4000-8000-000000000001" || feed.Entries[0].Title != "Plans taken (Germany)" {
		t.Fatalf("%+v", feed)
	}
	for _, want := range []string{"Attributed to Group A by Vendor (2020-02-01)", "Ministry denies (2020-03-01): stance 1."} {
		if !strings.Contains(feed.Entries[0].Content, want) {
			t.Errorf("no %q in %s", want, feed.Entries[0].Content)
		}
	}
	if strings.Contains(body, "Hidden") {
		t.Error("the public reads what is RED")
	}
	if resp.Header.Get("Last-Modified") == "" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/atom+xml") {
		t.Error(resp.Header)
	}
	if again, _ := get(t, s.URL+"/incidents.atom", "If-None-Match", resp.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Error(again.Status)
	}
	if _, own := get(t, s.URL+"/incidents.atom", "As", "acme"); !strings.Contains(own, "Hidden") {
		t.Error("acme does not read its own")
	}
}

// TestPages: a page leads to the next until all was read, each entry once (RFC 5005 §3).
func TestPages(t *testing.T) {
	s := serve(t, filled(t))
	url, seen := s.URL+"/incidents.json?limit=1", []string{}
	for url != "" && len(seen) < 9 {
		_, body := get(t, url)
		var feed struct {
			Version string
			Next    string `json:"next_url"`
			Items   []struct{ ID, Title string }
		}
		if err := json.Unmarshal([]byte(body), &feed); err != nil || feed.Version != "https://jsonfeed.org/version/1.1" {
			t.Fatal(err, body)
		}
		for _, it := range feed.Items {
			seen = append(seen, it.Title)
		}
		url = feed.Next
	}
	if !slices.Equal(seen, []string{"Plans taken (Germany)", "=Mail read (United States)"}) {
		t.Error(seen)
	}
}

// TestFiltersAndTables: the filter is that of the pages, a bad one is told, and no cell is a formula.
func TestFiltersAndTables(t *testing.T) {
	s := serve(t, filled(t))
	_, body := get(t, s.URL+"/incidents.csv?country=US")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][1] != "'=Mail read" {
		t.Error(rows, err)
	}
	if resp, body := get(t, s.URL+"/incidents.csv?colour=red"); resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, "colour") {
		t.Error(resp.Status, body)
	}
	if resp, _ := get(t, s.URL+"/incidents.atom?before=x"); resp.StatusCode != http.StatusBadRequest {
		t.Error(resp.Status)
	}
}

// listen reads events of a stream into a channel until the test ends.
func listen(t *testing.T, url string, head ...string) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(err, resp)
	}
	out := make(chan string, 100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var event []string
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if lines.Text() != "" {
				event = append(event, lines.Text())
				continue
			}
			if len(event) > 1 {
				out <- strings.Join(event, "\n")
			}
			event = nil
		}
	}()
	t.Cleanup(func() { cancel(); <-done; resp.Body.Close() })
	return out
}

func next(t *testing.T, events <-chan string, want ...string) string {
	t.Helper()
	select {
	case e := <-events:
		for _, w := range want {
			if !strings.Contains(e, w) {
				t.Fatalf("no %q in %s", w, e)
			}
		}
		return e
	case <-time.After(20 * time.Second):
		t.Fatalf("nothing came that holds %q", want)
		return ""
	}
}

// TestEvents: what happens is told as it happens, to whom may know of it; who was cut off goes on where it was; a correction and a retraction reach who
// got the original, though the filter no longer selects it.
func TestEvents(t *testing.T) {
	h := filled(t)
	s := serve(t, h)
	all, german, member := listen(t, s.URL+"/events"), listen(t, s.URL+"/events?country=DE"), listen(t, s.URL+"/events?country=DE", "As", "acme")
	h.Say(0, At(Incident(4, "Lathe stopped", "2022-01-01", watch.Facts{Victims: []watch.Victim{{Countries: []string{"DE"}}}}), 1, 0))
	first := next(t, all, "event: incident.published", "Lathe stopped")
	next(t, german, "event: incident.published", "Lathe stopped")
	next(t, member, "Lathe stopped")
	h.Say(0, At(Incident(5, "Secret lathe", "2022-01-02", watch.Facts{Victims: []watch.Victim{{Countries: []string{"DE"}}}}), 1, 2))
	next(t, member, "Secret lathe", "TLP:RED")
	h.Say(0, At(Claim(2, 4, 1, 1, "technical"), 1, 0))
	next(t, german, "event: claim.added", "Attributed to Group A by Vendor")
	h.Say(1, At(Stance(2, ID("relationship", 2), 2, "deny"), 1, 0))
	next(t, german, "event: stance.added", "Ministry denies: stance 2")
	h.Say(0, At(Incident(4, "Lathe stopped", "2022-01-01", watch.Facts{RecordState: "corrected", StateWhy: "It stood in Austria.", Victims: []watch.Victim{{Countries: []string{"AT"}}}}), 2, 0))
	next(t, german, "event: incident.corrected", "It stood in Austria.")
	h.Say(0, At(Incident(4, "Lathe stopped", "2022-01-01", watch.Facts{RecordState: "retracted", StateWhy: "It never stopped."}), 3, 0))
	next(t, german, "event: incident.retracted", "It never stopped.")
	id, _, _ := strings.Cut(strings.TrimPrefix(first, "id: "), "\n")
	late := listen(t, s.URL+"/events", "Last-Event-ID", id)
	for _, want := range []string{"claim.added", "stance.added", "incident.corrected", "incident.retracted"} {
		next(t, late, "event: "+want)
	}
	next(t, listen(t, s.URL+"/events", "Last-Event-ID", "9000000000000000"), "event: reset")
}

// TestTakenBack: that a claim or an answer was recorded in error is told to who asked for what it said, with the reason; and the feed has it at the top, not
// further down than before.
func TestTakenBack(t *testing.T) {
	h := filled(t)
	s := serve(t, h)
	h.Say(0, At(Incident(4, "Lathe stopped", "2022-01-01", watch.Facts{}), 1, 0), At(Claim(5, 4, 2, 1, "technical"), 1, 0), At(Stance(5, ID("incident", 4), 2, "deny"), 1, 0))
	named, denied, german := listen(t, s.URL+"/events?accused="+ID("intrusion-set", 2)), listen(t, s.URL+"/events?status=denied&q=lathe"), listen(t, s.URL+"/events?country=DE")
	h.Say(0, At(Incident(2, "Mill stopped", "2020-01-01", watch.Facts{}), 2, 0)) // changed after
	void := func(o *stix.Value) *stix.Value { o.Set("revoked", stix.NewBool(true)); return At(o, 2, 0) }
	claim, err := watch.ReadClaim(At(Claim(5, 4, 2, 1, "technical"), 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	claim.Terms.StateWhy = "It was another lathe."
	h.Say(0, void(Stance(5, ID("incident", 4), 2, "deny")))
	next(t, denied, "event: stance.withdrawn", "Ministry denies: recorded in error")
	next(t, named, "event: stance.withdrawn")
	h.Say(0, void(claim.Object()))
	next(t, named, "event: claim.withdrawn", "recorded in error. It was another lathe.")
	h.Say(0, At(Incident(6, "Loom stopped", "2022-01-03", watch.Facts{Victims: []watch.Victim{{Countries: []string{"DE"}}}}), 1, 0))
	next(t, german, "event: incident.published", "Loom") // and nothing before
	_, feed := get(t, s.URL+"/incidents.json")
	if i, j := strings.Index(feed, "Lathe stopped"), strings.Index(feed, "Mill stopped"); i < 0 || j < i || !strings.Contains(feed, "It was another lathe.") {
		t.Errorf("the lathe stands at %d, the mill at %d, in %s", i, j, feed)
	}
}

// TestMergersAndNames: that a record goes on in another is told to who follows it, and that it does so no more; a new name of an actor is told once to who
// follows an incident that names it, and to nobody else.
func TestMergersAndNames(t *testing.T) {
	h := filled(t)
	s := serve(t, h)
	german, american := listen(t, s.URL+"/events?country=DE"), listen(t, s.URL+"/events?country=US")
	h.Say(1, At(Tie(7, "duplicate-of", 2, 1), 1, 0))
	next(t, american, "event: incident.merged", "It goes on in Plans taken. tie 7", `"record_state":"merged"`)
	back := At(Tie(7, "duplicate-of", 2, 1), 2, 0)
	back.Set("revoked", stix.NewBool(true))
	h.Say(1, back)
	next(t, american, "event: incident.updated", "no longer said to be the same as Plans taken")
	h.Say(1, At(Tie(8, "distinct-from", 2, 1), 1, 0), At(Tie(9, "duplicate-of", 2, 1), 1, 0)) // disputed: nothing becomes of it
	h.Say(0, At(Named("identity", 2, "Ministry of the Interior"), 2, 0))                      // it answers, and no claim names it
	h.Say(0, At(Named("intrusion-set", 1, "Group A"), 2, 0), At(Named("intrusion-set", 1, "Group Alpha"), 3, 0))
	next(t, german, "event: actor.renamed", "Group A is called Group Alpha now. Incidents that name it: 1.", "Plans taken")
	h.Say(0, At(Incident(6, "Mail read again", "2021-05-03", watch.Facts{Victims: []watch.Victim{{Countries: []string{"US"}}}}), 1, 0))
	next(t, american, "event: incident.published", "Mail read again")
}

// TestBurst: who asks for at most so many an hour gets one item for an hour with more, which counts them all, and of a stream one event after those that are told; a
// table has every row.
func TestBurst(t *testing.T) {
	h := filled(t)
	s := serve(t, h)
	stream := listen(t, s.URL+"/events?burst=1")
	for n := 4; n < 8; n++ {
		h.Say(0, At(Incident(n, "Lathe stopped", "2022-01-01", watch.Facts{}), 1, 0))
	}
	next(t, stream, "event: incident.published", "Lathe stopped")
	next(t, stream, "event: burst", "More than 1 events came within an hour", "/incidents?by=added")
	for _, path := range []string{"/incidents.json?burst=2", "/incidents.json?burst=99"} {
		_, body := get(t, s.URL+path)
		var feed struct{ Items []struct{ ID, Title string } }
		if err := json.Unmarshal([]byte(body), &feed); err != nil {
			t.Fatal(err)
		}
		n, sums := 0, 0
		for _, it := range feed.Items {
			count, _, sum := strings.Cut(it.Title, " incidents came in or changed between ")
			if c, err := strconv.Atoi(count); sum && err == nil {
				n, sums = n+c, sums+1
			} else {
				n++
			}
		}
		if n != 6 || (sums > 0) != (path == "/incidents.json?burst=2") {
			t.Errorf("%s tells of %d incidents, %d times in sum: %s", path, n, sums, body)
		}
	}
	if _, body := get(t, s.URL+"/incidents.atom?burst=2"); !strings.Contains(body, "incidents came in or changed between") || !strings.Contains(body, "incidents.atom?burst=2#20") {
		t.Error(body)
	}
	for _, bad := range []string{"/incidents.csv?burst=2", "/incidents.atom?burst=0", "/events?burst=many"} {
		if resp, _ := get(t, s.URL+bad); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", bad, resp.Status)
		}
	}
}
