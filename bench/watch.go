package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// catalogues are what others publish of incidents, below the folder of public test data.
var catalogues = []struct{ source, file string }{
	{"vcdb", "vcdb/vcdb-incidents.ndjson.gz"},
	{"eurepoc", "incidents/eurepoc/EuRepoC_Global_Database_1.1.csv.gz"},
	{"cfr", "incidents/cfr/cyber-operations-incidents.csv"},
	{"leak sites", "incidents/ransomwatch/posts.json.gz"},
	{"ukraine", "incidents/ukraine-war-operations/paper_analysis_corpus.csv.gz"},
	{"ics", "incidents/ics-advisories/CISA_ICS_ADV_Master.csv.gz"},
	{"kev", "kev/known_exploited_vulnerabilities.json"},
	{"csaf", "csaf/cisa-ot-2024"},
}

// watched are the pages of the watch that are asked for in turn; that of an incident comes to them.
var watched = []string{"", "incidents", "incidents?sector=healthcare", "actors", "trends", "map", "about/method", "incidents.atom"}

// What the pages are asked beside. Something that comes in brings a label new to all views once in so many times.
const (
	changeEvery   = 2 * time.Second
	newLabelEvery = 5
	betweenPages  = 20 * time.Millisecond
)

// measureWatch asks for the pages of the watch with many incidents held, as the public and as a member, at rest and while something comes in; and as members of more
// and more organisations.
func (b *bench) measureWatch(ctx context.Context) error {
	st, err := b.engines[0].make(ctx)
	if err != nil {
		return err
	}
	defer st.drop()
	t := newTable("Pages of the watch", "One client each as the public and as a member, at the same time, ask for the pages in turn, "+short(betweenPages)+" between an answer and the next request, for "+
		short(b.looked)+" at rest and as long while an incident with a claim comes in every "+short(changeEvery)+", one in "+strconv.Itoa(newLabelEvery)+" of them under a label that is new.", states[:]...)
	b.report.add(t)
	if err := b.chronicles(ctx, st); err != nil {
		return err
	}
	x := &exchange{}
	if err := b.furnish(ctx, x, st.data, 1); err != nil {
		return err
	}
	members, err := b.members(ctx, st)
	if err != nil {
		return err
	}
	dir, err := b.scratch("serve")
	if err != nil {
		return err
	}
	start := time.Now()
	if err := b.serve(ctx, x, dir, st.data); err != nil {
		return err
	}
	defer x.stop()
	w := newWatching(b, t, x)
	defer w.close()
	t.add(row{what: "serve, to the first page", unit: "ms", less: true}, states[0], figure{rate: time.Since(start).Seconds() * 1e3})
	if err := w.warm(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{w.rest, w.change, func(ctx context.Context) error { return w.many(ctx, members) }} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// chronicles imports the catalogues of the plan; where the folder of public test data is not there, as many generated incidents.
func (b *bench) chronicles(ctx context.Context, st store) error {
	root := or(os.Getenv("THREATWATCH_DATA"), filepath.Join("..", "shared", "data"))
	if _, err := os.Stat(root); err != nil {
		b.report.add(note("The folder of public test data is not there: the incidents are " + thousands(b.incidents) + " generated ones."))
		file, err := b.bundle(b.incidents, newChronicle(1).all(b.incidents))
		if err != nil {
			return err
		}
		defer os.Remove(file)
		_, _, _, err = b.load(ctx, st, file)
		return err
	}
	for _, c := range catalogues[:b.catalogues] {
		progress("importing %s", c.source)
		if _, err := output(ctx, nil, b.binary, "import", "--data", st.data, "--source", c.source, "--tlp", "clear", filepath.Join(root, c.file)); err != nil {
			return err
		}
	}
	return nil
}

// members are headers of members of as many organisations as the plan has.
func (b *bench) members(ctx context.Context, st store) (list []http.Header, err error) {
	for i := range b.organisations {
		name := fmt.Sprint("Member ", i)
		if _, err := output(ctx, nil, b.binary, "org", "add", name, "--data", st.data); err != nil {
			return nil, err
		}
		token, err := output(ctx, nil, b.binary, "token", "create", name, "--org", fmt.Sprint("member-", i), "--role", "reader", "--data", st.data)
		if err != nil {
			return nil, err
		}
		list = append(list, http.Header{"Authorization": {"Bearer " + token}})
	}
	return list, nil
}

// watching asks a running exchange for the pages of the watch.
type watching struct {
	*bench
	t     *table
	x     *exchange
	site  string
	looks [2]*client // the public, a member
	tells *client
	from  *chronicle
	said  int
}

// states are what the pages are asked in, by who asks: of the public and the member each at rest and while something comes in.
var states = [4]string{"public, at rest", "member, at rest", "public, changes", "member, changes"}

func newWatching(b *bench, t *table, x *exchange) *watching {
	const patience = time.Minute
	return &watching{bench: b, t: t, x: x, site: strings.TrimSuffix(x.api, "api1/"), tells: x.client(patience), from: newChronicle(2),
		looks: [2]*client{newClient(http.Header{}, patience), newClient(http.Header{"Authorization": {x.authorization}}, patience)}}
}

func (w *watching) close() {
	w.tells.close()
	for _, c := range w.looks {
		c.close()
	}
}

// pages are all that are asked for, and that of an incident which came in.
func (w *watching) pages() []string {
	return append(slices.Clone(watched), "incidents/"+w.from.slug(0))
}

// warm says who is told of and of one incident, and asks for each page once: the first of each time is told.
func (w *watching) warm(ctx context.Context) error {
	if err := w.post(ctx, w.from.cast()...); err != nil {
		return err
	}
	if err := w.tell(ctx); err != nil {
		return err
	}
	for i, c := range w.looks {
		for n, page := range w.pages() {
			start := time.Now()
			if _, err := c.get(ctx, w.site+page); err != nil {
				return fmt.Errorf("page /%s: %w", page, err)
			}
			if n == 0 {
				w.t.add(row{what: "first page of all", unit: "ms", less: true}, states[i], figure{rate: time.Since(start).Seconds() * 1e3})
			}
		}
	}
	return nil
}

// tell has the next incident and its claim come in; now and then they bear a marking that nothing else bears.
func (w *watching) tell(ctx context.Context) error {
	var objects, markings []string
	if w.said%newLabelEvery == newLabelEvery-1 {
		statement := fmt.Sprintf(`{"type":"marking-definition","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","definition_type":"statement","definition":{"statement":"generated %d"}}`,
			idOf("marking-definition", w.from.slug(w.said)), w.said)
		objects, markings = append(objects, statement), append(markings, idOf("marking-definition", w.from.slug(w.said)))
	}
	incident, claim := w.from.next(w.said, markings...)
	w.said++
	return w.post(ctx, append(objects, incident, claim)...)
}

func (w *watching) post(ctx context.Context, objects ...string) error {
	_, err := w.tells.do(ctx, "POST", w.x.collection(0)+"objects/", []byte(`{"objects":[`+strings.Join(objects, ",")+`]}`))
	return err
}

// rest asks while nothing comes in.
func (w *watching) rest(ctx context.Context) error { return w.look(ctx, states[:2]) }

// change asks while something comes in, and makes sure that the last of it is shown then.
func (w *watching) change(ctx context.Context) error {
	over, told := make(chan struct{}), make(chan error, 1)
	go func() { told <- w.keepTelling(ctx, over) }()
	err := w.look(ctx, states[2:])
	close(over)
	if said := <-told; err != nil || said != nil {
		return errors.Join(err, said)
	}
	for _, c := range w.looks {
		if _, err := c.get(ctx, w.site+"incidents/"+w.from.slug(w.said-1)); err != nil {
			return fmt.Errorf("what came in last is not shown: %w", err)
		}
	}
	return nil
}

// keepTelling has something come in again and again until it is over.
func (w *watching) keepTelling(ctx context.Context, over <-chan struct{}) error {
	for {
		select {
		case <-over:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(changeEvery):
		}
		if err := w.tell(ctx); err != nil {
			return fmt.Errorf("saying something: %w", err)
		}
	}
}

// look has both ask for the pages in turn, and sums up by page.
func (w *watching) look(ctx context.Context, states []string) error {
	var (
		both   sync.WaitGroup
		failed [2]error
		times  [2]map[string][]time.Duration
	)
	used := w.x.used()
	for i, c := range w.looks {
		both.Go(func() { times[i], failed[i] = w.turn(ctx, c) })
	}
	both.Wait()
	for i, state := range states {
		if failed[i] != nil {
			return failed[i]
		}
		all := slices.Concat(slices.Collect(maps.Values(times[i]))...)
		for _, page := range w.pages() {
			w.summed(page, state, times[i][page])
		}
		w.summed("…, all of these", state, all)
	}
	w.t.add(row{what: "processor time of the server, of both who ask", unit: "s a minute", less: true}, states[0], figure{rate: (w.x.used() - used).Minutes() / w.looked.Minutes() * 60})
	w.t.addMemory("after that", states[0], w.x.process)
	return nil
}

// slowest is the unit of what is told of many requests beside their percentiles.
const slowest = "ms, the slowest"

// summed notes the slowest of some requests beside their percentiles.
func (w *watching) summed(page, state string, times []time.Duration) {
	if page == w.pages()[len(watched)] {
		page = "incidents/…"
	}
	f := summarise(times, len(times), 0, w.looked)
	f.rate = f.slowest.Seconds() * 1e3
	w.t.add(row{what: "page /" + page, unit: slowest, less: true}, state, f)
}

// turn asks for the pages in turn until the time is over.
func (w *watching) turn(ctx context.Context, c *client) (map[string][]time.Duration, error) {
	times := map[string][]time.Duration{}
	pages := w.pages()
	for n, start := 0, time.Now(); time.Since(start) < w.looked; n++ {
		page, asked := pages[n%len(pages)], time.Now()
		if _, err := c.get(ctx, w.site+page); err != nil {
			return nil, fmt.Errorf("page /%s: %w", page, err)
		}
		times[page] = append(times[page], time.Since(asked))
		time.Sleep(betweenPages)
	}
	return times, nil
}

// many has members of many organisations ask for the first page, twice in turn.
func (w *watching) many(ctx context.Context, members []http.Header) error {
	used := w.x.used()
	for _, when := range []string{"first", "second"} {
		var times []time.Duration
		for _, header := range members {
			c := newClient(header, time.Minute)
			start := time.Now()
			_, err := c.get(ctx, w.site)
			c.close()
			if err != nil {
				return err
			}
			times = append(times, time.Since(start))
		}
		f := summarise(times, len(times), 0, w.looked)
		f.rate = f.slowest.Seconds() * 1e3
		w.t.add(row{what: fmt.Sprintf("page / of members of %d more organisations, the %s", len(members), when), unit: slowest, less: true}, states[1], f)
	}
	w.t.add(row{what: "processor time of the server for both", unit: "s", less: true}, states[1], figure{rate: (w.x.used() - used).Seconds()})
	w.t.addMemory("after that", states[1], w.x.process)
	return nil
}
