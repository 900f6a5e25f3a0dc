package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"threatwatch/internal/pgtest"
)

// cluster is a PostgreSQL server of the bench's own, from Debian's binaries, with an empty database for whoever asks.
type cluster struct {
	*process
	host, port string
	databases  atomic.Int64
}

// startPostgres makes a cluster in a temporary directory and starts it on loopback. Commits are durable, as in the default.
func (b *bench) startPostgres(ctx context.Context) (*cluster, error) {
	dir, err := b.scratch("postgres")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	initdb, err := pgtest.Command("initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
	if err != nil {
		return nil, err
	}
	if who := initdb.SysProcAttr.Credential; who != nil { // it does not run as root, and must reach its directory
		if err := os.Chmod(b.dir, 0o711); err != nil {
			return nil, err
		}
		if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
			return nil, err
		}
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %.500s", err, out)
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	c := &cluster{}
	c.host, c.port, _ = net.SplitHostPort(addr)
	server, err := pgtest.Command("postgres", "-D", data, "-p", c.port, "-k", dir, "-c", "listen_addresses="+c.host,
		"-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB", "-c", "max_connections=200")
	if err != nil {
		return nil, err
	}
	if c.process, err = launch(server, filepath.Join(b.dir, "postgres.log")); err != nil {
		return nil, err
	}
	return c, c.ready(ctx)
}

// ready waits until the server takes questions, and ends it when it does not.
func (c *cluster) ready(ctx context.Context) error {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, err := c.ask(ctx, "postgres", "select 1")
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			c.stop()
			return fmt.Errorf("postgres: %w: %s", err, c.lastWords())
		}
	}
}

// stop ends the sessions that are left, then the server.
func (c *cluster) stop() {
	syscall.Kill(c.cmd.Process.Pid, syscall.SIGINT) // fast shutdown
	c.process.stop()
}

// ask runs one statement and returns what it prints.
func (c *cluster) ask(ctx context.Context, database, sql string) (string, error) {
	psql, err := pgtest.Command("psql", "-h", c.host, "-p", c.port, "-U", "postgres", "-d", database, "-tAc", sql)
	if err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { psql.Process.Kill() })
	defer stop()
	out, err := psql.CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		return "", fmt.Errorf("psql: %w: %s", err, text)
	}
	return text, nil
}

// create makes an empty database and returns its name.
func (c *cluster) create(ctx context.Context) (string, error) {
	name := "bench" + strconv.FormatInt(c.databases.Add(1), 10)
	_, err := c.ask(ctx, "postgres", "create database "+name)
	return name, err
}

// url names a database; Python's driver and ours read it alike.
func (c *cluster) url(database string) string {
	return "postgresql://postgres@" + net.JoinHostPort(c.host, c.port) + "/" + database
}

// engine is Threatwatch's engine on this cluster.
func (c *cluster) engine() engine {
	return engine{name: "PostgreSQL", database: c.process, make: func(ctx context.Context) (store, error) {
		name, err := c.create(ctx)
		return store{
			data: c.url(name) + "?sslmode=disable",
			size: func() (int64, error) {
				text, err := c.ask(ctx, "postgres", "select pg_database_size('"+name+"')")
				if err != nil {
					return 0, err
				}
				return strconv.ParseInt(text, 10, 64)
			},
			drop: func() { c.ask(ctx, "postgres", "drop database "+name+" with (force)") },
		}, err
	}}
}
