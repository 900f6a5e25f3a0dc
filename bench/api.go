package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// What is asked in one request of the API: a little, and as much as it is made for.
const (
	fewAsked   = 1
	manyValues = 1_000
	manyLines  = 10_000
)

// measureAPI asks exchanges that hold indicators what programs ask that find: what is known of values, and which indicators stand in a log.
func (b *bench) measureAPI(ctx context.Context) error {
	for _, n := range b.held {
		if err := b.findAmong(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// findAmong fills a store of each engine with n indicators, and asks them in turn.
func (b *bench) findAmong(ctx context.Context, n int) error {
	t := newTable(fmt.Sprintf("Finding over HTTP, %s indicators held", thousands(n)),
		"`POST /api/v1/lookup` and `POST /api/v1/match` as an organisation. Half of the values that are asked for, and of the lines of EVE that are sent, are of an indicator that is held.")
	if !b.begin(t, n) {
		return nil
	}
	var held []holding
	for _, e := range b.engines {
		st, err := b.fillWith(ctx, e, n, newGenerator(1).indicators(n))
		if err != nil {
			return err
		}
		defer st.drop()
		h := holding{st, exchange{database: e.database}}
		if err := b.furnish(ctx, &h.x, st.data, 0); err != nil {
			return err
		}
		held = append(held, h)
	}
	known := sample(newGenerator(1).indicators(n), n/manyLines)
	for round := range b.rounds {
		for i, e := range b.engines {
			if err := b.find(ctx, t, e.name, held[i], known, round); err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
		}
	}
	return nil
}

// find measures one store in one round.
func (b *bench) find(ctx context.Context, t *table, name string, h holding, known []thing, round int) error {
	dir, err := b.scratch("serve")
	if err != nil {
		return err
	}
	x := h.x
	start := time.Now()
	if err := b.serveUntil(ctx, &x, dir, h.store.data, "healthz"); err != nil {
		return err
	}
	defer x.stop()
	s := newSearcher(&visit{bench: b, t: t, system: name, x: &x}, known)
	defer s.close()
	if err := s.first(ctx, start); err != nil {
		return err
	}
	if err := s.all(ctx); err != nil {
		return err
	}
	t.addMemory("after all this", name, x.process, x.database)
	return s.fresh(ctx, h.store.data, round)
}

// searcher is a visit to a store that holds indicators.
type searcher struct {
	*visit
	values, lines *client // for requests in JSON, and for logs
	site          string
	known         []thing
	strange       []thing // made as those that are held, and not held
	turn          atomic.Int64
}

func newSearcher(v *visit, known []thing) *searcher {
	header := func(mediaType string) http.Header {
		return http.Header{"Authorization": {v.x.authorization}, "Content-Type": {mediaType}}
	}
	return &searcher{visit: v, known: known, strange: sample(newGenerator(2).indicators(len(known)), 1),
		values: newClient(header("application/json"), v.timeout()), lines: newClient(header("text/plain"), v.timeout()),
		site: strings.TrimSuffix(v.x.api, "api1/") + "api/v1/"}
}

func (s *searcher) close() {
	s.values.close()
	s.lines.close()
}

// pick returns what is held and what is not by turns.
func (s *searcher) pick() thing {
	n := int(s.turn.Add(1))
	if n%2 == 0 {
		return s.known[n/2%len(s.known)]
	}
	return s.strange[n/2%len(s.strange)]
}

// readingTakes is how long who asks first may wait for all indicators to be read.
const readingTakes = 10 * time.Minute

// first asks what a server is asked as soon as it is there, makes sure that it answers with what it should, and takes the time since the start.
func (s *searcher) first(ctx context.Context, start time.Time) error {
	k := s.known[0]
	patient := newClient(s.lines.header, readingTakes)
	defer patient.close()
	for _, q := range []struct {
		what string
		ask  func() ([]byte, error)
	}{
		{"serve, to the first lookup", func() ([]byte, error) { return s.lookup(ctx, k.value) }},
		{"serve, to the first match: all indicators are read", func() ([]byte, error) { return post(ctx, patient, s.site+"match", []byte(logged(k.value))) }},
	} {
		body, err := q.ask()
		if err != nil {
			return fmt.Errorf("%s: %w", q.what, err)
		}
		if !bytes.Contains(body, []byte(k.id)) {
			return fmt.Errorf("%s: %s is not found by %s", q.what, k.id, k.value)
		}
		s.t.add(row{what: q.what, unit: "ms", less: true}, s.system, figure{rate: time.Since(start).Seconds() * 1e3})
	}
	time.Sleep(settle)
	s.t.addMemory("after the start", s.system, s.x.process, s.x.database)
	return nil
}

// all asks little and much, with each number of clients.
func (s *searcher) all(ctx context.Context) error {
	for _, q := range []struct {
		what, unit string
		client     *client
		path       string
		n          int
		body       func(n int) []byte
	}{
		{"lookup of 1 value", "values/s", s.values, "lookup", fewAsked, s.question},
		{"lookup of 1,000 values", "values/s", s.values, "lookup", manyValues, s.question},
		{"match of 1 line", "lines/s", s.lines, "match", fewAsked, s.log},
		{"match of 10,000 lines", "lines/s", s.lines, "match", manyLines, s.log},
	} {
		err := s.ask(ctx, q.what, q.unit, func(int) (work, error) {
			body := q.body(q.n)
			a, err := q.client.do(ctx, "POST", s.site+q.path, body)
			return work{units: q.n, bytes: a.bytes}, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// question is the body of a lookup of n values.
func (s *searcher) question(n int) []byte {
	values := make([]string, n)
	for i := range values {
		values[i] = s.pick().value
	}
	return valuesOf(values...)
}

func valuesOf(values ...string) []byte {
	body, err := json.Marshal(map[string][]string{"values": values})
	if err != nil {
		panic(err) // strings are JSON
	}
	return body
}

func (s *searcher) lookup(ctx context.Context, value string) ([]byte, error) {
	return post(ctx, s.values, s.site+"lookup", valuesOf(value))
}

// log is a log of n lines.
func (s *searcher) log(n int) []byte {
	var b bytes.Buffer
	for range n {
		b.WriteString(logged(s.pick().value))
	}
	return b.Bytes()
}

// logged is a line of Suricata's EVE in which a value stands where such values stand.
func logged(value string) string {
	event := `"event_type":"dns","dest_ip":"192.0.2.53","dns":{"type":"query","rrname":"` + value + `"}`
	if u, err := url.Parse(value); err == nil && u.Host != "" {
		event = `"event_type":"http","dest_ip":"192.0.2.80","http":{"hostname":"` + u.Host + `","url":"` + u.Path + `"}`
	} else if _, err := netip.ParseAddr(value); err == nil {
		event = `"event_type":"flow","dest_ip":"` + value + `"`
	} else if len(value) == 64 && !strings.Contains(value, ".") {
		event = `"event_type":"fileinfo","dest_ip":"192.0.2.80","fileinfo":{"filename":"/a","sha256":"` + value + `"}`
	}
	return `{"timestamp":"2026-11-24T10:00:00.000000+0000","src_ip":"10.0.0.1","proto":"TCP",` + event + "}\n"
}

// fresh imports one indicator by a process of its own, and takes the time from the end of that until it is found.
func (s *searcher) fresh(ctx context.Context, data string, round int) error {
	g := newGenerator(uint64(1000 + round))
	raw := g.indicator()
	o := sample(func(yield func(string) bool) { yield(raw) }, 1)[0]
	dir, err := s.scratch("fresh")
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "fresh.json")
	if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
		return err
	}
	if _, err := output(ctx, nil, s.binary, "import", "--data", data, "--source", source, "--tlp", "clear", file); err != nil {
		return err
	}
	imported := time.Now()
	for time.Since(imported) < s.patience {
		body, err := post(ctx, s.lines, s.site+"match", []byte(logged(o.value)))
		if err != nil {
			return err
		}
		if bytes.Contains(body, []byte(o.id)) {
			s.t.add(row{what: "found by match after an import by another process had ended", unit: "ms", less: true}, s.system, figure{rate: time.Since(imported).Seconds() * 1e3})
			return nil
		}
	}
	return errors.New("what was imported is not found")
}
