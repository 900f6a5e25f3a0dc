package account

import (
	"context"
	"time"

	"threatwatch"
)

// The brake slows down guessing of passwords, by address and by network. It holds across requests that come at the same moment: only a
// few passwords are looked at at a time, which also bounds the memory that strangers can make us use (19 MiB a password).

// backoff counts failures: after some, each further one doubles the wait.
type backoff struct {
	failures int
	until    time.Time // no try before
	last     time.Time // failure
}

const (
	freeTries  = 5
	maxBackoff = 15 * time.Minute
	forgetting = time.Hour // without a failure
	maxTracked = 10_000
	hashSlots  = 2
)

// hashing waits for one of the few places in which a password may be looked at.
func (a *Accounts) hashing(ctx context.Context) (leave func(), err error) {
	select {
	case a.slots <- struct{}{}:
		return func() { <-a.slots }, nil
	case <-ctx.Done():
		return nil, threatwatch.Errorf(threatwatch.Unavailable, "sign in: %w", ctx.Err())
	}
}

// mayTry refuses while the address or the network it comes from has to wait.
func (a *Accounts) mayTry(email, network string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, key := range []string{"e " + email, "n " + network} {
		if b := a.tries[key]; b != nil && a.now().Before(b.until) {
			return threatwatch.Errorf(threatwatch.Unauthenticated, "too many failed sign-ins: try again in %s", b.until.Sub(a.now()).Round(time.Second))
		}
	}
	return nil
}

// failed counts a failure; braked says that it is the one by which the address has to wait.
func (a *Accounts) failed(email, network string) (braked bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if len(a.tries) > maxTracked {
		a.forget(now)
	}
	for key, free := range map[string]int{"e " + email: freeTries, "n " + network: 4 * freeTries} {
		b := a.tries[key]
		if b == nil || b.stale(now) {
			b = &backoff{}
			a.tries[key] = b
		}
		b.last = now
		if b.failures++; b.failures > free {
			b.until = now.Add(min(time.Second<<min(b.failures-free, 20), maxBackoff))
		}
	}
	return a.tries["e "+email].failures == freeTries+1
}

func (b *backoff) stale(now time.Time) bool { return now.Sub(b.last) > forgetting }

// forget makes room: what is old goes, then whoever need not wait. Those who wait stay, so that nobody shakes off a wait by failing
// under many names; when even they are too many, everything goes.
func (a *Accounts) forget(now time.Time) {
	for _, goes := range []func(*backoff) bool{
		func(b *backoff) bool { return b.stale(now) },
		func(b *backoff) bool { return !now.Before(b.until) },
		func(*backoff) bool { return true },
	} {
		for key, b := range a.tries {
			if goes(b) {
				delete(a.tries, key)
			}
		}
		if len(a.tries) <= maxTracked/2 {
			return
		}
	}
}

func (a *Accounts) succeeded(email string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.tries, "e "+email)
}
