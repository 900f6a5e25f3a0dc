package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// facts is what exchanges do with the same input, beside how fast they do it.
type facts struct {
	systems []string
	rows    []string
	cells   map[string]map[string]string // row, system
}

func (f *facts) add(row, system, what string) {
	if f.cells[row] == nil {
		f.rows = append(f.rows, row)
		f.cells[row] = map[string]string{}
	}
	f.cells[row][system] = what
	progress("%s, %s: %s", system, row, what)
}

// String is the facts as Markdown.
func (f *facts) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "### What they do with it\n\nFound by the same run, not read in documentation.\n\n| what | %s |\n|%s\n", strings.Join(f.systems, " | "), strings.Repeat(" --- |", len(f.systems)+1))
	for _, r := range f.rows {
		fmt.Fprintf(&s, "| %s", r)
		for _, name := range f.systems {
			fmt.Fprintf(&s, " | %s", or(f.cells[r][name], "–"))
		}
		s.WriteString(" |\n")
	}
	return s.String()
}

// findFacts starts each system once more and looks at what it keeps.
func (b *bench) findFacts(ctx context.Context, systems []system) error {
	f := &facts{cells: map[string]map[string]string{}}
	b.report.add(f)
	for _, s := range systems {
		f.systems = append(f.systems, s.name)
		dir, err := b.scratch("facts")
		if err != nil {
			return err
		}
		x, err := s.start(ctx, dir, 3)
		if err != nil {
			f.add("start", s.name, err.Error())
			continue
		}
		w := &witness{facts: f, writes: b.writes, system: s.name, x: x, http: x.client(time.Minute)}
		w.lookAtAll(ctx)
		w.http.close()
		x.stop()
	}
	return ctx.Err()
}

// witness looks at one system.
type witness struct {
	*facts
	writes int // envelopes of each writer
	system string
	x      *exchange
	http   *client
}

func (w *witness) lookAtAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	objects := newSet(7, 200)
	for _, look := range []struct {
		row string
		do  func(context.Context) (string, error)
	}{
		{"objects sent and read back", func(ctx context.Context) (string, error) { return w.kept(ctx, objects) }},
		{"of these, with the content that was sent", func(ctx context.Context) (string, error) { return w.unchanged(ctx, objects) }},
		{"an envelope with an indicator and an address", w.observable},
		{"a poller by added_after beside 8 writers", w.poller},
		{"objects there after kill -9", func(ctx context.Context) (string, error) { return w.killed(ctx, objects) }},
	} {
		what, err := look.do(ctx)
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the address, which is of this run only
		}
		if err != nil {
			what = err.Error()
		}
		w.add(look.row, w.system, what)
	}
}

func (w *witness) post(ctx context.Context, collection int, objects set) error {
	_, err := w.http.do(ctx, "POST", w.x.collection(collection)+"objects/", objects.envelope())
	return err
}

// held reads a collection page by page and returns its objects by id.
func (w *witness) held(ctx context.Context, collection int) (map[string]any, error) {
	found := map[string]any{}
	for next, more := "", true; more; more = next != "" {
		body, err := fetch(ctx, w.http, w.x.objects(collection, 100, next))
		if err != nil {
			return nil, err
		}
		var envelope struct {
			Next    string
			Objects []map[string]any
		}
		if err := json.Unmarshal(body, &envelope); err != nil {
			return nil, err
		}
		for _, o := range envelope.Objects {
			found[fmt.Sprint(o["id"])] = o
		}
		next = envelope.Next
	}
	return found, nil
}

func (w *witness) kept(ctx context.Context, objects set) (string, error) {
	for half := range slices.Chunk(objects, len(objects)/2) {
		if err := w.post(ctx, 0, half); err != nil {
			return "", err
		}
	}
	return w.count(ctx, 0, objects)
}

// count is how many of the objects a collection holds.
func (w *witness) count(ctx context.Context, collection int, objects set) (string, error) {
	found, err := w.held(ctx, collection)
	if err != nil {
		return "", err
	}
	n := 0
	for _, o := range objects {
		if found[o.id] != nil {
			n++
		}
	}
	return fmt.Sprintf("%d of %d", n, len(objects)), nil
}

