package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/logs"
	"threatwatch/match"
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

// errEnough ends the reading of a log.
var errEnough = errors.New("enough")

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
	shown, err := s.live.Shown(ctx, r.view)
	if err != nil {
		return nil, err
	}
	var hits []hit
	scan := match.Scan{Index: shown.Index, Jobs: 1, Passed: func(m logs.Mark) error {
		if m.Offset > maxLog {
			return threatwatch.Errorf(threatwatch.TooLarge, "a log has at most %d bytes, unpacked", maxLog)
		}
		return nil
	}}
	read, err := scan.Run(ctx, "", body, func(f *match.Finding) error {
		if n := len(hits); n >= maxHits && f.Line != hits[n-1].Record { // all of a record or nothing
			return errEnough
		}
		hits = append(hits, hitOf(f))
		return nil
	})
	a := matchAnswer{Format: read.Format.String(), Records: read.Records, Unreadable: read.Faults + read.TooLong, Hits: inOrder(hits), More: errors.Is(err, errEnough)}
	switch {
	case a.More:
		a.Records = hits[len(hits)-1].Record
	case err != nil:
		return nil, unreadable(ctx, err)
	}
	return a, shown.Err()
}

// unreadable is what is wrong with a body, unless it is its length.
func unreadable(ctx context.Context, err error) error {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return large
	}
	if threatwatch.KindOf(err) == threatwatch.TooLarge || ctx.Err() != nil {
		return err
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

func hitOf(f *match.Finding) hit {
	h := hit{Record: f.Line, Field: f.Path, Role: f.Role.String(), Seen: f.Seen, Value: f.Value, Type: f.Class.String(), How: f.How.String()}
	if f.Timed {
		h.Time = time.UnixMicro(f.Time).UTC().Format(time.RFC3339Nano)
	}
	for _, c := range f.Claims {
		said := claim{ID: c.ID, Name: c.Name, Source: c.Source, TLP: c.TLP}
		if c.Confidence >= 0 {
			said.Confidence = &c.Confidence
		}
		h.Indicators = append(h.Indicators, said)
	}
	return h
}

// inOrder puts what is said of one record in an order of its own: that in which indicators came and are kept could tell of others, which are not shown.
func inOrder(hits []hit) []hit {
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.Record, b.Record), strings.Compare(a.Field, b.Field), strings.Compare(a.Seen, b.Seen), strings.Compare(a.Type, b.Type), strings.Compare(a.Value, b.Value))
	})
	for i := range hits {
		slices.SortFunc(hits[i].Indicators, func(a, b claim) int { return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Source, b.Source)) })
	}
	if hits == nil {
		return []hit{}
	}
	return hits
}
