package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"

	"threatwatch"
)

type backupCmd struct {
	data

	File string `arg:"" help:"File to write; it must not exist." type:"path"`
}

// Help is shown by --help.
func (*backupCmd) Help() string {
	return `Example:

  threatwatch backup /backups/threatwatch-2026-11-24.db --data ./data

A consistent copy of everything, taken while the exchange runs. It holds secrets and objects of every marking: keep it as safe as
the exchange itself. Data in PostgreSQL is backed up with PostgreSQL's own tools instead: pg_dump, or pg_basebackup with archived WAL.`
}

// Run writes the backup.
func (c *backupCmd) Run(a *app) error {
	st, err := a.openStore(c.Data)
	if err != nil {
		return err
	}
	defer st.Close()
	progress := func(done, total int64) {
		if isTerminal(a.Err) && total > 0 {
			fmt.Fprintf(a.Err, "\r%3d %%", done*100/total)
		}
	}
	if err := st.Backup(a.ctx, c.File, progress); err != nil {
		return err
	}
	if err := a.audit(st, "backup written", filepath.Base(c.File)); err != nil {
		return err
	}
	if isTerminal(a.Err) {
		fmt.Fprint(a.Err, "\r")
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "%s written, %s\n", c.File, humanize.IBytes(uint64(info.Size())))
	return nil
}

type restoreCmd struct {
	data

	File string `arg:"" help:"A file that backup wrote." type:"existingfile"`
}

// Help is shown by --help.
func (*restoreCmd) Help() string {
	return `Example:

  threatwatch restore /backups/threatwatch-2026-11-24.db --data ./restored

The directory must not hold an exchange yet. The backup is opened and checked before it is put in place.`
}

// Run restores the backup.
func (c *restoreCmd) Run(a *app) error {
	if c.Data.database() {
		return threatwatch.Errorf(threatwatch.Unsupported, "an exchange in PostgreSQL is restored with PostgreSQL's tools: pg_restore into an empty database")
	}
	dir := string(c.Data)
	target := filepath.Join(dir, dataFile)
	if _, err := os.Stat(target); !errors.Is(err, fs.ErrNotExist) {
		err := threatwatch.Errorf(threatwatch.Conflict, "%s holds an exchange already", c.Data)
		return withHint(err, "restore into another directory, or move that one away")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(dir, "restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := copyFile(filepath.Join(tmp, dataFile), c.File); err != nil {
		return err
	}
	st, err := a.openStore(place(tmp))
	if err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "%s is no backup of an exchange: %w", c.File, err)
	}
	if err := errors.Join(a.audit(st, "restored from a backup", filepath.Base(c.File)), st.Close()); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(tmp, dataFile), target); err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "restored into %s\n", c.Data)
	return nil
}

// copyFile copies a file to a path that does not exist, and has it on the disk when it returns.
func copyFile(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, in); err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}
