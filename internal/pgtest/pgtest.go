// Package pgtest gives tests a PostgreSQL server of their own: Debian's binaries, a temporary directory, a free port on loopback.
package pgtest

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a running server. It ends, and its directory goes, when the test process does.
type Server struct {
	Port int
	dir  string
	life io.Closer // the server ends when this is closed
}

// primary is the server that the tests of a process share.
var primary = sync.OnceValues(func() (*Server, error) { return start(initialize) })

// initialize makes a cluster with a default collation that is not by bytes, so that order by bytes is asked for where it matters.
func initialize(dir string) error {
	return run("initdb", "--pgdata", dir+"/data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
		"--locale-provider=icu", "--icu-locale=en-US", "--no-sync")
}

// Start returns the server of this test process, started at the first call. Without PostgreSQL's binaries the test is skipped with a
// line that says so; in CI (CI=true) it fails.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := primary()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("PostgreSQL: %v", err)
		}
		t.Skipf("PostgreSQL: %v", err)
	}
	return s
}

// New returns a server that the test has to itself, to be killed for instance. It is skipped, or fails, as with Start.
func New(t testing.TB) *Server {
	t.Helper()
	Start(t)
	s, err := start(initialize)
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	t.Cleanup(s.Kill)
	return s
}

// Kill ends the server at once, as a crash would, and removes its directory.
func (s *Server) Kill() { s.life.Close() }

// Exec runs a statement in database postgres.
func (s *Server) Exec(t testing.TB, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// Standby starts a server that follows s by streaming replication, until the test ends.
func (s *Server) Standby(t testing.TB) *Server {
	t.Helper()
	standby, err := start(func(dir string) error {
		return run("pg_basebackup", "--pgdata", dir+"/data", "--host=127.0.0.1", "--port="+strconv.Itoa(s.Port), "--username=postgres",
			"--checkpoint=fast", "--write-recovery-conf", "--no-sync")
	})
	if err != nil {
		t.Fatalf("standby: %v", err)
	}
	t.Cleanup(standby.Kill) // also keeps it: a server that nobody refers to would be collected, and end
	return standby
}

// URL names a database on the server.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.Port, url.PathEscape(database))
}

// Database makes a database unless it is there, and returns its URL.
func (s *Server) Database(t testing.TB, name string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	var there bool
	if err := c.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if !there {
		if _, err := c.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
			t.Fatal(err)
		}
	}
	return s.URL(name)
}

// Command is one of PostgreSQL's programs, to be run as whom the servers run.
func Command(name string, args ...string) (*exec.Cmd, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("no %s in /usr/lib/postgresql/*/bin: install postgresql", name)
	}
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	cmd := exec.Command(found[len(found)-1], args...)
	cmd.Dir = "/"
	cmd.SysProcAttr, err = asPostgres()
	return cmd, err
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // 0 sorts first
	return n
}

// asPostgres makes root become user postgres, since the server refuses to run as root.
func asPostgres() (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() != 0 {
		return attr, nil
	}
	uid, gid, err := postgresUser()
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, err
}

func postgresUser() (uid, gid int, err error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return 0, 0, err
	}
	if uid, err = strconv.Atoi(u.Uid); err == nil {
		gid, err = strconv.Atoi(u.Gid)
	}
	return uid, gid, err
}

func run(name string, args ...string) error {
	cmd, err := Command(name, args...)
	if err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %.1000s", name, err, out)
	}
	return nil
}

// start fills a directory and starts a server in it.
func start(fill func(dir string) error) (*Server, error) {
	dir, err := os.MkdirTemp("", "pgtest-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	if os.Getuid() == 0 {
		uid, gid, err := postgresUser()
		if err == nil {
			err = os.Chown(dir, uid, gid)
		}
		if err != nil {
			os.RemoveAll(dir)
			return nil, err
		}
	}
	if err = fill(dir); err == nil {
		err = s.start()
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

// keeper runs a server for as long as its standard input is open: it ends with the test process, however that ends.
const keeper = `"$@" >"$LOG" 2>&1 </dev/null & pid=$!; cat >/dev/null; kill -QUIT $pid; wait $pid; rm -rf "$DIR"`

func (s *Server) start() (err error) {
	if s.Port, err = freePort(); err != nil {
		return err
	}
	server, err := Command("postgres", "-D", s.dir+"/data", "-p", strconv.Itoa(s.Port), "-k", s.dir, "-c", "listen_addresses=127.0.0.1",
		"-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "max_wal_size=1GB", "-c", "max_wal_senders=5")
	if err != nil {
		return err
	}
	cmd := exec.Command("/bin/sh", append([]string{"-c", keeper, "keeper"}, server.Args...)...)
	cmd.Dir, cmd.SysProcAttr = "/", server.SysProcAttr
	cmd.Env = append(os.Environ(), "DIR="+s.dir, "LOG="+s.dir+"/log")
	if s.life, err = cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	return s.ready()
}

func (s *Server) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		c, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return c.Close(ctx)
		}
		if ctx.Err() != nil {
			log, _ := os.ReadFile(s.dir + "/log") // best effort: it explains the error
			return fmt.Errorf("%w: %.2000s", err, log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
