package mail

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// unsentKind are the records of invitations that the relay has not taken yet. The key is the hash of the link. The record holds the link sealed once more:
// whoever reads it learns no address, and can confirm nothing. It goes when the relay has the message, or the link has run out.
const unsentKind = "mail-unsent"

// unsent is such a record.
type unsent struct {
	Link  string    `json:"link"`  // sealed
	Due   time.Time `json:"due"`   // when it is to be sent, or sent again; a process that sends it puts it off for as long as that takes
	Tries int       `json:"tries"` // that failed
}

// Measures of sending.
const (
	maxUnsent    = 300             // invitations that wait for the relay
	invitedAt    = 8               // invitations that are sent at one time
	lookEvery    = time.Second     // how often is looked for what another process was asked for, and for what is due
	sendingTakes = 2 * time.Minute // how long a message is one process's: who is killed while sending leaves it to others then
)

// again is how long after a failed attempt the next one is made, by how many there were; the last holds for all after it.
var again = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// wait keeps an invitation until the relay has taken it, whatever becomes of this process.
func (l *List) wait(ctx context.Context, tx store.Tx, token string) error {
	return l.putUnsent(ctx, tx, hashOf(token), unsent{Link: l.desk.Tokens.cover(token), Due: l.now().UTC()})
}

func (l *List) putUnsent(ctx context.Context, tx store.Tx, key string, u unsent) error {
	doc, err := json.Marshal(u)
	if err != nil {
		return err
	}
	return tx.PutRecord(ctx, unsentKind, key, doc)
}

// errNoMail: the relay takes nothing.
var errNoMail = threatwatch.Errorf(threatwatch.Unavailable, "Mail does not go out at the moment. Nothing was sent; try again later.")

// hasRoom refuses when too many invitations wait.
func hasRoom(ctx context.Context, r store.Recorder) error {
	n := 0
	err := r.Records(ctx, unsentKind, "", func(string, []byte) error { n++; return nil })
	if err == nil && n >= maxUnsent {
		err = errNoMail
	}
	return err
}

// Run sends invitations until ctx ends. Any number of processes may: each message is one process's at a time.
func (l *List) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := l.sendDue(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("invitations wait", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-time.After(lookEvery):
		}
	}
}

// sendDue sends what is due, some at a time.
func (l *List) sendDue(ctx context.Context) error {
	var due []string
	err := l.store.Read(ctx, func(sn store.Snapshot) error {
		return sn.Records(ctx, unsentKind, "", func(key string, doc []byte) error {
			var u unsent
			err := json.Unmarshal(doc, &u)
			if err == nil && !l.now().Before(u.Due) {
				due = append(due, key)
			}
			return err
		})
	})
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, invitedAt)
	for _, key := range due {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := l.send(ctx, key); err != nil && ctx.Err() == nil {
				l.log.Warn("an invitation waits", "error", err)
			}
		})
	}
	return err
}

// send sends one invitation, and writes down what came of it.
func (l *List) send(ctx context.Context, key string) error {
	u, w, token, err := l.claim(ctx, key)
	if err != nil || token == "" {
		return err
	}
	err = l.post.Send(ctx, l.desk.Invitation(w, token))
	var refused *Refused
	switch {
	case err == nil:
		return l.settle(ctx, key, nil)
	case errors.As(err, &refused):
		l.log.Warn("an invitation is given up", "error", words(err))
		return l.settle(ctx, key, nil)
	case ctx.Err() != nil: // the next process sends it
		u.Due = l.now().UTC()
		return l.settle(ctx, key, &u)
	}
	u.Due = l.now().Add(again[min(u.Tries, len(again)-1)]).UTC()
	u.Tries++
	l.log.Info("an invitation waits for the relay", "attempt", u.Tries, "error", words(err))
	return l.settle(ctx, key, &u)
}

// claim makes an invitation this process's for a while. No token: it is another's by now, or of no use any more.
func (l *List) claim(ctx context.Context, key string) (u unsent, w Wish, token string, err error) {
	err = l.store.Update(ctx, func(tx store.Tx) error {
		token = ""
		doc, err := tx.Record(ctx, unsentKind, key)
		if threatwatch.KindOf(err) == threatwatch.NotFound {
			return nil
		}
		if err == nil {
			err = json.Unmarshal(doc, &u)
		}
		if err != nil || l.now().Before(u.Due) {
			return err
		}
		link, err := l.desk.Tokens.uncover(u.Link)
		if err == nil {
			w, err = l.wished(ctx, tx, link)
		}
		if threatwatch.KindOf(err) == threatwatch.NotFound { // it was confirmed, or has run out
			return tx.DeleteRecord(ctx, unsentKind, key)
		}
		if err != nil {
			return err
		}
		token, u.Due = link, l.now().Add(sendingTakes).UTC()
		return l.putUnsent(ctx, tx, key, u)
	})
	return u, w, token, err
}

// settle writes down an invitation that is to be sent again; nil: it is not.
func (l *List) settle(ctx context.Context, key string, u *unsent) error {
	ctx = context.WithoutCancel(ctx) // what the relay took is not to be sent again
	return l.store.Update(ctx, func(tx store.Tx) error {
		if u == nil {
			return tx.DeleteRecord(ctx, unsentKind, key)
		}
		return l.putUnsent(ctx, tx, key, *u)
	})
}
