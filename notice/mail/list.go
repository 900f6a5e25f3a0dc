package mail

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/notice/subscribe"
	"threatwatch/store"
)

// askedKind are the records of who asked for mail and has not confirmed it. The key is what an address is known by, which tells it to nobody; the
// record holds hashes of the links that were sent. It goes when the last of them has run out.
const askedKind = "mail-asked"

// asked is such a record.
type asked struct {
	Links []sentLink `json:"links"`
}

type sentLink struct {
	Hash string    `json:"hash"` // of the token; "": it was used
	At   time.Time `json:"at"`
}

// Limits of asking. Who asks for the address of somebody else sends that mailbox a few messages a day at most, and learns nothing from the answer.
const (
	perAddress = 3
	addressFor = 24 * time.Hour
	perNetwork = 10
	perHour    = 300 // of all
	networkFor = time.Hour
)

// List is who subscribes by mail: the way in, by a link that is sent, and the way out.
type List struct {
	desk   *Desk
	store  store.Store
	book   *subscribe.Book
	post   *Post
	log    *slog.Logger
	cursor func(ctx context.Context, s subscribe.Subscription) (string, error) // where the log stands for a subscriber
	now    func() time.Time
	wake   chan struct{} // something is to be sent

	mu    sync.Mutex // protects what follows
	since time.Time  // when counting began
	from  map[string]int
	all   int
	swept time.Time
}

// NewList makes a list over a store. cursor says where the log of events stands as a subscriber sees it: what happened before is not told.
func NewList(st store.Store, d *Desk, p *Post, cursor func(context.Context, subscribe.Subscription) (string, error), log *slog.Logger, now func() time.Time) *List {
	if now == nil {
		now = time.Now
	}
	return &List{desk: d, store: st, book: subscribe.NewBook(st, now), post: p, cursor: cursor, log: log, now: now, wake: make(chan struct{}, 1), from: map[string]int{}}
}

// Check complains of a wish that cannot be fulfilled, and writes it in its canonical form. Each complaint begins with the name of the field.
func (w *Wish) Check() (err error) {
	if w.Address, err = ParseAddress(w.Address); err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "address: %w", err)
	}
	s := subscribe.Subscription{Filter: w.Filter}
	f, err := s.Selects()
	if err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "filter: %w", err)
	}
	w.Filter = f.Query().Encode()
	switch w.Cadence {
	case subscribe.Instant, subscribe.Daily, subscribe.Weekly:
	default:
		return threatwatch.Errorf(threatwatch.Invalid, "cadence: choose at once, each day or each week")
	}
	if _, err := time.LoadLocation(w.At.Zone); err != nil || w.At.Zone == "Local" {
		return threatwatch.Errorf(threatwatch.Invalid, "zone: %q is no time zone such as Europe/Berlin or UTC", w.At.Zone)
	}
	if w.At.Hour < 0 || w.At.Hour > 23 {
		return threatwatch.Errorf(threatwatch.Invalid, "hour: choose an hour from 0 to 23")
	}
	if w.At.Day < time.Sunday || w.At.Day > time.Saturday {
		return threatwatch.Errorf(threatwatch.Invalid, "day: choose a day of the week")
	}
	return nil
}

// Ask sends a link by which the owner of an address says that the wish is theirs. The answer is the same for every address, whether it has a
// subscription, and whether one of our messages may go there now.
func (l *List) Ask(ctx context.Context, w Wish, network string) error {
	if err := w.Check(); err != nil {
		return err
	}
	if err := l.count(network); err != nil {
		return err
	}
	w.Until = l.now().Add(confirmTime).UTC()
	token := l.desk.Tokens.Seal(w)
	if err := l.note(ctx, w.Address, token); err != nil {
		return err
	}
	select {
	case l.wake <- struct{}{}:
	default: // it is awake already
	}
	return nil
}

// count refuses who asks too often, by network and in all.
func (l *List) count(network string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.now(); now.Sub(l.since) >= networkFor {
		l.since, l.all = now, 0
		clear(l.from)
	}
	if l.from[network] >= perNetwork || l.all >= perHour {
		return threatwatch.Errorf(threatwatch.Unavailable, "Too many subscriptions were asked for from where you are. Nothing was sent; try again in an hour.")
	}
	l.from[network]++
	l.all++
	return nil
}

// note keeps the hash of a link and has the link sent, unless as many went to the address lately as may.
func (l *List) note(ctx context.Context, address, token string) error {
	key, now := l.desk.Tokens.known(address), l.now().UTC()
	err := l.store.Update(ctx, func(tx store.Tx) error {
		if err := hasRoom(ctx, tx); err != nil {
			return err
		}
		a, err := readAsked(ctx, tx, key)
		if err != nil {
			return err
		}
		a.forget(now)
		lately := 0
		for _, s := range a.Links {
			if now.Sub(s.At) < addressFor {
				lately++
			}
		}
		if lately < perAddress {
			a.Links = append(a.Links, sentLink{hashOf(token), now})
			if err := l.wait(ctx, tx, token); err != nil {
				return err
			}
		}
		return writeAsked(ctx, tx, key, a)
	})
	if err == nil {
		err = l.sweep(ctx, now)
	}
	return err
}

// forget drops the links that have run out.
func (a *asked) forget(now time.Time) {
	a.Links = slices.DeleteFunc(a.Links, func(s sentLink) bool { return now.Sub(s.At) >= confirmTime })
}

