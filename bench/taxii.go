package main

import (
	"context"
	"fmt"
	"strings"
)

// measureTAXII compares exchanges that hold the same objects and are asked by the same client.
func (b *bench) measureTAXII(ctx context.Context) error {
	for _, n := range b.exchange {
		if err := b.compare(ctx, n); err != nil {
			return err
		}
	}
	return b.findFacts(ctx, b.exchanges())
}

// exchanges are the systems that can be written to; the first is ours.
func (b *bench) exchanges() []system {
	list := []system{b.threatwatch("Threatwatch", b.sqlite()), b.medallion(), b.opentaxii()}
	if b.cluster != nil {
		list = append(list, b.threatwatch("Threatwatch on PostgreSQL", b.cluster.engine()), b.opentaxiiOn(b.cluster))
	}
	return list
}

// compare visits each system in each round, with n objects in each collection.
func (b *bench) compare(ctx context.Context, n int) error {
	systems := b.exchanges()
	us := systems[0]
	sets := newSets(n)
	pages, err := b.mirror(ctx, us, sets[0])
	if err != nil {
		return fmt.Errorf("mirror: %w", err)
	}
	systems = append(systems, b.nginx(pages))
	var names, setups []string
	for _, s := range systems {
		names, setups = append(names, s.name), append(setups, "- "+s.name+": "+s.setup+".")
	}
	t := newTable(fmt.Sprintf("TAXII 2.1, %s objects in a collection", thousands(n)),
		fmt.Sprintf("Each round starts one system after the other, empty. Pages are warm after the first pass. A row has at most %s, a system %s in a round: what was stopped or not reached says so.\n\n", b.most, b.stay)+strings.Join(setups, "\n"), names...)
	b.report.add(t)
	for round := range b.rounds {
		for _, s := range systems {
			if t.absent[s.name] != "" {
				continue
			}
			progress("round %d of %d: %s", round+1, b.rounds, s.name)
			if err := b.visit(ctx, t, s, sets); err != nil {
				if s.name == us.name || ctx.Err() != nil {
					return fmt.Errorf("%s: %w", s.name, err)
				}
				t.absent[s.name] = err.Error()
				progress("%s: %v", s.name, err)
			}
		}
	}
	return nil
}

// mirror keeps a copy of the pages with which a system answers.
func (b *bench) mirror(ctx context.Context, s system, objects set) (m mirror, err error) {
	m.files = map[string]string{}
	if m.dir, err = b.scratch("mirror"); err != nil {
		return m, err
	}
	home, err := b.scratch("mirrored")
	if err != nil {
		return m, err
	}
	x, err := s.start(ctx, home, 1)
	if err != nil {
		return m, err
	}
	defer x.stop()
	m.collection = x.collections[0]
	v := &visit{bench: b, sets: []set{objects}, x: x, http: x.client(b.timeout())}
	defer v.http.close()
	if err := v.fill(ctx); err != nil {
		return m, err
	}
	for _, limit := range pageSizes {
		limit = min(limit, len(objects))
		for next, more := "", true; more; more = next != "" {
			body, err := fetch(ctx, v.http, x.objects(0, limit, next))
			if err != nil {
				return m, err
			}
			if err := m.put(limit, next, body); err != nil {
				return m, err
			}
			next = nextOf(body)
		}
	}
	return m, nil
}
