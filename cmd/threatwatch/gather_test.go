package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch/intake"
	"threatwatch/internal/pyenv"
	"threatwatch/stix"
	"threatwatch/store"
	"threatwatch/watch"
)

// poller is an unmodified OASIS client that asks a collection again and again, each time from where it stood.
type poller struct {
	t              *testing.T
	python, script string
	URL            string `json:"url"`
	Title          string `json:"title"`
	After          string `json:"after"`
	got            []string
}

// poll asks once and remembers what came: type, number, day of the version, and whether that revokes it.
func (p *poller) poll() {
	p.t.Helper()
	job, err := json.Marshal(p)
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.CommandContext(p.t.Context(), p.python, p.script)
	cmd.Stdin = bytes.NewReader(job)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("%v: %s", err, errs.String())
	}
	var answer struct {
		Objects [][3]any
		After   string
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		p.t.Fatal(err, string(out))
	}
	p.After = answer.After
	for _, o := range answer.Objects {
		id := o[0].(string)
		typ, rest, _ := strings.Cut(id, "--")
		p.got = append(p.got, fmt.Sprintf("%s %s v%s%s", typ, strings.TrimLeft(rest[:8], "0"), strings.TrimLeft(o[1].(string)[8:10], "0"), map[bool]string{true: " revoked"}[o[2].(bool)]))
	}
}

// expect polls until something came, and it must be what is wanted, each once.
func (p *poller) expect(when string, want ...string) {
	p.t.Helper()
	for begin := time.Now(); len(p.got) < len(want) && time.Since(begin) < 2*time.Minute; {
		p.poll()
	}
	slices.Sort(p.got)
	slices.Sort(want)
	if !slices.Equal(p.got, want) {
		p.t.Fatalf("%s: %v came, not %v", when, p.got, want)
	}
	p.got = nil
}

// table is what the feed tells of all incidents, with when each was added and changed.
func table(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url + "/incidents.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), "German mill") {
		t.Fatalf("%s %v", body, err)
	}
	return string(body)
}

// TestCollectionOfAFilter: a filter of the watch is a collection. A client that goes on from where it stood gets an incident with claim and denial when it
// is selected, though they were held before; every correction after that, though the filter selects it no more; a claim that is revoked; a retraction; and nothing
// twice. What only some may see is neither in it nor selects anything.
func TestCollectionOfAFilter(t *testing.T) {
	t.Parallel()
	python, script := pyenv.Python(t), pyenv.Script(t, "poll.py")
	dir := t.TempDir()
	url := serveHere(t, "title = \"Test\"\n", dir)
	n := 0
	tw := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), append(args, "--data", filepath.Join(dir, "data")), strings.NewReader(""), &out, &errs); code != exitFine {
			t.Fatalf("%v: exit %d: %s", args, code, errs.String())
		}
		return strings.TrimSpace(out.String())
	}
	say := func(objects ...string) {
		t.Helper()
		n++
		file := filepath.Join(dir, fmt.Sprint(n, ".json"))
		if err := os.WriteFile(file, []byte("["+strings.Join(objects, ",")+"]"), 0o600); err != nil {
			t.Fatal(err)
		}
		tw("import", "--source", "feed", file)
	}
	in := func(country, state string) watch.Facts {
		return watch.Facts{RecordState: state, StateWhy: state, Victims: []watch.Victim{{Countries: []string{country}}}}
	}
	const clear, red = clearMark, "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
	say(named("intrusion-set", 1, "Group A", clear), named("identity", 1, "Vendor", clear), named("identity", 2, "Ministry", clear))
	say(written(act(1, "German mill", in("DE", "published")), 1, clear), written(act(2, "French mill", in("FR", "published")), 1, clear), written(act(3, "Secret German mill", in("DE", "published")), 1, red))
	say(written(accuse(1, 1, 1, 1, watch.Terms{}), 1, clear), written(accuse(2, 2, 1, 1, watch.Terms{}), 1, clear), written(accuse(3, 1, 1, 1, watch.Terms{}), 1, red))
	say(written(answer(1, wid("relationship", 1), 2, "deny", "No."), 1, clear))
	before := table(t, url)
	tw("collection", "add", "German", "--watch", "country=DE", "--public")
	p := &poller{t: t, python: python, script: script, URL: url + "/taxii2/", Title: "German"}
	p.expect("at first", "incident 1 v1", "relationship 1 v1", "opinion 1 v1")
	if after := table(t, url); after != before {
		t.Errorf("to be selected is news to who reads the feeds:\n%s\nwas\n%s", after, before)
	}
	say(written(act(1, "German mill", in("AT", "corrected")), 2, clear), written(act(2, "French mill", in("DE", "corrected")), 2, clear))
	p.expect("corrected", "incident 1 v2", "incident 2 v1", "incident 2 v2", "relationship 2 v1")
	revoked := accuse(1, 1, 1, 1, watch.Terms{})
	revoked.Set("revoked", stix.NewBool(true))
	say(written(revoked, 2, clear), written(act(2, "French mill", in("DE", "retracted")), 3, clear), written(act(4, "Spanish mill", in("ES", "published")), 1, clear))
	p.expect("taken back", "relationship 1 v2 revoked", "incident 2 v3")
	p.poll()
	p.poll()
	if len(p.got) != 0 {
		t.Errorf("again came %v", p.got)
	}
	for _, bad := range [][]string{{"--watch", "colour=red"}, {"--watch", "country=DE", "--writable"}, {"--watch", "country=DE", "--type", "incident"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), append([]string{"collection", "add", "Bad", "--data", filepath.Join(dir, "data")}, bad...), nil, &out, &errs); code != exitCannot {
			t.Errorf("%v is taken: %s", bad, errs.String())
		}
	}
}

