// Package deliver tells subscribers what happened in the watch: one message after the other, through outages and kills, at least once.
//
// Any number of processes may run an [Engine] over one store: one of them, which holds the lease, delivers. It does two things for each
// subscription. It gathers: what a notice.Reader finds after the cursor becomes deliveries, in the transaction in which the cursor moves, so that
// nothing is lost and nothing is gathered twice. And it sends what is due, making each message at that moment by the view of the subscriber: a
// retry tells what may be told then, and nothing that was withheld since. What came of it is written down after the receiver answered; who is
// killed in between sends the message again, under the same id.
//
// Order: the events of a subscription go out as they came in. A message that is not taken holds those behind it for its first retries, after 5
// seconds and after 5 minutes, so that a restart of the receiver changes no order. Then it waits by itself for up to three days, and the others
// pass it: who cares for the order goes by the timestamps. See [schedule].
package deliver

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/notice"
	"threatwatch/notice/subscribe"
	"threatwatch/release"
	"threatwatch/store"
	"threatwatch/watch/index"
)

// Message is what is brought to a receiver.
type Message struct {
	ID     string // the same at every attempt
	To     subscribe.Subscription
	Type   string // of its event; subscribe.TypeTest, which has none; subscribe.TypeDigest
	Events []notice.Event
	Tries  int       // attempts before this one
	Made   time.Time // when it became due to be told
	Now    time.Time // of the attempt
}

// Answer is what came of an attempt.
type Answer struct {
	Verdict Verdict
	Wait    time.Duration // for how long the receiver asked to be left alone; 0: it did not
	Words   string        // for people: "204 No Content"; without anything secret
}

// Verdict is an answer in one word.
type Verdict int

// The verdicts.
const (
	NotNow  Verdict = iota // try again
	Took                   // the receiver has it
	Refused                // the receiver will never take this message; another, perhaps
	Never                  // the receiver wants nothing more, ever
)

// Carrier brings messages to the receivers of one kind of subscription.
type Carrier interface {
	// Carry makes one attempt. It ends after a time of its own, or when ctx does.
	Carry(ctx context.Context, m *Message) Answer
}

// Options are what an Engine works with. All but Log, Now, Audit and Observe are needed.
type Options struct {
	Store    store.Store
	Releaser *release.Releaser
	Holder   string // names this process
	Carriers map[subscribe.Kind]Carrier
	// Subject finds out, now, in whose view a subscription is; NotFound when they take part no more.
	Subject func(ctx context.Context, s *subscribe.Subscription) (release.Subject, error)
	Log     *slog.Logger
	Now     func() time.Time
	Audit   func(ctx context.Context, what, subject string) error // what the engine decided by itself
	Observe func(kind subscribe.Kind, stage subscribe.Stage)      // a delivery came to a stage; Waiting: it is to be tried again
}

// Engine delivers.
type Engine struct {
	opt    Options
	keeper *index.Keeper // of its own: views of subscribers must not push out those of pages
	lease  *store.Lease
	slots  chan struct{}

	mu    sync.Mutex // protects what follows
	desks map[string]*desk
}

// desk is what is known of a subscription between two looks at it.
type desk struct {
	busy  bool
	seen  store.Stamp // the log up to there was looked at
	nudge int64       // of the subscription, then
	wake  time.Time   // when something is due; zero: nothing
}

// Measures of an engine.
const (
	lookEvery   = time.Second            // how often is looked for what people asked for and for what is due
	settling    = 100 * time.Millisecond // what comes in together is looked at together
	atOnce      = 16                     // subscriptions that are sent to at one time
	maxWaiting  = 1000                   // deliveries to one subscriber; what comes then stays in the log, which loses nothing
	keepDone    = 200                    // deliveries to one subscriber that came to an end and are kept to be looked at
	mailsAnHour = 10                     // to one mailbox, of one subscription; what is too much is told in one
	refusals    = 3                      // messages in a row that are refused for good before a subscription is stopped
	afterFault  = 10 * time.Second       // how long a subscription is left alone when something failed here
)

// New makes an engine.
func New(opt Options) *Engine {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Audit == nil {
		opt.Audit = func(context.Context, string, string) error { return nil }
	}
	if opt.Observe == nil {
		opt.Observe = func(subscribe.Kind, subscribe.Stage) {}
	}
	return &Engine{opt: opt, keeper: index.NewKeeper(opt.Releaser), lease: &store.Lease{Name: "notices", Holder: opt.Holder}, slots: make(chan struct{}, atOnce), desks: map[string]*desk{}}
}

// Run delivers until ctx ends. It waits for its turn while another process delivers.
func (e *Engine) Run(ctx context.Context) {
	defer e.lease.Release(context.WithoutCancel(ctx), e.opt.Store)
	for ctx.Err() == nil {
		mine, err := e.hold(ctx)
		if err == nil && mine {
			err = e.reign(ctx)
		}
		if err != nil && ctx.Err() == nil {
			e.opt.Log.Warn("notices wait", "error", err)
		}
		pause(ctx, e.lease.Renew())
	}
}

