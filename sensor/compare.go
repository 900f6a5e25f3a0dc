package sensor

import (
	"context"
	"slices"

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
	gone, err := p.missing(ctx, left)
	if err != nil {
		return err
	}
	if n := len(left) - len(gone); n > 0 {
		p.tell("indicators: the manifest leaves out %d objects that the collection still gives: they are looked for as before", n)
	}
	if len(gone) == 0 {
		return nil
	}
	p.tell("indicators: %d objects are no longer in the collection", len(gone))
	return p.take(nil, gone, p.copy.cursor)
}

// missing are those of some objects that the collection does not give when it is asked for them.
func (p *poller) missing(ctx context.Context, ids []string) (gone []string, err error) {
	for some := range slices.Chunk(ids, fetchAtOnce) {
		there := map[string]bool{}
		_, err := p.exchange.client.All(ctx, p.exchange.collection, taxii.Filter{IDs: some, Limit: pageSize}, func(raw []byte) error {
			there[taxii.IDOf(raw)] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, id := range some {
			if !there[id] {
				gone = append(gone, id)
			}
		}
	}
	return gone, nil
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
	for some := range slices.Chunk(ids, fetchAtOnce) {
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
		if err := p.take(fresh, nil, p.copy.cursor); err != nil {
			return err
		}
	}
	return nil
}
