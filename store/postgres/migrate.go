package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"threatwatch"
)

//go:embed schema/*.sql
var schema embed.FS

// steps are the files that make the tables, in order.
func steps() []string {
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	return files
}

// schemaVersion is how many steps the database has taken; 0 when it holds no exchange.
func schemaVersion(ctx context.Context, c *pgx.Conn) (have int, err error) {
	var there bool
	if err := c.QueryRow(ctx, "SELECT to_regclass('migration') IS NOT NULL").Scan(&there); err != nil || !there {
		return 0, err
	}
	err = c.QueryRow(ctx, "SELECT version FROM migration WHERE one = 1").Scan(&have)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return have, err
}

// fits refuses tables of another version than this program's.
func fits(have int) error {
	switch n := len(steps()); {
	case have > n:
		return threatwatch.Errorf(threatwatch.Unavailable, "the data was written by a newer version of this program (schema %d, this one knows %d)", have, n)
	case have < n:
		return threatwatch.Errorf(threatwatch.Unavailable, "the data has schema %d, this program needs %d: start it once on the primary", have, n)
	}
	return nil
}

// migrate brings the tables to the newest schema, each step in a transaction of its own, forward only. Several processes may do so at
// once: the row of table migration lets one step at a time through.
func migrate(ctx context.Context, c *pgx.Conn) error {
	if _, err := c.Exec(ctx, "SET statement_timeout = 0"); err != nil {
		return unavailable(err)
	}
	if err := first(ctx, c); err != nil {
		return fmt.Errorf("make table migration: %w", unavailable(err))
	}
	for {
		have, err := schemaVersion(ctx, c)
		if err != nil {
			return unavailable(err)
		}
		if have >= len(steps()) {
			return fits(have)
		}
		if err := step(ctx, c, have); err != nil {
			return fmt.Errorf("migrate to %s: %w", steps()[have], unavailable(err))
		}
	}
}

// first makes the table that counts steps. Who loses the race to make it finds it at the next try.
func first(ctx context.Context, c *pgx.Conn) (err error) {
	for range 10 {
		_, err = c.Exec(ctx, "CREATE TABLE IF NOT EXISTS migration(one integer PRIMARY KEY CHECK (one = 1), version integer NOT NULL)")
		if err == nil {
			_, err = c.Exec(ctx, "INSERT INTO migration(one, version) VALUES (1, 0) ON CONFLICT (one) DO NOTHING")
			return err
		}
		pg, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || !slices.Contains([]string{"23505", "42710", "42P07", "40001", "40P01"}, pg.Code) {
			return err
		}
	}
	return err
}

// step takes the step after have, unless another process has done so while this one waited for the row.
func step(ctx context.Context, c *pgx.Conn, have int) error {
	text, err := schema.ReadFile(steps()[have])
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		var now int
		if err := tx.QueryRow(ctx, "SELECT version FROM migration WHERE one = 1 FOR UPDATE").Scan(&now); err != nil || now != have {
			return err
		}
		if _, err := tx.Exec(ctx, string(text), pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE migration SET version = $1 WHERE one = 1", have+1)
		return err
	})
}
