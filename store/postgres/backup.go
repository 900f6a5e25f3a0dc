package postgres

import (
	"context"

	"threatwatch"
)

// Backup refuses: PostgreSQL's own tools copy a database in use consistently, and restore roles, settings and points in time besides.
func (d *DB) Backup(context.Context, string, func(done, total int64)) error {
	return threatwatch.Errorf(threatwatch.Unsupported, "an exchange in PostgreSQL is backed up with PostgreSQL's tools: pg_dump --format=custom for one copy, pg_basebackup with archived WAL for any point in time")
}
