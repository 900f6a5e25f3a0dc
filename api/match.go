package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/logs"
	"threatwatch/match"
	"threatwatch/release"
)

// matchRequest is the body of a match in JSON; any other body is a log.
type matchRequest struct {
	Records []json.RawMessage `json:"records"` // each as its log would have it in a line
}

type matchAnswer struct {
	Format     string `json:"format"`
	Records    int64  `json:"records"`
	Unreadable int64  `json:"unreadable"` // of the records
	Hits       []hit  `json:"hits"`
	More       bool   `json:"more"` // reading ended at the largest number of hits
}

// hit is a value of a record that indicators name.
type hit struct {
	Record     int64   `json:"record"` // from 1
	Time       string  `json:"time,omitempty"`
	Field      string  `json:"field"`
	Role       string  `json:"role"`
	Seen       string  `json:"seen"`
	Value      string  `json:"value"`
	Type       string  `json:"type"`
	How        string  `json:"how"`
	Indicators []claim `json:"indicators"`
}

// claim is what an indicator says.
type claim struct {
	ID         string `json:"id"`
	Name       string `json:"name,omitempty"`
	Source     string `json:"source"`
	TLP        string `json:"tlp"`
	Confidence *int8  `json:"confidence,omitempty"`
}

// match answers POST /api/v1/match.
func (s *Server) match(ctx context.Context, r *request) (any, error) {
	body := r.body
	if r.mediaType() == "application/json" {
		var q matchRequest
		if err := r.decode(&q); err != nil {
			return nil, err
		}
		body = lines(q.Records)
	}
	index, err := s.indexes.of(ctx, r.view)
	if err != nil {
		return nil, err
	}
	log, err := logs.NewReader(body, logs.Options{})
	if err != nil {
		return nil, unreadable(err)
	}
	defer log.Close()
	m := &matching{ctx: ctx, view: r.view, matcher: index.Matcher(), named: map[string]map[string]bool{}}
	m.matcher.When = (*logs.Record).When
	m.answer = matchAnswer{Format: log.Format().String(), Hits: []hit{}}
	for {
		block, err := log.Next()
		if errors.Is(err, io.EOF) {
			m.answer.Unreadable += log.TooLong()
			return m.answer, nil
		}
		if err != nil {
			return nil, unreadable(err)
		}
		done, err := m.block(block)
		block.Release()
		if err != nil || done {
			return m.answer, err
		}
	}
}

// unreadable is what is wrong with a body, unless it is its length.
func unreadable(err error) error {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return large
	}
	return threatwatch.Errorf(threatwatch.Invalid, "the log: %v", err)
}

// lines puts each record on a line.
func lines(records []json.RawMessage) io.Reader {
	var b bytes.Buffer
	for _, r := range records {
		if json.Compact(&b, r) == nil { // it was decoded, so it is JSON
			b.WriteByte('\n')
		}
	}
	return &b
}

// matching is the work on one request.
type matching struct {
	ctx     context.Context
	view    *release.View
	matcher *match.Matcher
	record  logs.Record
	hits    []match.Hit
	named   map[string]map[string]bool // by indicator
	bytes   int
	answer  matchAnswer
}

// block matches the records of a block; done says that there are enough hits.
func (m *matching) block(b *logs.Block) (done bool, err error) {
	if m.bytes += b.Size(); m.bytes > maxLog {
		return false, threatwatch.Errorf(threatwatch.TooLarge, "a log has at most %d bytes, unpacked", maxLog)
	}
	if err := m.ctx.Err(); err != nil {
		return false, err
	}
	for entry, number, ok := b.Next(); ok; entry, number, ok = b.Next() {
		m.answer.Records++
		if err := b.Scan(entry, &m.record); err != nil {
			m.answer.Unreadable++
		}
		m.hits = m.matcher.Match(&m.record, m.hits[:0])
		for i := range m.hits {
			if err := m.hit(number, &m.hits[i]); err != nil {
				return false, err
			}
			if len(m.answer.Hits) == maxHits {
				m.answer.More = true
				return true, nil
			}
		}
	}
	return false, nil
}

// hit adds a hit, with those of its indicators that the view still shows.
func (m *matching) hit(record int64, h *match.Hit) error {
	out := hit{Record: record, Field: h.Path, Role: h.Role.String(), Seen: h.Seen, Value: h.Value, Type: h.Class.String(), How: h.How.String()}
	if h.Timed {
		out.Time = time.UnixMicro(h.Time).UTC().Format(time.RFC3339Nano)
	}
	for _, c := range h.Claims {
		values, err := m.names(c.ID)
		if err != nil {
			return err
		}
		if !values[strings.TrimPrefix(h.Value, "*.")] {
			continue
		}
		said := claim{ID: c.ID, Name: c.Name, Source: c.Source, TLP: c.TLP}
		if c.Confidence >= 0 {
			said.Confidence = &c.Confidence
		}
		out.Indicators = append(out.Indicators, said)
	}
	if len(out.Indicators) > 0 {
		m.answer.Hits = append(m.answer.Hits, out)
	}
	return nil
}

// names asks the view, once a request, which values an indicator names now, or which pattern it is: it may have been deleted or replaced since it came into the index, or
// its label have closed, or a part of it.
func (m *matching) names(id string) (map[string]bool, error) {
	if values, known := m.named[id]; known {
		return values, nil
	}
	l := match.NewLoader(match.Policy{})
	if err := eachLatest(m.ctx, m.view, id, l.Item); err != nil {
		return nil, err
	}
	values := map[string]bool{}
	for v := range l.All() {
		values[v.String()] = true
	}
	for p := range l.Compounds() {
		values[p.Text] = true
	}
	m.named[id] = values
	return values, nil
}

// eachLatest calls f with the latest version that each source has of an object, as the view shows it.
func eachLatest(ctx context.Context, v *release.View, id string, f func(*release.Item) error) error {
	seen := map[string]bool{}
	err := v.Get(ctx, id, func(it *release.Item) error { // newest first
		if seen[it.Source] {
			return nil
		}
		seen[it.Source] = true
		return f(it)
	})
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return nil
	}
	return err
}
