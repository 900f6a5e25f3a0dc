package sqlite

import (
	"context"
	"fmt"
	"os"
	"time"

	"threatwatch"
)

// Backup writes a consistent, compact copy to a path that must not exist. Others go on reading and writing meanwhile.
func (d *DB) Backup(ctx context.Context, path string, progress func(done, total int64)) error {
	if _, err := os.Lstat(path); err == nil {
		return threatwatch.Errorf(threatwatch.Conflict, "%s exists already", path)
	}
	total := size(d.path) + size(d.path+"-wal")
	var c *conn
	select {
	case c = <-d.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { d.readers <- c }()
	done := make(chan error, 1)
	go func() { // VACUUM INTO reads one snapshot; ctx interrupts it
		_, err := c.c.ExecContext(ctx, "VACUUM INTO ?", path)
		done <- err
	}()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				os.Remove(path)
				return fmt.Errorf("back up to %s: %w", path, err)
			}
			if progress != nil {
				progress(total, total)
			}
			return durable(path)
		case <-tick.C:
			if progress != nil {
				progress(min(size(path), total), total)
			}
		}
	}
}

func durable(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func size(path string) int64 {
	st, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return st.Size()
}
