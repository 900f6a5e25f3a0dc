package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"threatwatch"
)

// errBroken marks errors after which a connection is gone: what the server made of the statement is not known.
var errBroken = errors.New("the connection to the database broke")

// lost says that there is no connection any more, or none could be made.
func lost(err error) bool {
	_, unconnected := errors.AsType[*pgconn.ConnectError](err)
	return unconnected || errors.Is(err, errBroken)
}

// again says that the same work may well succeed when it is done once more: a serialization failure or a deadlock.
func again(err error) bool {
	code := sqlState(err)
	return code == "40001" || code == "40P01"
}

func sqlState(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// unavailable gives errors that are of the database's state and not of the request their kind; the cause is for the log.
func unavailable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || threatwatch.KindOf(err) != threatwatch.Internal {
		return err
	}
	code := sqlState(err)
	// Read-only, lock not available; out of resources; operator intervention.
	state := code == "25006" || code == "55P03" || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57")
	if lost(err) || again(err) || state {
		return threatwatch.Errorf(threatwatch.Unavailable, "the database cannot be used now: %w", err)
	}
	return err
}
