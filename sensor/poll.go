package sensor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"threatwatch"
	"threatwatch/match"
	"threatwatch/stix"
	"threatwatch/taxii"
)

// A poller keeps the copy and the index like the collection. It belongs to one goroutine.
type poller struct {
	exchange *Exchange
	copy     *localCopy
	index    *match.Index // nil until the copy was once whole
	recheck  time.Duration
	patience

	changed    []string  // ids whose change is in the copy and not yet in the index
	rechecked  time.Time // when the manifest was last compared
	noManifest bool      // the exchange does not give one
	emptied    bool      // it was empty at the last time
	noStamps   bool      // it does not say how far a page goes

	contact    atomic.Int64 // when the exchange last answered, microseconds since 1970; 0: never
	indicators atomic.Int64
}

// wanted are the types that are kept: what is looked for, and who says so.
var wanted = []string{"indicator", "identity"}

const (
	pageSize = 1000
	applyAt  = 20_000 // changes that are put into the index before a long round is over
)

// build makes the index of the copy. Made at once it costs half of what it does in steps, and takes less memory.
func (p *poller) build() (err error) {
	p.index, err = newIndex(p.copy, p.tell)
	return err
}

// values is how many values are looked for.
func (p *poller) values() int {
	if p.index == nil {
		return 0
	}
	return p.index.Len()
}

// newIndex reads the copy into an index.
func newIndex(c *localCopy, tell func(string, ...any)) (*match.Index, error) {
	l := match.NewLoader(match.Policy{})
	err := c.each(func(raw []byte) error {
		o, err := stix.Parse(raw)
		if err != nil { // though it was read when it came, perhaps by another version of this program
			return l.Object(raw, "")
		}
		return l.Held(o)
	})
	if err != nil {
		return nil, err
	}
	l.NameSources()
	tellUnlooked(&l.Loaded, tell)
	return l.Index()
}

// tellUnlooked says how many indicators that hold cannot be looked for, and why.
func tellUnlooked(n *match.Loaded, tell func(string, ...any)) {
	var why []string
	for _, x := range []struct {
		n    int
		what string
	}{{n.Other, "in another language than STIX patterns"}, {n.Unsaid, "that ask for what no record says"}, {n.Untried, "without a value or text to look for, of which there are too many"},
		{n.Unreadable, "not readable"}} {
		if x.n > 0 {
			why = append(why, fmt.Sprintf("%d %s", x.n, x.what))
		}
	}
	if why != nil {
		tell("indicators that are not looked for: %s", strings.Join(why, ", "))
	}
}

// run polls until ctx ends.
func (p *poller) run(ctx context.Context) {
	for ctx.Err() == nil {
		began := time.Now()
		err := p.round(ctx)
		if ctx.Err() != nil {
			return
		}
		wait := p.after(err)
		if err == nil {
			wait -= time.Since(began)
		}
		pause(ctx, max(wait, 0))
	}
}

// news takes in what was added since the last time.
func (p *poller) news(ctx context.Context) error { return errors.Join(p.pages(ctx), p.apply()) }

// round takes in what was added since the last time, and now and then finds out what is gone.
func (p *poller) round(ctx context.Context) error {
	err := p.news(ctx)
	if err == nil && time.Since(p.rechecked) >= p.recheck && !p.noManifest {
		if err = p.compare(ctx); err == nil {
			p.rechecked = time.Now()
		}
	}
	return errors.Join(err, p.apply())
}

// pages follows the collection to its end.
func (p *poller) pages(ctx context.Context) error {
	if err := p.exchange.login(); err != nil {
		return err
	}
	f := taxii.Filter{AddedAfter: p.copy.cursor.After, Limit: pageSize, Types: wanted}
	for {
		var fresh []received
		came := 0
		page, err := p.exchange.client.Objects(ctx, p.exchange.collection, f, func(raw []byte) error {
			came++
			if o, ok := parseReceived(raw); ok && p.copy.newer(&o) {
				fresh = append(fresh, o)
			}
			return nil
		})
		if err != nil {
			return err
		}
		p.contact.Store(time.Now().UnixMicro())
		if came > 0 && page.Last == 0 {
			p.unstamped()
		}
		to := p.copy.cursor
		to.After, to.Whole = max(to.After, page.Last), to.Whole || !page.More
		if err := p.take(fresh, nil, to); err != nil {
			return err
		}
		if !page.More {
			return nil
		}
		if f, err = next(f, page); err != nil {
			return err
		}
	}
}

// unstamped tells once of a server that gives nothing to go on from. TAXII 2.1 §3.3 asks for it wherever there are objects.
func (p *poller) unstamped() {
	if !p.noStamps {
		p.noStamps = true
		p.tell("indicators: the server does not send X-TAXII-Date-Added-Last: the whole collection is read each time, so choose a long --interval")
	}
}

// take puts a change into the copy. A cursor that moves alone is not worth writing: it is found again.
func (p *poller) take(fresh []received, gone []string, to cursor) error {
	if len(fresh) == 0 && len(gone) == 0 && to.Whole == p.copy.cursor.Whole {
		p.copy.cursor = to
		return nil
	}
	if err := p.copy.put(fresh, gone, to); err != nil {
		return err
	}
	p.indicators.Store(int64(p.copy.indicators))
	if p.index == nil {
		return nil
	}
	for i := range fresh {
		p.changed = append(p.changed, fresh[i].id)
	}
	p.changed = append(p.changed, gone...)
	if len(p.changed) < applyAt {
		return nil
	}
	return p.apply()
}

// apply puts the changes into the index, where matchers see them with their next record.
func (p *poller) apply() error {
	if len(p.changed) == 0 {
		return nil
	}
	l := match.NewLoader(match.Policy{})
	ids := slices.Compact(slices.Sorted(slices.Values(p.changed)))
	ids = slices.DeleteFunc(ids, func(id string) bool { return !isIndicator(id) })
	named := map[string]bool{}
	for _, id := range ids {
		raw, err := p.copy.object(id)
		if err != nil {
			return err
		}
		if raw == nil {
			continue
		}
		if err := p.load(l, raw, named); err != nil {
			return err
		}
	}
	l.NameSources()
	tellUnlooked(&l.Loaded, p.tell)
	if err := p.index.Update(l.Entries(), ids); err != nil {
		return fmt.Errorf("change the index: %w", err)
	}
	p.changed = nil
	return nil
}

// load gives an indicator to a loader, and before it who says so, unless that one was named to it.
func (p *poller) load(l *match.Loader, raw []byte, named map[string]bool) error {
	o, err := stix.Parse(raw)
	if err != nil {
		return err // it was read when it came
	}
	if !named[o.CreatedBy] {
		named[o.CreatedBy] = true
		who, err := p.copy.object(o.CreatedBy)
		if err == nil && who != nil {
			err = l.Object(who, "")
		}
		if err != nil {
			return err
		}
	}
	return l.Held(o)
}

// next is the filter of the page that follows: by next where the server gives it, by added_after where it only says more. TAXII 2.1 §3.5.
func next(f taxii.Filter, page taxii.Page) (taxii.Filter, error) {
	switch {
	case page.Next != "" && page.Next != f.Next:
		f.Next = page.Next
	case page.Next == "" && page.Last > f.AddedAfter:
		f.AddedAfter, f.Next = page.Last, ""
	default:
		return f, threatwatch.Errorf(threatwatch.Unavailable, "the server says that there is more and gives no way to it")
	}
	return f, nil
}
