package postgres

import (
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"threatwatch"
	"threatwatch/store"
)

// cable is a connection between a DB and the server that can be cut at a commit.
type cable struct {
	listener net.Listener
	server   string
	mu       sync.Mutex // protects cut
	cut      func(fromClient, fromServer net.Conn)
	dead     atomic.Bool // no new connections
	mute     atomic.Bool // what the server says is not passed on
}

// lay lays a cable to the server of a database; url leads through it.
func lay(t *testing.T, target string) (*cable, string) {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{listener: l, server: u.Host}
	t.Cleanup(func() { l.Close() })
	go c.accept()
	u.Host = l.Addr().String()
	return c, u.String()
}

func (c *cable) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.server)
		if err != nil || c.dead.Load() {
			client.Close()
			continue
		}
		go c.carry(client, server)
		go func() {
			io.Copy(&answers{client, &c.mute}, server) // ends with either side
			client.Close()
		}()
	}
}

// answers are passed on to the client, unless the cable is mute.
type answers struct {
	client net.Conn
	mute   *atomic.Bool
}

func (a *answers) Write(b []byte) (int, error) {
	if a.mute.Load() {
		return len(b), nil
	}
	return a.client.Write(b)
}

// carry passes on what the client says, until a message comes with which the cable is to be cut.
func (c *cable) carry(client, server net.Conn) {
	defer client.Close()
	defer server.Close()
	buf := make([]byte, 1<<20)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		c.mu.Lock()
		cut := c.cut
		c.cut = nil
		c.mu.Unlock()
		if cut != nil {
			cut(client, &message{server, buf[:n]})
			return
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// message is the server's end with what the client wants to say to it.
type message struct {
	net.Conn
	text []byte
}

// pass says it, and returns when the server has done what was said and ended the session. A connection that is closed with answers
// unread would be reset, and what the server had not read by then would never be done.
func (m *message) pass(t *testing.T) {
	_, err := m.Write(m.text)
	if err == nil {
		err = m.Conn.(*net.TCPConn).CloseWrite()
	}
	if err == nil {
		_, err = io.Copy(io.Discard, m.Conn)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestLostCommits: whatever happens to the connection while a commit is under way, what is said to be stored is stored, once.
func TestLostCommits(t *testing.T) {
	for name, cut := range map[string]func(*testing.T, *cable, net.Conn, *message){
		"before the server hears of it": func(*testing.T, *cable, net.Conn, *message) {},
		"after the server has done it": func(t *testing.T, c *cable, client net.Conn, m *message) {
			c.mute.Store(true) // a client that hears of a break asks the server to cancel, which may come before the commit
			m.pass(t)
			client.Close()
			c.mute.Store(false)
		},
		"and the server does it a little later": func(t *testing.T, _ *cable, client net.Conn, m *message) {
			client.Close()
			time.Sleep(500 * time.Millisecond)
			m.pass(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, through := lay(t, database(t, t.TempDir()))
			d, err := Open(t.Context(), through, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			commits, runs := 0, 0
			d.fault = func(point string) error {
				if commits++; point == "before commit" && commits == 3 {
					c.mu.Lock()
					c.cut = func(client, server net.Conn) { cut(t, c, client, server.(*message)) }
					c.mu.Unlock()
				}
				return nil
			}
			for _, id := range []string{"indicator--00000000-0000-4000-8000-000000000001", "indicator--00000000-0000-4000-8000-000000000002"} {
				err := d.Update(t.Context(), func(tx store.Tx) error {
					runs++
					_, err := tx.Put(t.Context(), []*store.Put{{Head: store.Head{ID: id, Type: "indicator", Source: 1, Label: 1}, Collections: []store.CollectionID{1}}})
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			want := 2
			if strings.HasPrefix(name, "before") {
				want = 3
			}
			if n := entries(t, d); n != 2 || runs != want {
				t.Errorf("%d objects are stored by %d runs, want 2 by %d", n, runs, want)
			}
		})
	}
}

func entries(t *testing.T, d *DB) (n int) {
	t.Helper()
	err := d.Read(t.Context(), func(sn store.Snapshot) error {
		return sn.Log(t.Context(), 0, 0, func(store.Entry) error { n++; return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestUnknownCommit: when the database stays away, nothing is said to be stored; when it comes back, writing goes on.
func TestUnknownCommit(t *testing.T) {
	c, through := lay(t, database(t, t.TempDir()))
	d, err := Open(t.Context(), through, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.patience = 200 * time.Millisecond
	write := func(key string) error {
		return d.Update(t.Context(), func(tx store.Tx) error { return tx.PutRecord(t.Context(), "k", key, nil) })
	}
	d.fault = func(point string) error {
		if point == "before commit" {
			c.dead.Store(true)
			c.mu.Lock()
			c.cut = func(client, server net.Conn) {
				client.Close()
				server.(*message).pass(t)
				time.Sleep(50 * time.Millisecond)
			}
			c.mu.Unlock()
		}
		return nil
	}
	if err := write("a"); threatwatch.KindOf(err) != threatwatch.Unavailable || !strings.Contains(err.Error(), "not known") {
		t.Errorf("a commit whose outcome is not known: %v", err)
	}
	if err := write("b"); threatwatch.KindOf(err) != threatwatch.Unavailable {
		t.Errorf("writing while the database is away: %v", err)
	}
	d.fault = nil
	c.dead.Store(false)
	if err := write("c"); err != nil {
		t.Errorf("writing when it is back: %v", err)
	}
}

// TestDeadlock: an update that loses a deadlock is run again.
func TestDeadlock(t *testing.T) {
	url := database(t, t.TempDir())
	d, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	other, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(t.Context())
	if _, err := other.Exec(t.Context(), "SET deadlock_timeout = '60s'; BEGIN; LOCK TABLE record IN EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	released := make(chan error, 1)
	runs := 0
	err = d.Update(t.Context(), func(tx store.Tx) error {
		if runs++; runs == 1 {
			go func() {
				_, err := other.Exec(t.Context(), "SELECT stamp FROM head FOR UPDATE; COMMIT")
				released <- err
			}()
		}
		return tx.PutRecord(t.Context(), "k", "a", nil)
	})
	if err := <-released; err != nil {
		t.Error(err)
	}
	if err != nil || runs < 2 { // it may lose more than once: the other is not always the first to get the row
		t.Errorf("%d runs, %v: want another run, and one that succeeds", runs, err)
	}
}

// TestFailingCommit: what failed before the commit is not there, and the store goes on.
func TestFailingCommit(t *testing.T) {
	d := open(t, t.TempDir()).(*DB)
	d.fault = func(string) error { return io.ErrUnexpectedEOF }
	write := func(key string) error {
		return d.Update(t.Context(), func(tx store.Tx) error { return tx.PutRecord(t.Context(), "k", key, nil) })
	}
	if err := write("a"); err == nil {
		t.Error("a failing commit was not reported")
	}
	d.fault = nil
	if err := write("b"); err != nil {
		t.Errorf("after a failed commit: %v", err)
	}
	err := d.Read(t.Context(), func(sn store.Snapshot) error {
		return sn.Records(t.Context(), "k", "", func(key string, _ []byte) error {
			if key != "b" {
				t.Errorf("%s is stored", key)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}