func (e *Engine) hold(ctx context.Context) (mine bool, err error) {
	err = e.opt.Store.Update(ctx, func(tx store.Tx) error {
		mine, err = e.lease.Hold(ctx, tx)
		return err
	})
	return mine, err
}

// reign delivers as long as the lease is this process's.
func (e *Engine) reign(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer end()
	e.desks = map[string]*desk{} // what others did meanwhile is not known
	held := time.Now()
	for ctx.Err() == nil {
		if time.Since(held) >= e.lease.Renew() {
			mine, err := e.hold(ctx)
			if err != nil || !mine {
				return err
			}
			held = time.Now()
		}
		last, err := e.round(ctx, &wg)
		if err != nil {
			return err
		}
		look, done := context.WithTimeout(ctx, lookEvery)
		if err := e.opt.Store.Wait(look, last); err != nil {
			<-look.Done()
		}
		done()
		pause(ctx, settling)
	}
	return nil
}

// round has somebody look at each subscription for which there may be something to do. last is where the log ends.
func (e *Engine) round(ctx context.Context, wg *sync.WaitGroup) (last store.Stamp, err error) {
	var list []subscribe.Subscription
	err = e.opt.Store.Read(ctx, func(sn store.Snapshot) error {
		if last, err = sn.LastStamp(ctx); err != nil {
			return err
		}
		list, err = subscribe.List(ctx, sn, "")
		return err
	})
	if err != nil {
		return last, err
	}
	for i := range list {
		s := &list[i]
		if e.opt.Carriers[s.Kind] == nil || !e.take(s, last) {
			continue
		}
		wg.Go(func() {
			wake, err := e.tend(ctx, s)
			if err != nil && ctx.Err() == nil && !gone(err) {
				e.opt.Log.Error("notices of a subscription wait", "subscription", s.ID, "error", err)
				wake = e.opt.Now().Add(afterFault)
			}
			e.leave(s.ID, last, wake)
		})
	}
	return last, nil
}

// take says whether a subscription is to be looked at now, which nobody else does until leave is called.
func (e *Engine) take(s *subscribe.Subscription, last store.Stamp) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.desks[s.ID]
	if d == nil {
		d = &desk{nudge: -1}
		e.desks[s.ID] = d
	}
	due := !d.wake.IsZero() && !e.opt.Now().Before(d.wake)
	if d.busy || s.State != subscribe.Active || d.seen == last && d.nudge == s.Nudge && !due {
		return false
	}
	select {
	case e.slots <- struct{}{}:
	default:
		return false // all are busy: the next round finds it again
	}
	d.busy, d.nudge = true, s.Nudge // what is asked for from now on is seen by the next look
	return true
}

// leave notes that a look ended at which the log ended there.
func (e *Engine) leave(id string, last store.Stamp, wake time.Time) {
	<-e.slots
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.desks[id]
	d.busy, d.seen, d.wake = false, last, wake
}

// pause waits for a time or for the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// actions are what is done with what leaves, by the kind of subscription.
var actions = map[subscribe.Kind]release.Action{subscribe.Hook: release.Webhook, subscribe.Mail: release.NotifyEmail}

// reader reads what may be told to a subscriber now.
func (e *Engine) reader(ctx context.Context, s *subscribe.Subscription) (*notice.Reader, error) {
	who, err := e.opt.Subject(ctx, s)
	if err != nil {
		return nil, err
	}
	who.Plain = who.Plain || strings.HasPrefix(s.To, "http://")
	return notice.NewReader(e.opt.Releaser, e.keeper, who, actions[s.Kind]), nil
}

// interest is what a subscriber wants to hear of.
func (e *Engine) interest(ctx context.Context, s *subscribe.Subscription) (notice.Interest, error) {
	filter, err := s.Selects()
	return notice.Interest{Filter: filter, Told: func(incident string) (is bool, err error) {
		err = e.opt.Store.Read(ctx, func(sn store.Snapshot) error {
			is, err = subscribe.Told(ctx, sn, s.ID, incident)
			return err
		})
		return is, err
	}}, err
}

// errLost: another process delivers now.
var errLost = threatwatch.Errorf(threatwatch.Unavailable, "another process delivers now")

// update writes what this process may write as long as it delivers. f gets the subscription as it is now, and has it written.
func (e *Engine) update(ctx context.Context, s *subscribe.Subscription, f func(tx store.Tx, now *subscribe.Subscription) error) error {
	var fresh subscribe.Subscription
	err := e.opt.Store.Update(ctx, func(tx store.Tx) error {
		mine, err := e.lease.Held(ctx, tx)
		if err == nil && !mine {
			err = errLost
		}
		if err != nil {
			return err
		}
		if fresh, err = subscribe.Load(ctx, tx, s.ID); err != nil {
			return err
		}
		if err := f(tx, &fresh); err != nil {
			return err
		}
		return subscribe.Save(ctx, tx, &fresh)
	})
	if err == nil {
		*s = fresh
	}
	return err
}

// gone says that there is nothing to do about an error: the subscription was removed, or is another process's to see to.
func gone(err error) bool {
	return errors.Is(err, errLost) || threatwatch.KindOf(err) == threatwatch.NotFound
}
