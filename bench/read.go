package main

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

// measureRead asks stores that hold many objects for single ones, values, pages and words.
func (b *bench) measureRead(ctx context.Context) error {
	for _, n := range b.held {
		if err := b.readFrom(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// begin puts a table of all engines into the report; false says that there is no room for n objects, which the table says too.
func (b *bench) begin(t *table, n int) bool {
	for _, e := range b.engines {
		t.systems = append(t.systems, e.name)
	}
	b.report.add(t)
	why := b.lacksRoom(n)
	if why != "" {
		t.skip(row{what: "all"}, t.systems[0], why)
	}
	return why == ""
}

// readFrom fills a store of each engine with n objects, and reads them in turn.
func (b *bench) readFrom(ctx context.Context, n int) error {
	t := newTable(fmt.Sprintf("Reading, %s objects held", thousands(n)),
		"Pages as the public sees them, TAXII as an organisation. Several clients walk the same pages, as pollers do.")
	if !b.begin(t, n) {
		return nil
	}
	held, err := b.hold(ctx, n)
	if err != nil {
		return err
	}
	known := sample(newGenerator(1).objects(n), n/1000)
	for range b.rounds {
		for i, e := range b.engines {
			if err := b.read(ctx, t, e.name, held[i], known); err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
		}
	}
	for _, h := range held {
		h.store.drop()
	}
	return nil
}

// holding is a store with objects, and how it is read.
type holding struct {
	store store
	x     exchange // not running: token, collection, database
}

// hold imports the objects into a store of each engine, and makes a reader.
func (b *bench) hold(ctx context.Context, n int) (list []holding, err error) {
	for _, e := range b.engines {
		h := holding{x: exchange{database: e.database}}
		if h.store, err = b.fill(ctx, e, n); err != nil {
			return nil, err
		}
		if err := b.furnish(ctx, &h.x, h.store.data, 0); err != nil {
			return nil, err
		}
		id, err := output(ctx, nil, b.binary, "collection", "add", "Everything", "--source", source, "--data", h.store.data)
		if err != nil {
			return nil, err
		}
		h.x.collections = []string{id}
		list = append(list, h)
	}
	return list, nil
}

// fill returns a store of n objects: that of the imports, or a new one.
func (b *bench) fill(ctx context.Context, e engine, n int) (store, error) {
	if st, ok := b.filled[filling{e.name, n}]; ok {
		return st, nil
	}
	return b.fillWith(ctx, e, n, newGenerator(1).objects(n))
}

// fillWith returns a new store of n objects.
func (b *bench) fillWith(ctx context.Context, e engine, n int, objects iter.Seq[string]) (store, error) {
	file, err := b.bundle(n, objects)
	if err != nil {
		return store{}, err
	}
	defer os.Remove(file)
	st, err := e.make(ctx)
	if err != nil {
		return st, err
	}
	progress("importing %s objects into %s", thousands(n), e.name)
	_, _, _, err = b.load(ctx, st, file)
	return st, err
}

// read measures one store in one round.
func (b *bench) read(ctx context.Context, t *table, name string, h holding, known []thing) error {
	dir, err := b.scratch("serve")
	if err != nil {
		return err
	}
	x := h.x
	start := time.Now()
	if err := b.serve(ctx, &x, dir, h.store.data); err != nil {
		return err
	}
	defer x.stop()
	t.add(row{what: "serve, to the first page", unit: "ms", less: true}, name, figure{rate: time.Since(start).Seconds() * 1e3})
	time.Sleep(settle)
	t.addMemory("after the start", name, x.process, x.database)
	r := &reading{visit: visit{bench: b, t: t, system: name, x: &x, http: x.client(b.timeout())}, web: newClient(http.Header{"Accept": {"text/html"}}, b.timeout()),
		site: strings.TrimSuffix(x.api, "api1/"), known: known}
	defer r.http.close()
	defer r.web.close()
	if err := r.check(ctx); err != nil {
		return err
	}
	if err := r.all(ctx); err != nil {
		return err
	}
	t.addMemory("after all this", name, x.process, x.database)
	r.lookup(ctx, h.store.data)
	return ctx.Err()
}

// reading is a visit to a store that holds many objects.
type reading struct {
	visit
	web   *client
	site  string
	known []thing
	turn  atomic.Int64
}

// pick returns known objects in turn.
func (r *reading) pick() thing { return r.known[int(r.turn.Add(1))%len(r.known)] }

// check makes sure that what is measured answers with what it should.
func (r *reading) check(ctx context.Context) error {
	o := r.pick()
	for _, try := range []struct {
		c   *client
		url string
	}{
		{r.http, r.x.collection(0) + "objects/" + o.id + "/"},
		{r.web, r.site + "objects/" + o.id},
		{r.web, r.site + "search?q=" + url.QueryEscape(o.value)},
	} {
		body, err := fetch(ctx, try.c, try.url)
		if err != nil {
			return err
		}
		if !strings.Contains(string(body), o.id) {
			return fmt.Errorf("%s does not show %s", try.url, o.id)
		}
	}
	return nil
}

func (r *reading) all(ctx context.Context) error {
	typing := make([]typist, r.clients[len(r.clients)-1])
	for _, page := range []struct {
		what string
		path func(client int) string
	}{
		{"page /", func(int) string { return "" }},
		{"page of an object", func(int) string { return "objects/" + r.pick().id }},
		{"search for a value", func(int) string { return "search?q=" + url.QueryEscape(r.pick().value) }},
		{"search while typing", func(client int) string { return "search?q=" + url.QueryEscape(typing[client].next(r)) }},
	} {
		err := r.ask(ctx, page.what, "requests/s", func(client int) (work, error) {
			a, err := r.web.get(ctx, r.site+page.path(client))
			return work{units: 1, bytes: a.bytes}, err
		})
		if err != nil {
			return err
		}
	}
	return r.taxii(ctx)
}

func (r *reading) taxii(ctx context.Context) error {
	err := r.ask(ctx, "TAXII, latest version by id", "requests/s", func(int) (work, error) {
		a, err := r.http.get(ctx, r.x.collection(0)+"objects/"+r.pick().id+"/")
		return work{units: 1, bytes: a.bytes}, err
	})
	if err != nil {
		return err
	}
	cursors := make([]string, r.clients[len(r.clients)-1])
	return r.ask(ctx, "TAXII, page after page of 1,000", "objects/s", func(client int) (work, error) {
		a, err := r.http.get(ctx, r.x.objects(0, 1000, cursors[client]))
		cursors[client] = a.next
		return work{units: 1000, bytes: a.bytes}, err
	})
}

// typist types one word after the other, letter by letter.
type typist struct {
	word string
	n    int
}

func (t *typist) next(r *reading) string {
	if t.n++; t.n > len(t.word) {
		t.word, t.n = r.pick().word, min(2, len(t.word)+1)
	}
	return t.word[:min(t.n, len(t.word))]
}

// lookup runs the command, start and end of the process included.
func (r *reading) lookup(ctx context.Context, data string) {
	f := drive(ctx, 1, r.budget, r.most, func(int) (work, error) {
		_, err := output(ctx, nil, r.binary, "lookup", "--data", data, r.pick().value)
		return work{units: 1}, err
	})
	r.t.add(row{what: "threatwatch lookup", unit: "runs/s", clients: 1}, r.system, f)
}

// thing is an object that is held, with a value in it and a word that finds it.
type thing struct{ id, value, word string }

var (
	valuePattern = regexp.MustCompile(`(?:= '|"value":"|"SHA-256":")([^'"]+)`)
	namePattern  = regexp.MustCompile(`"name":"([^" ]+)`)
)

// sample returns one in so many of the objects, of those with values, in random order.
func sample(objects iter.Seq[string], every int) (list []thing) {
	i := 0
	for raw := range objects {
		if i++; i%max(1, every) != 0 {
			continue
		}
		id, value, word := idPattern.FindStringSubmatch(raw), valuePattern.FindStringSubmatch(raw), namePattern.FindStringSubmatch(raw)
		if value != nil && word != nil {
			list = append(list, thing{id[1], value[1], word[1]})
		}
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}
