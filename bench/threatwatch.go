package main

import (
	"context"
	"strconv"
)

// threatwatch is the program that is measured, on one of its engines.
func (b *bench) threatwatch(name string, e engine) system {
	return system{
		name:  name,
		setup: "`threatwatch serve` on " + e.name + ", each write on disk before it is answered",
		start: func(ctx context.Context, dir string, collections int) (*exchange, error) {
			st, err := e.make(ctx)
			if err != nil {
				return nil, err
			}
			x := &exchange{database: e.database}
			if err := b.furnish(ctx, x, st.data, collections); err != nil {
				return nil, err
			}
			return x, b.serve(ctx, x, dir, st.data)
		},
	}
}

// furnish makes an organisation that may write, and its inboxes.
func (b *bench) furnish(ctx context.Context, x *exchange, data string, collections int) error {
	if _, err := output(ctx, nil, b.binary, "org", "add", "Bench", "--data", data); err != nil {
		return err
	}
	token, err := output(ctx, nil, b.binary, "token", "create", "bench", "--org", "bench", "--role", "publisher", "--data", data)
	if err != nil {
		return err
	}
	x.authorization = "Bearer " + token
	for i := range collections {
		id, err := output(ctx, nil, b.binary, "collection", "add", "Inbox "+strconv.Itoa(i), "--writable", "--data", data)
		if err != nil {
			return err
		}
		x.collections = append(x.collections, id)
	}
	return nil
}

// serve starts the server over a data directory and waits for its first page.
func (b *bench) serve(ctx context.Context, x *exchange, dir, data string) error {
	return b.serveUntil(ctx, x, dir, data, "")
}

// serveUntil starts the server and waits until it answers at a path.
func (b *bench) serveUntil(ctx context.Context, x *exchange, dir, data, path string) error {
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	x.api = "http://" + addr + "/api1/"
	return x.begin(ctx, "http://"+addr+"/"+path, func() (*process, error) {
		return spawn(dir, nil, b.binary, "serve", "--data", data, "--listen", addr)
	})
}
