package sqlite

import (
	"context"
	"slices"
	"testing"
	"time"

	"threatwatch/store"
	"threatwatch/store/storetest"
)

// TestContractInManyGenerations: the suite holds where the index of words begins a generation every third assertion, and outside of tests it is told so.
func TestContractInManyGenerations(t *testing.T) {
	t.Parallel()
	many := func(t storetest.T, dir string) store.Store { return openWith(t, dir, Options{Span: 3}) }
	told := 0
	broken := storetest.Check(t.Context(), storetest.Engine{Open: many}, func(v storetest.Verdict) {
		told++
		if !v.Holds {
			t.Errorf("%s: %q", v.Property, v.Faults)
		}
	})
	if broken != 0 || told == 0 {
		t.Errorf("%d properties, %d broken", told, broken)
	}
}

// TestCheckFindsFaults: outside of tests the suite says of an engine that forgets what it breaks.
func TestCheckFindsFaults(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for what never comes")
	}
	var broken []string
	n := storetest.Check(t.Context(), storetest.Engine{Patience: 2 * time.Second, Open: func(t storetest.T, dir string) store.Store {
		return forgetful{open(t, dir)}
	}}, func(v storetest.Verdict) {
		if !v.Holds {
			broken = append(broken, v.Property)
		}
	})
	for _, want := range []string{"PollersMissNothing", "Reopened", "SameTwice"} {
		if !slices.Contains(broken, want) {
			t.Errorf("an engine that forgets breaks %v, and not %s", broken, want)
		}
	}
	if n != len(broken) {
		t.Errorf("%d broken, %d told", n, len(broken))
	}
}

// forgetful acknowledges what it does not do.
type forgetful struct{ store.Store }

func (f forgetful) Update(ctx context.Context, do func(store.Tx) error) error {
	var failed error
	f.Store.Update(ctx, func(tx store.Tx) error {
		if failed = do(tx); failed == nil {
			return context.Canceled
		}
		return failed
	})
	return failed
}
