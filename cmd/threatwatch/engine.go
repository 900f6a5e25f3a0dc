package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"threatwatch"
	"threatwatch/store"
	"threatwatch/store/postgres"
	"threatwatch/store/sqlite"
)

// dataFile is the database inside a data directory.
const dataFile = sqlite.FileName

// openStore opens the store in a place that holds one already: `serve`, `demo`, `import` and `org add` make it.
func (a *app) openStore(p place) (store.Store, error) {
	st, err := openExisting(a.ctx, p)
	if errors.Is(err, errNoExchange) {
		return nil, withHint(err, "say where it is with --data, or make one there with: threatwatch serve --data %s", p)
	}
	return whole(a.ctx, st, err)
}

// createStore opens the store in a place, making what is missing.
func (a *app) createStore(p place) (store.Store, error) {
	st, err := openOrMake(a.ctx, p)
	return whole(a.ctx, st, err)
}

func openOrMake(ctx context.Context, p place) (store.Store, error) {
	if p.database() {
		return postgres.Open(ctx, string(p), postgres.Options{})
	}
	if err := os.MkdirAll(string(p), 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	return sqlite.Open(ctx, string(p), sqlite.Options{})
}

// errNoExchange: the place is empty.
var errNoExchange = postgres.ErrNone

func openExisting(ctx context.Context, p place) (store.Store, error) {
	if p.database() {
		return postgres.Open(ctx, string(p), postgres.Options{MustExist: true})
	}
	if _, err := os.Stat(filepath.Join(string(p), dataFile)); err != nil {
		return nil, threatwatch.Errorf(threatwatch.Unavailable, "%w in %s", errNoExchange, p)
	}
	return sqlite.Open(ctx, string(p), sqlite.Options{})
}
