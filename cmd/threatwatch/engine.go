package main

import (
	"context"

	"threatwatch"
	"threatwatch/store"
)

// openEngine opens the database at a path, making it when it is missing.
func openEngine(_ context.Context, path string) (store.Store, error) {
	return nil, threatwatch.Errorf(threatwatch.Unavailable, "open %s: this build has no storage engine", path)
}
