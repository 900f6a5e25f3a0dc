package mail

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"threatwatch"
)

// Outbox sends invitations. They are kept in memory only, since an address that is not confirmed is stored nowhere: what the end of the program
// cuts off is asked for again by who waits for it.
type Outbox struct {
	post  *Post
	log   *slog.Logger
	pause []time.Duration // between attempts
	slots chan struct{}

	ctx context.Context // of all that is under way
}

// maxUnderWay bounds the invitations that wait for the relay.
const maxUnderWay = 100

// NewOutbox makes one that works until ctx ends.
func NewOutbox(ctx context.Context, p *Post, log *slog.Logger) *Outbox {
	return &Outbox{post: p, log: log, pause: []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute}, slots: make(chan struct{}, maxUnderWay), ctx: ctx}
}

// put sends a message soon.
func (o *Outbox) put(m Message) error {
	select {
	case o.slots <- struct{}{}:
	default:
		return threatwatch.Errorf(threatwatch.Unavailable, "Mail does not go out at the moment. Nothing was sent; try again later.")
	}
	go func() {
		defer func() { <-o.slots }()
		o.send(m)
	}()
	return nil
}

func (o *Outbox) send(m Message) {
	for i := 0; ; i++ {
		err := o.post.Send(o.ctx, m)
		if err == nil || o.ctx.Err() != nil {
			return
		}
		var refused *Refused
		if errors.As(err, &refused) || i == len(o.pause) {
			o.log.Warn("an invitation is given up", "error", words(err))
			return
		}
		o.log.Info("an invitation waits for the relay", "attempt", i+1, "error", words(err))
		select {
		case <-o.ctx.Done():
		case <-time.After(o.pause[i]):
		}
	}
}
