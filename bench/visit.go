package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"sync/atomic"
	"time"
)

// pageSizes are the limits that are asked for.
var pageSizes = []int{100, 1000}

// envelopeSizes are how many objects are posted at once.
var envelopeSizes = []int{100, 1000}

// maxClients is how many ways of adding there are at most: each needs objects and a collection of its own.
const maxClients = 3

// newSets makes the objects of a visit: the first set fills the collection that is read, the second is added by the Python client,
// the others in other ways.
func newSets(n int) []set {
	sets := make([]set, 2+len(envelopeSizes)*maxClients)
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
	end    time.Time // no row is begun after it; zero: no matter when
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
	v := &visit{bench: b, t: t, system: s.name, sets: sets, x: x, http: x.client(b.stay), end: time.Now().Add(b.stay)}
	defer v.http.close()
	steps := []func(context.Context) error{v.fill, v.pages, v.objects, v.filters, v.python, v.memory, v.adds}
	if s.reads {
		steps = []func(context.Context) error{v.pages}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// fill posts the first set into the first collection.
func (v *visit) fill(ctx context.Context) error {
	for _, envelope := range v.sets[0].envelopes(1000) {
		if _, err := v.http.do(ctx, "POST", v.x.collection(0)+"objects/", envelope); err != nil {
			return fmt.Errorf("filling a collection: %w", err)
		}
	}
	return nil
}

// ask measures one kind of request with each number of clients; what would take too long is left out, and says so. A request that
// is never answered is an error: the server still works on it, and nothing measured beside that would be true.
func (v *visit) ask(ctx context.Context, what, unit string, step func(client int) (work, error)) error {
	var one figure
	for _, n := range v.clients {
		r := row{what: what, unit: unit, clients: n}
		if v.over(r) {
			continue
		}
		if wait := int64(one.slowest) * int64(n); wait > int64(v.most) {
			v.skip(r, fmt.Sprintf("one takes %s", short(one.slowest)))
			continue
		}
		f := drive(ctx, n, v.budget, v.most, step)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if e, ok := errors.AsType[net.Error](f.err); ok && e.Timeout() {
			return fmt.Errorf("%s: no answer within %s", r.label(), v.http.http.Timeout)
		}
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
	return nil
}

func (v *visit) skip(r row, why string) { v.t.skip(r, v.system, why) }

// over says whether the time of the visit is over, and notes that the row is left out for it.
func (v *visit) over(r row) bool {
	if v.end.IsZero() || time.Now().Before(v.end) {
		return false
	}
	v.skip(r, fmt.Sprintf("not reached in %s", short(v.stay)))
	return true
}

// pages reads the whole collection, page after page, as often as the budget allows.
func (v *visit) pages(ctx context.Context) error {
	for _, limit := range pageSizes {
		limit = min(limit, len(v.sets[0]))
		walks := make([]walk, v.clients[len(v.clients)-1])
		err := v.ask(ctx, fmt.Sprintf("all pages of %s", thousands(limit)), "objects/s", func(client int) (work, error) {
			return walks[client].step(ctx, v, limit)
		})
		if err != nil {
			return err
		}
	}
	return nil
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
func (v *visit) objects(ctx context.Context) error {
	order := rand.New(rand.NewPCG(1, 1)).Perm(len(v.sets[0]))
	var turn atomic.Int64
	return v.ask(ctx, "object by id", "requests/s", func(int) (work, error) {
		o := v.sets[0][order[int(turn.Add(1))%len(order)]]
		a, err := v.http.get(ctx, v.x.collection(0)+"objects/"+o.id+"/")
		return work{units: 1, bytes: a.bytes}, err
	})
}

// filters asks for the reports, and for what was added after a moment, another one each time. TAXII 2.1 §3.4.
func (v *visit) filters(ctx context.Context) error {
	moments, err := v.moments(ctx)
	if err != nil {
		return err
	}
	var turn atomic.Int64
	for _, f := range []struct {
		what  string
		query func() string
	}{
		{"match[type]=report, first 100", func() string { return "match[type]=report" }},
		{"added_after, first 100", func() string {
			return "added_after=" + url.QueryEscape(moments[int(turn.Add(1))%len(moments)])
		}},
	} {
		err := v.ask(ctx, f.what, "requests/s", func(int) (work, error) {
			a, err := v.http.get(ctx, v.x.objects(0, 100, "")+"&"+f.query())
			return work{units: 1, bytes: a.bytes}, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// moments are twenty times at which something was added to the first collection, the last left out; fewer when the time of the visit is over.
func (v *visit) moments(ctx context.Context) (list []string, err error) {
	for next, more := "", true; more && (list == nil || time.Now().Before(v.end)); more = next != "" {
		a, err := v.http.get(ctx, v.x.objects(0, len(v.sets[0])/20, next))
		if err != nil {
			return nil, err
		}
		if a.last == "" {
			return nil, errors.New("a page has no X-TAXII-Date-Added-Last")
		}
		list, next = append(list, a.last), a.next
	}
	return list[:max(1, len(list)-1)], nil
}

// memory notes what the server holds by now.
func (v *visit) memory(context.Context) error {
	v.t.addMemory("after reading", v.system, v.x.process, v.x.database)
	return nil
}

// adds posts each of the other sets into a collection of its own, until all is in or the budget is spent.
func (v *visit) adds(ctx context.Context) error {
	i := 1
	for _, size := range envelopeSizes {
		for _, n := range v.clients {
			i, size = i+1, min(size, len(v.sets[0]))
			err := v.add(ctx, row{what: "add, envelopes of " + thousands(size), unit: "objects/s", clients: n}, i, size)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *visit) add(ctx context.Context, r row, collection, size int) error {
	if v.over(r) {
		return nil
	}
	envelopes := v.sets[collection].envelopes(size)
	var turn atomic.Int64
	f := drive(ctx, r.clients, v.budget, v.most, func(int) (work, error) {
		k := int(turn.Add(1)) - 1
		if k >= len(envelopes) {
			return work{}, errDone
		}
		_, err := v.http.do(ctx, "POST", v.x.collection(collection)+"objects/", envelopes[k])
		return work{units: min(size, len(v.sets[collection])-k*size)}, err
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case f.done == 0:
		v.skip(r, fmt.Sprintf("fails: %v", f.err))
	default:
		v.t.add(r, v.system, f)
	}
	return nil
}
