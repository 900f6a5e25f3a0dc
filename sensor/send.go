package sensor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// sender sends the windows of the spool, oldest first.
type sender struct {
	exchange *Exchange
	spool    *spool
	refused  string // file of what was not taken
	tell     func(format string, args ...any)
}

// run sends until ctx ends.
func (s *sender) run(ctx context.Context, interval time.Duration) {
	pat := patience{what: "sightings", base: interval, tell: s.tell}
	for ctx.Err() == nil {
		sent, err := s.one(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			pause(ctx, pat.after(err))
			continue
		}
		if sent {
			pat.after(nil)
			continue
		}
		select {
		case <-ctx.Done():
		case <-s.spool.more:
		}
	}
}

// drain sends until nothing waits, or something goes wrong.
func (s *sender) drain(ctx context.Context) error {
	for {
		if sent, err := s.one(ctx); !sent || err != nil {
			return err
		}
	}
}

// one sends the oldest window; false when none waits. What the exchange does not take is put aside before the window is done with.
func (s *sender) one(ctx context.Context) (sent bool, err error) {
	w, ok, err := s.spool.oldest()
	if err != nil || !ok {
		return false, err
	}
	objects := make([][]byte, len(w.Objects))
	for i := range objects {
		objects[i] = w.Objects[i]
	}
	refused, err := s.exchange.Send(ctx, objects)
	if err != nil {
		return false, err
	}
	if err := s.aside(refused); err != nil {
		return false, fmt.Errorf("put aside what was refused: %w", err)
	}
	return true, s.spool.taken(len(objects)-len(refused), len(refused))
}

// aside keeps refused objects with the reasons, and tells of them. A kill before the window is done with lets them be refused and written once more.
func (s *sender) aside(refused []Refusal) error {
	if len(refused) == 0 {
		return nil
	}
	var lines bytes.Buffer
	for _, r := range refused {
		s.tell("refused: %s: %s", r.ID, r.Reason)
		line := struct {
			Object  json.RawMessage `json:"object,omitempty"`
			Problem any             `json:"problem"`
		}{r.Raw, struct {
			ID      string `json:"id,omitempty"`
			Message string `json:"message"`
		}{r.ID, r.Reason}}
		raw, err := json.Marshal(line)
		if err != nil {
			return err
		}
		lines.Write(append(raw, '\n'))
	}
	f, err := os.OpenFile(s.refused, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(lines.Bytes())
	return errors.Join(err, f.Sync(), f.Close())
}
