package sensor

import (
	"context"
	"slices"
	"time"

	"threatwatch"
	"threatwatch/taxii"
)

// fetchAtOnce is how many ids stand in one request, as its address must stay short.
const fetchAtOnce = 50

// compare asks for the manifest: what is no longer in it was withheld or deleted, and what is in it in another version is fetched. TAXII 2.1 §5.3.
func (p *poller) compare(ctx context.Context) error {
	p.copy.beginCount()
	listed := 0
	var other []string
	err := p.manifest(ctx, func(m taxii.ManifestRecord) {
		listed++
		version, err := taxii.ParseStamp(m.Version)
		if held, ok := p.copy.count(m.ID); err == nil && (!ok || held != int64(version)) {
			other = append(other, m.ID)
		}
	})
	if kind := threatwatch.KindOf(err); kind == threatwatch.NotFound || kind == threatwatch.Forbidden || kind == threatwatch.NotAcceptable {
		p.noManifest = true
		p.tell("indicators: the exchange gives no manifest (%s): what it withholds later is looked for until it is revoked or expires", err)
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.forget(ctx, listed); err != nil {
		return err
	}
	return p.fetch(ctx, other)
}

// forget lets go of what the manifest did not list. An answer without objects is that of an empty collection (TAXII 2.1 §3.7), and also what a server gives
// whose index is being made, or a proxy that knows the beginning of an answer: nothing is forgotten on the word of the manifest alone. It must be empty twice
// in turn, and what it leaves out is asked for by name.
func (p *poller) forget(ctx context.Context, listed int) error {
	left, err := p.copy.uncounted()
	if err != nil || len(left) == 0 {
		p.emptied = false
		return err
	}
	if listed == 0 && !p.emptied {
		p.emptied = true
		p.tell("indicators: the manifest is empty, though %d objects of the collection are held: they are looked for until the next comparison finds it empty again", len(left))
		return nil
	}
	p.emptied = listed == 0
	gone, err := p.ask(ctx, left)
	if gone > 0 {
		p.tell("indicators: %d objects are no longer in the collection", gone)
	}
	if err != nil {
		return err
	}
	if n := len(left) - gone; n > 0 {
		p.tell("indicators: the manifest leaves out %d objects that the collection still gives: they are looked for as before", n)
	}
	return nil
}

// ask asks the collection for some objects and lets go of those that it does not give. It returns how many these were, also when a request failed:
// after it the next comparison has less to ask for.
func (p *poller) ask(ctx context.Context, ids []string) (gone int, err error) {
	err = p.byName(ctx, ids, func(some []string) error {
		there := map[string]bool{}
		_, err := p.exchange.client.All(ctx, p.exchange.collection, taxii.Filter{IDs: some, Limit: pageSize}, func(raw []byte) error {
			there[taxii.IDOf(raw)] = true
			return nil
		})
		if err != nil {
			return err
		}
		absent := slices.DeleteFunc(slices.Clone(some), func(id string) bool { return there[id] })
		if err := p.take(nil, absent, p.copy.cursor); err != nil {
			return err
		}
		gone += len(absent)
		return nil
	})
	return gone, err
}

// byName calls f with as many ids at a time as stand in one request. Thousands of requests may follow from one manifest: news is taken in amid them
// when it is due.
func (p *poller) byName(ctx context.Context, ids []string, f func(some []string) error) error {
	last := time.Now()
	for some := range slices.Chunk(ids, fetchAtOnce) {
		if time.Since(last) >= p.base {
			if err := p.news(ctx); err != nil {
				return err
			}
			last = time.Now()
		}
		if err := f(some); err != nil {
			return err
		}
	}
	return nil
}

// manifest calls each for the version of every object that is in the collection.
func (p *poller) manifest(ctx context.Context, each func(taxii.ManifestRecord)) error {
	f := taxii.Filter{Limit: pageSize, Types: wanted}
	for {
		page, err := p.exchange.client.Manifest(ctx, p.exchange.collection, f, func(m taxii.ManifestRecord) error { each(m); return nil })
		if err != nil || !page.More {
			return err
		}
		if f, err = next(f, page); err != nil {
			return err
		}
	}
}

// fetch takes objects as the collection has them, newer or not.
func (p *poller) fetch(ctx context.Context, ids []string) error {
	return p.byName(ctx, ids, func(some []string) error {
		var fresh []received
		_, err := p.exchange.client.All(ctx, p.exchange.collection, taxii.Filter{IDs: some, Limit: pageSize}, func(raw []byte) error {
			if o, ok := parseReceived(raw); ok {
				fresh = append(fresh, o)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return p.take(fresh, nil, p.copy.cursor)
	})
}
