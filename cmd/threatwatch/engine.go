package main

import (
	"context"
	"path/filepath"

	"threatwatch/store"
	"threatwatch/store/sqlite"
)

// openEngine opens the database file at path, making it when it is missing.
func openEngine(ctx context.Context, path string) (store.Store, error) {
	return sqlite.Open(ctx, filepath.Dir(path), sqlite.Options{})
}
