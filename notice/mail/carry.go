package mail

import (
	"context"
	"errors"
	"fmt"

	"threatwatch/notice/deliver"
	"threatwatch/notice/subscribe"
)

// Carrier brings notices to subscribers by mail.
type Carrier struct {
	Desk *Desk
	Post *Post
}

var _ deliver.Carrier = Carrier{}

// Carry writes the message and hands it to the relay.
func (c Carrier) Carry(ctx context.Context, m *deliver.Message) deliver.Answer {
	err := c.Post.Send(ctx, c.Desk.letterOf(m))
	var refused *Refused
	switch {
	case err == nil:
		return deliver.Answer{Verdict: deliver.Took, Words: "250 the relay took it"}
	case errors.As(err, &refused):
		return deliver.Answer{Verdict: deliver.Refused, Words: fmt.Sprintf("%d: the relay refused it", refused.Code)}
	}
	return deliver.Answer{Words: words(err)}
}

func (d *Desk) letterOf(m *deliver.Message) Message {
	switch {
	case m.Type == subscribe.TypeTest:
		return d.Trial(m.To.To)
	case m.Type == subscribe.TypeDigest:
		return d.Digest(&m.To, m.Events, m.Made)
	}
	return d.Alert(&m.To, m.Events[0])
}