func (w *witness) unchanged(ctx context.Context, objects set) (string, error) {
	found, err := w.held(ctx, 0)
	if err != nil {
		return "", err
	}
	n := 0
	changed := map[string]bool{}
	for _, o := range objects {
		var sent map[string]any
		if err := json.Unmarshal(o.raw, &sent); err != nil {
			return "", err
		}
		got, _ := found[o.id].(map[string]any)
		if reflect.DeepEqual(sent, got) {
			n++
		}
		for k := range sent {
			if !reflect.DeepEqual(sent[k], got[k]) {
				changed[k] = true
			}
		}
	}
	s := fmt.Sprintf("%d of %d", n, len(objects))
	if len(changed) > 0 {
		s += "; other: " + strings.Join(slices.Sorted(maps.Keys(changed)), ", ")
	}
	return s, nil
}

// observable posts what has no modified beside what has. STIX 2.1 §3.2.
func (w *witness) observable(ctx context.Context) (string, error) {
	g := newGenerator(8)
	objects := newSet(8, 1)
	for len(objects) < 2 {
		if raw := g.observable(); strings.Contains(raw, `"ipv4-addr"`) {
			objects = append(objects, object{id: idPattern.FindStringSubmatch(raw)[1], raw: []byte(raw)})
		}
	}
	answer := "accepted"
	if err := w.post(ctx, 1, objects); err != nil {
		answer = err.Error()
	}
	n, err := w.count(ctx, 1, objects)
	return answer + ", " + n + " there", err
}

// poller reads by added_after while eight writers post, and counts what it never sees.
func (w *witness) poller(ctx context.Context) (string, error) {
	const writers, size = 8, 10
	each := w.writes
	objects := newSet(9, writers*each*size)
	var (
		mu       sync.Mutex // protects accepted
		accepted = map[string]bool{}
		wg       sync.WaitGroup
	)
	for part := range slices.Chunk(objects, each*size) {
		wg.Go(func() {
			for envelope := range slices.Chunk(part, size) {
				if w.post(ctx, 2, envelope) != nil {
					continue
				}
				mu.Lock()
				for _, o := range envelope {
					accepted[o.id] = true
				}
				mu.Unlock()
			}
		})
	}
	written := make(chan struct{})
	go func() {
		wg.Wait()
		close(written)
	}()
	seen, last := map[string]bool{}, ""
	for over := false; !over; {
		select {
		case <-written:
			over = true // one more poll, after the last write was answered
		default:
		}
		if err := w.poll(ctx, seen, &last); err != nil {
			<-written
			return "", err
		}
	}
	lost := 0
	for id := range accepted {
		if !seen[id] {
			lost++
		}
	}
	return fmt.Sprintf("%d of %d writes refused; %d of %d objects never seen", writers*each-len(accepted)/size, writers*each, lost, len(accepted)), nil
}

// poll reads what was added after last, and moves it on. TAXII 2.1 §3.4.
func (w *witness) poll(ctx context.Context, seen map[string]bool, last *string) error {
	after := *last
	for next, more := "", true; more; more = next != "" {
		u := w.x.objects(2, 1000, next)
		if after != "" {
			u += "&added_after=" + url.QueryEscape(after)
		}
		body, header, err := fetchWithHeader(ctx, w.http, u)
		if err != nil {
			return err
		}
		var envelope struct {
			Next    string
			Objects []struct{ ID string }
		}
		if err := json.Unmarshal(body, &envelope); err != nil {
			return err
		}
		for _, o := range envelope.Objects {
			seen[o.ID] = true
		}
		*last = or(header.Get("X-TAXII-Date-Added-Last"), *last)
		next = envelope.Next
	}
	return nil
}

// killed ends the server without a word and starts it again.
func (w *witness) killed(ctx context.Context, objects set) (string, error) {
	w.x.kill()
	if err := w.x.restart(ctx); err != nil {
		return "", err
	}
	return w.count(ctx, 0, objects)
}
