package hook_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"threatwatch/notice/deliver"
	"threatwatch/notice/hook"
	"threatwatch/notice/subscribe"
)

func carry(t *testing.T, c *hook.Carrier, to string) deliver.Answer {
	t.Helper()
	return c.Carry(t.Context(), &deliver.Message{ID: "msg_1", Type: subscribe.TypeTest, Now: time.Now(), To: subscribe.Subscription{ID: "sub_1", Kind: subscribe.Hook, To: to, Keys: []subscribe.Key{{Number: 1}}}})
}

// TestGuard: what the exchange reaches and the world does not is not connected to, however it is written.
func TestGuard(t *testing.T) {
	t.Parallel()
	rc := newReceiver(t, nil)
	_, port, _ := net.SplitHostPort(rc.Listener.Addr().String())
	c := hook.New(hook.Options{Keys: keys})
	for _, host := range []string{"127.0.0.1", "localhost", "127.1.2.3", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "10.0.0.1", "172.31.255.1", "192.168.1.1", "169.254.169.254", "[::ffff:169.254.169.254]",
		"100.64.0.1", "[fe80::1%25lo]", "[fd00:ec2::254]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001::1]", "[::127.0.0.1]", "224.0.0.1", "255.255.255.255", "192.0.2.1", "[ff02::1]"} {
		for _, scheme := range []string{"http", "https"} {
			if a := carry(t, c, scheme+"://"+host+":"+port+"/"); a.Verdict != deliver.NotNow || !strings.Contains(a.Words, "not one of the public internet") {
				t.Errorf("%s://%s: %+v", scheme, host, a)
			}
		}
	}
	if n := len(rc.all()); n != 0 {
		t.Errorf("%d requests came through", n)
	}
	if a := carry(t, hook.New(hook.Options{Keys: keys, Guard: loopback}), rc.URL); a.Verdict != deliver.Took {
		t.Errorf("an allowed network: %+v", a)
	}
	only := hook.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}
	if a := carry(t, hook.New(hook.Options{Keys: keys, Guard: only}), rc.URL); a.Verdict != deliver.NotNow {
		t.Errorf("another network is allowed: %+v", a)
	}
}

// TestPlain: to the public internet nothing is sent without TLS.
func TestPlain(t *testing.T) {
	t.Parallel()
	c := hook.New(hook.Options{Keys: keys, Resolver: resolver(t, func(int) [4]byte { return [4]byte{1, 1, 1, 1} })})
	if a := carry(t, c, "http://soc.example/"); a.Words != "no answer: without TLS nothing is sent over the public internet" {
		t.Errorf("%+v", a)
	}
}

// TestRebinding: a name that leads to the public internet when it is first asked for, and then to the exchange itself, does not get a message there:
// what counts is the address that is dialled.
func TestRebinding(t *testing.T) {
	t.Parallel()
	rc := newReceiver(t, nil)
	_, port, _ := net.SplitHostPort(rc.Listener.Addr().String())
	var asked atomic.Int64
	r := resolver(t, func(n int) [4]byte {
		asked.Store(int64(n + 1))
		if n == 0 {
			return [4]byte{1, 1, 1, 1}
		}
		return [4]byte{127, 0, 0, 1}
	})
	if list, err := r.LookupNetIP(t.Context(), "ip4", "soc.example"); err != nil || len(list) != 1 || list[0] != netip.MustParseAddr("1.1.1.1") {
		t.Fatal(list, err) // who looked before connecting would think well of it
	}
	c := hook.New(hook.Options{Keys: keys, Resolver: r})
	a := carry(t, c, "https://soc.example:"+port+"/")
	if a.Verdict != deliver.NotNow || !strings.Contains(a.Words, "not one of the public internet") || len(rc.all()) != 0 || asked.Load() < 2 {
		t.Errorf("%+v; %d requests came; asked %d times", a, len(rc.all()), asked.Load())
	}
	allowed := hook.New(hook.Options{Keys: keys, Resolver: r, Guard: loopback})
	if a := carry(t, allowed, "http://soc.example:"+port+"/"); a.Verdict != deliver.Took {
		t.Errorf("the name does not lead here, so nothing was shown: %+v", a)
	}
}

// resolver asks a name server on loopback, which answers the nth question for an address of IPv4 as is said.
func resolver(t *testing.T, answer func(n int) [4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		b := make([]byte, 1500)
		for n := 0; ; {
			size, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(b[:size]) != nil {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: answer(n)}}}
				n++
			}
			if out, err := m.Pack(); err == nil {
				conn.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// TestRetryAfter: seconds and dates.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{"120": 2 * time.Minute, time.Now().Add(time.Hour).UTC().Format(http.TimeFormat): time.Hour, "soon": 0, "-5": 0,
		time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat): 0} {
		rc := newReceiver(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		a := carry(t, hook.New(hook.Options{Keys: keys, Guard: loopback}), rc.URL)
		if d := a.Wait - want; d > 0 || d < -time.Minute {
			t.Errorf("%s: %s, want %s", value, a.Wait, want)
		}
	}
}
