package account

import (
	"context"
	"strings"

	"threatwatch"
	"threatwatch/store"
)

// PersonByEmail is somebody as they would come in now, by the address that they sign in with; NotFound when they do not any more.
func (a *Accounts) PersonByEmail(ctx context.Context, email string) (c Caller, err error) {
	var p Person
	err = a.store.Read(ctx, func(s store.Snapshot) error { return load(ctx, s, personKind, strings.ToLower(email), &p) })
	if err == nil && p.Disabled {
		err = threatwatch.Errorf(threatwatch.NotFound, "%s is disabled", email)
	}
	if err != nil {
		return c, err
	}
	return a.person(ctx, p)
}