func readAsked(ctx context.Context, r store.Recorder, key string) (a asked, err error) {
	doc, err := r.Record(ctx, askedKind, key)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return a, nil
	}
	if err == nil {
		err = json.Unmarshal(doc, &a)
	}
	return a, err
}

func writeAsked(ctx context.Context, tx store.Tx, key string, a asked) error {
	if len(a.Links) == 0 {
		return tx.DeleteRecord(ctx, askedKind, key)
	}
	doc, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return tx.PutRecord(ctx, askedKind, key, doc)
}

// sweep deletes what has run out, once an hour.
func (l *List) sweep(ctx context.Context, now time.Time) error {
	l.mu.Lock()
	due := now.Sub(l.swept) >= time.Hour
	if due {
		l.swept = now
	}
	l.mu.Unlock()
	if !due {
		return nil
	}
	return l.store.Update(ctx, func(tx store.Tx) error {
		old := map[string]asked{}
		err := tx.Records(ctx, askedKind, "", func(key string, doc []byte) error {
			var a asked
			if err := json.Unmarshal(doc, &a); err != nil {
				return err
			}
			n := len(a.Links)
			if a.forget(now); len(a.Links) < n {
				old[key] = a
			}
			return nil
		})
		for key, a := range old {
			if err == nil {
				err = writeAsked(ctx, tx, key, a)
			}
		}
		return err
	})
}

// Wished is what a link asks for, before it is confirmed.
func (l *List) Wished(ctx context.Context, token string) (w Wish, err error) {
	err = l.store.Read(ctx, func(sn store.Snapshot) error {
		w, err = l.wished(ctx, sn, token)
		return err
	})
	return w, err
}

func (l *List) wished(ctx context.Context, r store.Recorder, token string) (Wish, error) {
	w, err := l.desk.Tokens.Open(token, l.now())
	if err != nil {
		return w, err
	}
	a, err := readAsked(ctx, r, l.desk.Tokens.known(w.Address))
	if err == nil && !a.has(token) {
		err = errSpent
	}
	return w, err
}

func (a *asked) has(token string) bool {
	return slices.ContainsFunc(a.Links, func(s sentLink) bool { return s.Hash == hashOf(token) })
}

// Confirm makes a subscription of what a link asks for. The link holds once: that it was used, and the subscription, are written together. Who has
// the same subscription already gets its new times, and mail again if it had been stopped.
func (l *List) Confirm(ctx context.Context, token string) (s subscribe.Subscription, err error) {
	w, err := l.Wished(ctx, token)
	if err != nil {
		return s, err
	}
	s = subscribe.Subscription{Kind: subscribe.Mail, To: w.Address, Person: w.Person, Filter: w.Filter}
	at, err := l.cursor(ctx, s)
	if err != nil {
		return s, err
	}
	key := l.desk.Tokens.known(w.Address)
	err = l.store.Update(ctx, func(tx store.Tx) error {
		a, err := readAsked(ctx, tx, key)
		if err != nil {
			return err
		}
		if !a.has(token) {
			return errSpent
		}
		for i := range a.Links {
			if a.Links[i].Hash == hashOf(token) {
				a.Links[i].Hash = "" // that it was sent still counts
			}
		}
		if err := writeAsked(ctx, tx, key, a); err != nil {
			return err
		}
		if s, err = l.standing(ctx, tx, w, at); err != nil {
			return err
		}
		return subscribe.Save(ctx, tx, &s)
	})
	return s, err
}

// standing is the subscription that a wish becomes: a new one, or the one that the address has for the same.
func (l *List) standing(ctx context.Context, tx store.Tx, w Wish, cursor string) (subscribe.Subscription, error) {
	id, now := l.desk.Tokens.subscription(w), l.now().UTC()
	s, err := subscribe.Load(ctx, tx, id)
	switch {
	case threatwatch.KindOf(err) == threatwatch.NotFound:
		s = subscribe.Subscription{ID: id, Created: now, Cursor: cursor, Looked: now}
	case err != nil:
		return s, err
	case s.State == subscribe.Stopped: // what came while nothing could be delivered is not told at once
		s.Cursor, s.Looked = cursor, now
	}
	s.Kind, s.To, s.Person, s.Filter, s.Cadence, s.At = subscribe.Mail, w.Address, w.Person, w.Filter, w.Cadence, w.At
	s.State, s.Why, s.By, s.Refusals, s.Bounces = subscribe.Active, "", w.Address, 0, 0
	s.Nudge++
	return s, nil
}

// WayOut is the page that ends a subscription, as each of its messages names it.
func (l *List) WayOut(id string) string { return "/unsubscribe?t=" + l.desk.Tokens.Leaving(id) }

// Leaving is the subscription that a token ends; NotFound when there is none any more.
func (l *List) Leaving(ctx context.Context, token string) (s subscribe.Subscription, err error) {
	id, err := l.desk.Tokens.ReadLeaving(token)
	if err != nil {
		return s, err
	}
	return l.book.Get(ctx, id)
}

// Leave ends the subscription of a token, with all that is on its way, at once. Who has left already has left.
func (l *List) Leave(ctx context.Context, token string) error {
	id, err := l.desk.Tokens.ReadLeaving(token)
	if err != nil {
		return err
	}
	if err := l.book.Remove(ctx, id); threatwatch.KindOf(err) != threatwatch.NotFound {
		return err
	}
	return nil
}
