package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"strconv"
	"sync/atomic"
)

// pageSizes are the limits that are asked for.
var pageSizes = []int{100, 1000}

// envelopeSizes are how many objects are posted at once.
var envelopeSizes = []int{100, 1000}

// maxClients is how many ways of adding there are at most: each needs objects and a collection of its own.
const maxClients = 3

// newSets makes the objects of a visit: the first set fills the collection that is read, the others are added in other ways.
func newSets(n int) []set {
	sets := make([]set, 1+len(envelopeSizes)*maxClients)
	for i := range sets {
		sets[i] = newSet(uint64(100+i), n)
	}
	return sets
}

// visit is one system in one round.
type visit struct {
	*bench
	t      *table
	system string
	sets   []set
	x      *exchange
	http   *client
}

// visit starts a system, measures it, and stops it.
func (b *bench) visit(ctx context.Context, t *table, s system, sets []set) error {
	dir, err := b.scratch(s.name)
	if err != nil {
		return err
	}
	x, err := s.start(ctx, dir, len(sets))
	if err != nil {
		return err
	}
	defer x.stop()
	v := &visit{bench: b, t: t, system: s.name, sets: sets, x: x, http: x.client(b.plan)}
	defer v.http.close()
	if s.reads {
		v.pages(ctx)
		return ctx.Err()
	}
	if err := v.fill(ctx); err != nil {
		return err
	}
	v.pages(ctx)
	v.objects(ctx)
	if err := v.filters(ctx); err != nil {
		return err
	}
	v.python(ctx)
	t.addMemory("after reading", s.name, x.process)
	v.adds(ctx)
	return ctx.Err()
}

// fill posts the first set into the first collection.
func (v *visit) fill(ctx context.Context) error {
	for i := 0; i < len(v.sets[0]); i += 1000 {
		part := v.sets[0][i:min(i+1000, len(v.sets[0]))]
		if _, err := v.http.do(ctx, "POST", v.x.collection(0)+"objects/", part.envelope()); err != nil {
			return fmt.Errorf("filling a collection: %w", err)
		}
	}
	return nil
}

// ask measures one kind of request with each number of clients; what would take too long is left out, and says so.
func (v *visit) ask(ctx context.Context, what, unit string, step func(client int) (work, error)) {
	var one figure
	for _, n := range v.clients {
		r := row{what: what, unit: unit, clients: n}
		if wait := int64(one.turn) * int64(n); wait > int64(v.patience) {
			v.skip(r, fmt.Sprintf("one takes %s", short(one.turn)))
			continue
		}
		f := drive(ctx, n, v.budget, step)
		if n == 1 {
			one = f
		}
		if f.done == 0 {
			v.skip(r, fmt.Sprintf("fails: %v", f.err))
			continue
		}
		v.t.add(r, v.system, f)
		if unit == "objects/s" && f.mbps > 0 {
			v.t.add(row{what: what, unit: "MB/s", clients: n}, v.system, f)
		}
	}
}

func (v *visit) skip(r row, why string) { v.t.skip(r, v.system, why) }

// pages reads the whole collection, page after page, as often as the budget allows.
func (v *visit) pages(ctx context.Context) {
	for _, limit := range pageSizes {
		walks := make([]walk, v.clients[len(v.clients)-1])
		v.ask(ctx, fmt.Sprintf("all pages of %s", thousands(limit)), "objects/s", func(client int) (work, error) {
			return walks[client].step(ctx, v, limit)
		})
	}
}

// walk is a client's way through the pages of the first collection.
type walk struct {
	next string
	seen int
}

func (w *walk) step(ctx context.Context, v *visit, limit int) (work, error) {
	a, err := v.http.get(ctx, v.x.objects(0, limit, w.next))
	if err != nil {
		*w = walk{}
		return work{}, err
	}
	n := min(limit, len(v.sets[0])-w.seen)
	w.next, w.seen = a.next, w.seen+n
	if w.next != "" {
		return work{units: n, bytes: a.bytes, more: true}, nil
	}
	if w.seen < len(v.sets[0]) {
		err = fmt.Errorf("the pages end after %d objects of %d", w.seen, len(v.sets[0]))
	}
	*w = walk{}
	return work{units: n, bytes: a.bytes}, err
}

