package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// turn is what each reading begins and ends with. These statements are asked of the driver itself, since most requests need no more of the
// database, and what database/sql does around a statement costs as much as one of these.
type turn struct {
	begin, end, version driver.Stmt
	row                 [1]driver.Value
}

func newTurn(c *sql.Conn) (*turn, error) {
	t := &turn{}
	return t, c.Raw(func(dc any) (err error) {
		for text, s := range map[string]*driver.Stmt{"BEGIN": &t.begin, "ROLLBACK": &t.end, "PRAGMA data_version": &t.version} {
			if *s, err = dc.(driver.ConnPrepareContext).PrepareContext(bg, text); err != nil {
				return fmt.Errorf("prepare %s: %w", text, err)
			}
		}
		return nil
	})
}

func (t *turn) close() {
	for _, s := range []driver.Stmt{t.begin, t.end, t.version} {
		s.Close()
	}
}

// beginReading begins a snapshot. PRAGMA data_version differs, within the snapshot, as soon as another connection has committed anything:
// what this one has read of another version is forgotten.
func (c *conn) beginReading() error {
	return c.c.Raw(func(any) error {
		if _, err := c.turn.begin.(driver.StmtExecContext).ExecContext(bg, nil); err != nil {
			return fmt.Errorf("begin reading: %w", err)
		}
		rows, err := c.turn.version.(driver.StmtQueryContext).QueryContext(bg, nil)
		if err != nil {
			return fmt.Errorf("read data version: %w", err)
		}
		defer rows.Close()
		if err := rows.Next(c.turn.row[:]); err != nil {
			return fmt.Errorf("read data version: %w", err)
		}
		if version := c.turn.row[0].(int64); c.kept == nil || c.kept.version != version {
			c.kept = newKept(version)
		}
		return nil
	})
}

// endReading ends it, and what did not begin.
func (c *conn) endReading() {
	c.c.Raw(func(any) error {
		_, err := c.turn.end.(driver.StmtExecContext).ExecContext(bg, nil)
		return err
	})
}
