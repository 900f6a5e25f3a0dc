package main

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"threatwatch/intake"
	"threatwatch/match"
	"threatwatch/stix"
)

// sightings writes what was found as a bundle.
func (m *matchRun) sightings(out io.Writer) error {
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, `{"type":"bundle","id":"bundle--%s"`, uuid.NewString())
	between := ",\"objects\":[\n"
	var buf []byte
	err := m.sum.Sightings(match.Report{By: m.cmd.Reporter, At: time.Now()}, func(o *stix.Value) error {
		w.WriteString(between)
		between = ",\n"
		buf = o.AppendJSON(buf[:0])
		_, err := w.Write(buf)
		return err
	})
	if err != nil {
		return err
	}
	w.WriteString("\n]}\n")
	return w.Flush()
}

// report puts the sightings into the exchange, through the door that everything enters by.
func (m *matchRun) report() error {
	if m.sum.Findings == m.sum.Known {
		return nil
	}
	in := intake.New(m.src.store, time.Now)
	src, err := ensureSource(m.app.ctx, in, m.cmd.Reporter)
	if err != nil {
		return err
	}
	sub := intake.Submission{Source: src.ID, By: "match", Operator: true}
	refused := 0
	stream := in.StreamBatch(m.app.ctx, sub, 1000, func(o intake.Outcome) {
		if o.Status == intake.Refused {
			refused++
			fmt.Fprintf(m.app.Err, "refused: %s: %s\n", o.ID, problemOf(o.Problems))
		}
	})
	err = m.sum.Sightings(match.Report{By: m.cmd.Reporter, At: time.Now()}, func(o *stix.Value) error { return stream.Add(o.AppendJSON(nil), false) })
	sum, closed := stream.Close()
	if err == nil {
		err = closed
	}
	if e := m.app.audit(m.src.store, fmt.Sprintf("reported sightings: %d objects added", sum.Added), src.Name); err == nil {
		err = e
	}
	fmt.Fprintf(m.app.Err, "reported: %d objects, as %s\n", sum.Added, plain(src.Name))
	return err
}

// send puts the sightings into a collection elsewhere.
func (m *matchRun) send() error {
	if m.sum.Findings == m.sum.Known {
		return nil
	}
	var objects [][]byte
	err := m.sum.Sightings(match.Report{By: m.cmd.Reporter, At: time.Now()}, func(o *stix.Value) error {
		objects = append(objects, o.AppendJSON(nil))
		return nil
	})
	if err != nil {
		return err
	}
	refused, err := m.to.Send(m.app.ctx, objects)
	for _, r := range refused {
		fmt.Fprintf(m.app.Err, "refused: %s: %s\n", plain(r.ID), plain(r.Reason))
	}
	if err != nil {
		return withHint(fmt.Errorf("report: %w", err), "--sightings FILE keeps them for another attempt")
	}
	fmt.Fprintf(m.app.Err, "reported: %d objects, to %s\n", len(objects)-len(refused), plain(m.cmd.URL))
	return nil
}