// objects asks for single objects in random order.
func (v *visit) objects(ctx context.Context) {
	order := rand.New(rand.NewPCG(1, 1)).Perm(len(v.sets[0]))
	var turn atomic.Int64
	v.ask(ctx, "object by id", "requests/s", func(int) (work, error) {
		o := v.sets[0][order[int(turn.Add(1))%len(order)]]
		a, err := v.http.get(ctx, v.x.collection(0)+"objects/"+o.id+"/")
		return work{units: 1, bytes: a.bytes}, err
	})
}

// filters asks for the reports, and for what was added after the middle. TAXII 2.1 §3.4.
func (v *visit) filters(ctx context.Context) error {
	middle, err := v.middle(ctx)
	if err != nil {
		return err
	}
	for _, f := range []struct{ what, query string }{
		{"match[type]=report, first 100", "match[type]=report&limit=100"},
		{"added_after the middle, first 100", "added_after=" + url.QueryEscape(middle) + "&limit=100"},
	} {
		v.ask(ctx, f.what, "requests/s", func(int) (work, error) {
			a, err := v.http.get(ctx, v.x.collection(0)+"objects/?"+f.query)
			return work{units: 1, bytes: a.bytes}, err
		})
	}
	return nil
}

// middle is when the object in the middle of the first collection was added.
func (v *visit) middle(ctx context.Context) (string, error) {
	a, err := v.http.get(ctx, v.x.objects(0, min(1000, len(v.sets[0])/2), ""))
	if err == nil && a.last == "" {
		err = fmt.Errorf("a page has no X-TAXII-Date-Added-Last")
	}
	return a.last, err
}

// adds posts each of the other sets into a collection of its own, until all is in or the budget is spent.
func (v *visit) adds(ctx context.Context) {
	i := 0
	for _, size := range envelopeSizes {
		for _, n := range v.clients {
			i++
			var envelopes [][]byte
			for rest := v.sets[i]; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				envelopes = append(envelopes, rest[:min(size, len(rest))].envelope())
			}
			v.add(ctx, row{what: "add, envelopes of " + thousands(size), unit: "objects/s", clients: n}, i, size, envelopes)
		}
	}
}

func (v *visit) add(ctx context.Context, r row, collection, size int, envelopes [][]byte) {
	var turn atomic.Int64
	f := drive(ctx, r.clients, v.budget, func(int) (work, error) {
		k := int(turn.Add(1)) - 1
		if k >= len(envelopes) {
			return work{}, errDone
		}
		_, err := v.http.do(ctx, "POST", v.x.collection(collection)+"objects/", envelopes[k])
		return work{units: min(size, len(v.sets[collection])-k*size)}, err
	})
	if f.done == 0 {
		v.skip(r, fmt.Sprintf("fails: %v", f.err))
		return
	}
	v.t.add(r, v.system, f)
}

// python reads the collection with the client that most others use.
func (v *visit) python(ctx context.Context) {
	for _, limit := range pageSizes {
		r := row{what: fmt.Sprintf("taxii2-client, all pages of %s", thousands(limit)), unit: "objects/s", clients: 1}
		f, err := v.readWithPython(ctx, limit)
		if err != nil {
			v.skip(r, err.Error())
			continue
		}
		v.t.add(r, v.system, f)
	}
}

func (v *visit) readWithPython(ctx context.Context, limit int) (figure, error) {
	bin, err := v.venv(ctx, "taxii2-client")
	if err != nil {
		return figure{}, err
	}
	program, err := script(v.dir, "taxii2_client.py")
	if err != nil {
		return figure{}, err
	}
	text, err := output(ctx, nil, filepath.Join(bin, "python"), program, v.x.collection(0), v.x.authorization, strconv.Itoa(limit), fmt.Sprint(v.budget.Seconds()))
	if err != nil {
		return figure{}, err
	}
	var got struct {
		Objects int
		Seconds float64
		Pages   []float64
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		return figure{}, err
	}
	return summarise(durations(got.Pages), got.Objects, 0, seconds(got.Seconds)), nil
}