// TestGatheredForItsReaders: what a collection selects by is what all may see who may read it; another process that begins anew gathers nothing twice.
func TestGatheredForItsReaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const green, red = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
	facts := watch.Facts{Victims: []watch.Victim{{Countries: []string{"IS"}}}}
	s.say(named("intrusion-set", 1, "Group A", clearMark), named("identity", 1, "Vendor", clearMark))
	s.say(written(act(1, "Open lathe", facts), 1, clearMark), written(act(2, "Shared lathe", facts), 1, green), written(act(3, "Hidden lathe", facts), 1, red), written(act(4, "Accused in secret", watch.Facts{}), 1, clearMark))
	s.say(written(accuse(1, 4, 1, 1, watch.Terms{}), 1, red))
	in := intake.New(s.st, time.Now)
	for title, want := range map[string]string{"public": "1", "members": "12"} {
		c, err := in.AddGathering(t.Context(), store.Collection{Title: title, Public: title == "public"}, "q=lathe&country=IS")
		if err != nil {
			t.Fatal(err)
		}
		secret, err := in.AddGathering(t.Context(), store.Collection{Title: title + ", accused", Public: title == "public"}, "accused=Group+A&q=secret")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			g, err := (&app{ctx: t.Context()}).newGatherer(s.st)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := g.all(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := s.gathered(c); got != want {
			t.Errorf("%s: incidents %q are gathered, not %q", title, got, want)
		}
		if got := s.gathered(secret); got != "" {
			t.Errorf("%s: %q is gathered by a claim that not all may see", title, got)
		}
	}
}

// gathered are the numbers of the objects in a collection, each version of each, ascending.
func (s *site) gathered(c store.Collection) string {
	s.t.Helper()
	var numbers []string
	err := s.st.Read(s.t.Context(), func(sn store.Snapshot) error {
		q := store.Query{Labels: everything{}, Collections: []store.CollectionID{c.ID}, Version: store.Version{All: true}, NoBodies: true}
		return sn.Members(s.t.Context(), q, func(r *store.Row) error {
			_, rest, _ := strings.Cut(r.ID, "--")
			numbers = append(numbers, strings.TrimLeft(rest[:8], "0"))
			return nil
		})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(numbers)
	return strings.Join(numbers, "")
}
