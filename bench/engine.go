package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// engine is what Threatwatch keeps its objects in.
type engine struct {
	name     string
	make     func(ctx context.Context) (store, error) // a new empty one
	database *process                                 // the server that it needs, nil if none
}

// store is one of an engine's.
type store struct {
	data string                // what --data names it
	size func() (int64, error) // bytes on disk
	drop func()
}

// sqlite is the embedded engine.
func (b *bench) sqlite() engine {
	return engine{name: "SQLite", make: func(context.Context) (store, error) {
		dir, err := b.scratch("sqlite")
		data := filepath.Join(dir, "data")
		return store{data: data, size: func() (int64, error) { return sizeOf(data) }, drop: func() { os.RemoveAll(dir) }}, err
	}}
}

// sizeOf is how many bytes the files under a directory have.
func sizeOf(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		i, err := d.Info()
		if err == nil {
			n += i.Size()
		}
		return err
	})
	return n, err
}

// source is in whose name the bench imports.
const source = "generated"

// imported is what an import says about itself.
type imported struct {
	Read, Added, Unchanged, Refused int
}

func (i imported) String() string {
	return fmt.Sprintf("read %d, added %d, unchanged %d, refused %d", i.Read, i.Added, i.Unchanged, i.Refused)
}
