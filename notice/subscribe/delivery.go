package subscribe

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/store"
)

// Stage is how far a delivery came.
type Stage string

// The stages of a delivery. All but the first are ends.
const (
	Waiting  Stage = "waiting"  // for its time, or its turn
	Taken    Stage = "taken"    // the receiver has it
	Withheld Stage = "withheld" // when it was to be sent, the subscriber might no longer see any of it
	Failed   Stage = "failed"   // given up
)

// Delivery is one message on its way to a subscriber: the stretch of the log that it tells of, and how that goes. It holds no content.
type Delivery struct {
	ID           string `json:"id"`              // the same at every attempt, and when it is sent anew: who gets it twice can tell
	Subscription string `json:"subscription"`    //
	After        string `json:"after"`           // it tells what comes after this cursor,
	Upto         string `json:"upto"`            // up to this one, which counts
	Type         string `json:"type"`            // of its event; TypeTest, TypeDigest
	About        string `json:"about,omitempty"` // the id of the incident of its event

	Stage  Stage     `json:"stage"`
	Made   time.Time `json:"made"`
	Due    time.Time `json:"due"`             // when it is to be sent, or sent again
	Tries  int       `json:"tries,omitempty"` // attempts that ended
	First  time.Time `json:"first,omitzero"`  // of them
	Last   time.Time `json:"last,omitzero"`
	Answer string    `json:"answer,omitempty"` // to the last, in a few words
}

// Types of deliveries that are not those of an event.
const (
	TypeTest   = "test"   // tells nothing: tries out whether the receiver takes it
	TypeDigest = "digest" // tells all that happened in its stretch
)

// NewDelivery is a delivery of a stretch of the log to a subscriber, due at once.
func NewDelivery(subscription, after, upto, typ string, now time.Time) *Delivery {
	d := &Delivery{Subscription: subscription, After: after, Upto: upto, Type: typ, Stage: Waiting, Made: now.UTC(), Due: now.UTC()}
	sum := sha256.Sum256([]byte(d.key()))
	d.ID = "msg_" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
	return d
}

// NewTest is a delivery that tells nothing.
func NewTest(subscription string, now time.Time) *Delivery {
	at := strconv.FormatInt(now.UnixMicro(), 10)
	return NewDelivery(subscription, at, at, TypeTest, now)
}

// key orders the deliveries of a subscriber by the log.
func (d *Delivery) key() string {
	key := d.Subscription + "/" + strings.Repeat("0", max(0, 20-len(d.Upto))) + d.Upto
	if d.Type == TypeTest {
		key += "-T"
	}
	return key
}

// Again makes a delivery wait anew, with all its attempts before it.
func (d *Delivery) Again(now time.Time) {
	d.Stage, d.Due, d.Tries, d.First = Waiting, now.UTC(), 0, time.Time{}
}

// SaveDelivery writes a delivery.
func SaveDelivery(ctx context.Context, tx store.Tx, d *Delivery) error {
	return put(ctx, tx, deliveryKind, d.key(), d)
}

// DropDelivery forgets a delivery.
func DropDelivery(ctx context.Context, tx store.Tx, d *Delivery) error {
	return tx.DeleteRecord(ctx, deliveryKind, d.key())
}

// Deliveries calls f for each delivery to a subscriber, in the order of the log.
func Deliveries(ctx context.Context, r store.Recorder, subscription string, f func(*Delivery) error) error {
	return r.Records(ctx, deliveryKind, subscription+"/", func(key string, doc []byte) error {
		d, err := parse[Delivery](key, doc)
		if err != nil {
			return err
		}
		return f(&d)
	})
}

// Deliveries is what is on its way to a subscriber, and what lately was, in the order of the log.
func (b *Book) Deliveries(ctx context.Context, subscription string) (list []Delivery, err error) {
	err = b.store.Read(ctx, func(sn store.Snapshot) error {
		return Deliveries(ctx, sn, subscription, func(d *Delivery) error { list = append(list, *d); return nil })
	})
	return list, err
}

// Tell notes that a subscriber is told of an incident.
func Tell(ctx context.Context, tx store.Tx, subscription, incident string) error {
	key := subscription + "/" + incident
	if _, err := tx.Record(ctx, toldKind, key); threatwatch.KindOf(err) != threatwatch.NotFound {
		return err
	}
	return tx.PutRecord(ctx, toldKind, key, []byte("{}"))
}

// Told says whether a subscriber was told of an incident.
func Told(ctx context.Context, r store.Recorder, subscription, incident string) (bool, error) {
	_, err := r.Record(ctx, toldKind, subscription+"/"+incident)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return false, nil
	}
	return err == nil, err
}
