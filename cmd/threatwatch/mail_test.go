package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	netmail "net/mail"
	neturl "net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"threatwatch/internal/mailtest"
	"threatwatch/notice/subscribe"
	"threatwatch/watch"
)

// mailHouse is an exchange that sends mail to a sink, run by somebody at the terminal.
type mailHouse struct {
	*testing.T
	sink              *mailtest.Sink
	bin, config, data string
	url               string // of the one that serves; "" when none does
}

func newMailHouse(t *testing.T, bin, data string) *mailHouse {
	sink := mailtest.New(t, mailtest.Options{StartTLS: true})
	dir := t.TempDir()
	h := &mailHouse{T: t, sink: sink, bin: bin, data: data, config: filepath.Join(dir, "tw.toml")}
	ca := filepath.Join(dir, "ca.pem")
	must(t, os.WriteFile(ca, sink.CA, 0o600))
	must(t, os.WriteFile(h.config, fmt.Appendf(nil, "data = %q\npublic_url = \"https://cti.example\"\n[mail]\nhost = \"127.0.0.1\"\nport = %d\nca = %q\nfrom = \"watch@cti.example\"\nbounces = \"bounces+*@cti.example\"\nleave = \"leave@cti.example\"\n[hooks]\nallow = [\"127.0.0.0/8\"]\n",
		data, sink.Port, ca), 0o600))
	return h
}

// pipe runs a command with a message on its standard input.
func (h *mailHouse) pipe(in []byte, args ...string) (code int, out string) {
	h.Helper()
	cmd := exec.Command(h.bin, args...)
	cmd.Stdin = bytes.NewReader(in)
	b, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(b)
	}
	must(h.T, err)
	return 0, string(b)
}

// tw runs a command over the exchange that is to end well.
func (h *mailHouse) tw(args ...string) string {
	h.Helper()
	code, out := h.pipe(nil, append(args, "--data", h.data)...)
	if code != exitFine {
		h.Fatalf("%v: %d\n%s", args, code, out)
	}
	return out
}

// happens records an incident in a country.
func (h *mailHouse) happens(n int, country string) {
	h.Helper()
	file := filepath.Join(h.TempDir(), "incident.json")
	raw := written(act(n, fmt.Sprintf("Lathe %d stopped", n), watch.Facts{RecordState: "published", Victims: []watch.Victim{{Countries: []string{country}}}}), 1, clearMark)
	must(h.T, os.WriteFile(file, []byte(raw), 0o600))
	h.tw("import", "--source", "Ours", "--tlp", "clear", file)
}

// posts sends a form to the exchange.
func (h *mailHouse) posts(path string, form neturl.Values) {
	h.Helper()
	resp, err := http.PostForm(h.url+path, form)
	must(h.T, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		h.Fatalf("%s: %s", path, resp.Status)
	}
}

// asks asks for mail at once about a country.
func (h *mailHouse) asks(address, country string) {
	h.Helper()
	h.posts("/subscribe", neturl.Values{"address": {address}, "filter": {"country=" + country}, "cadence": {"instant"}, "hour": {"8"}, "day": {"1"}, "zone": {"UTC"}})
}

// confirms opens the link of an invitation.
func (h *mailHouse) confirms(r mailtest.Received) {
	h.Helper()
	_, token, _ := strings.Cut(mailLink(h.T, r, "/subscribe/confirm"), "?t=")
	h.posts("/subscribe/confirm", neturl.Values{"t": {token}})
}

// subscribes subscribes an address the whole way.
func (h *mailHouse) subscribes(address, country string) {
	h.Helper()
	n := len(h.sink.All())
	h.asks(address, country)
	h.confirms(h.sink.Wait(n + 1)[n])
}

// list is what "mail list" shows.
func (h *mailHouse) list() (list []subscribe.Subscription) {
	h.Helper()
	for line := range strings.Lines(h.tw("mail", "list", "--json")) {
		var s subscribe.Subscription
		must(h.T, json.Unmarshal([]byte(line), &s))
		list = append(list, s)
	}
	return list
}

// TestMailCommands: what somebody at the terminal, and a mail server, does about mail is done and stands in the trail, on both engines.
func TestMailCommands(t *testing.T) {
	t.Parallel()
	bin := buildProgram(t)
	t.Run("Embedded", func(t *testing.T) { mailCommands(newMailHouse(t, bin, t.TempDir())) })
	t.Run("PostgreSQL", func(t *testing.T) { mailCommands(newMailHouse(t, bin, string(newDatabase(t)))) })
}

func mailCommands(h *mailHouse) {
	h.tries() // before there is an exchange, too
	h.url = serveBehind(h.T, h.bin, h.config, h.data)
	h.tries()
	h.happens(1, "DE")
	h.previews()
	h.subscribes("reader@example.org", "DE")
	h.subscribes("other@example.org", "US")
	h.subscribes("Other@example.org", "FR")
	if list := h.list(); len(list) != 3 {
		h.Fatalf("%+v", list)
	}
	if out := h.tw("mail", "list"); strings.Count(out, "active") != 3 || !strings.Contains(out, "reader@example.org") || !strings.Contains(out, "country=DE") {
		h.Error(out)
	}
	n := len(h.sink.All())
	h.happens(2, "DE")
	alert := h.sink.Wait(n + 1)[n]
	h.comesBack(alert)
	h.leaves(alert)
	if out := h.tw("mail", "end", "OTHER@example.org"); out != "2 ended\n" || len(h.list()) != 0 {
		h.Error(out)
	}
	if code, out := h.pipe(nil, "mail", "end", "other@example.org", "--data", h.data); code != exitWrong || !strings.Contains(out, `no subscription "other@example.org"`) {
		h.Errorf("%d: %s", code, out)
	}
	trail := h.tw("audit")
	for what, times := range map[string]int{"mail tested": 1, "mail came back: 5.1.1": 1, "mail subscription ended by mail": 1, "mail subscription ended ": 3} {
		if got := strings.Count(trail, what); got != times {
			h.Errorf("%q stands %d times in the trail, not %d:\n%s", what, got, times, trail)
		}
	}
}

// tries tries the relay.
func (h *mailHouse) tries() {
	h.Helper()
	n := len(h.sink.All())
	code, out := h.pipe(nil, "mail", "test", "me@example.org", "--config", h.config)
	if code != exitFine || out != "the relay took a message to me@example.org\n" || len(h.sink.All()) != n+1 || h.sink.All()[n].To != "me@example.org" {
		h.Fatalf("%d: %s", code, out)
	}
}

// previews looks at digests: of what happened, and of nothing.
func (h *mailHouse) previews() {
	h.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		code, out := h.pipe(nil, "mail", "preview", "--config", h.config, "--data", h.data, "--filter", "country=DE")
		if code == exitFine && strings.HasPrefix(out, "Subject: [TLP:CLEAR] ") && strings.Contains(out, "Lathe 1 stopped") {
			break
		}
		if time.Now().After(end) {
			h.Fatalf("%d: %s", code, out)
		}
	}
	if code, out := h.pipe(nil, "mail", "preview", "--config", h.config, "--data", h.data, "--html"); code != exitFine || !strings.Contains(out, "<html") || !strings.Contains(out, "https://cti.example/unsubscribe?t=") {
		h.Errorf("%d: %s", code, out)
	}
	if code, out := h.pipe(nil, "mail", "preview", "--data", h.data, "--filter", "country=FR"); code != exitWrong || !strings.Contains(out, "nothing happened") {
		h.Errorf("%d: %s", code, out)
	}
	if code, out := h.pipe(nil, "mail", "preview", "--data", h.data, "--as", "nobody@nowhere"); code == exitFine {
		h.Error(out)
	}
}

// comesBack has a mail server report that a message could not be delivered, and much else.
func (h *mailHouse) comesBack(r mailtest.Received) {
	h.Helper()
	report := mailtest.Bounced(h.T, r, "failed", "5.1.1")
	for _, tt := range []struct {
		in   []byte
		data string
		code int
		out  string
	}{
		{report, h.data, 0, "came back (5.1.1), on 1 days so far; it is active"},
		{report, h.data, 0, "one a day counts"},
		{mailtest.Bounced(h.T, r, "delayed", "4.4.1"), h.data, 0, "passed by"},
		{bytes.ReplaceAll(report, []byte("bounces+"), []byte("x")), h.data, 0, "one a day counts"}, // the Message-ID tells as well
		{[]byte("From: x@example.org\n\nHello\n"), h.data, 0, "passed by"},
		{[]byte("no message"), h.data, 65, "no message"},
		{report, filepath.Join(h.TempDir(), "absent"), 75, "no exchange"},
		{report, "postgres://nobody@127.0.0.1:1/nothing", 75, ""},
	} {
		if code, out := h.pipe(tt.in, "mail", "bounce", "--data", tt.data); code != tt.code || !strings.Contains(out, tt.out) {
			h.Errorf("%d: %s, want %d: %s", code, out, tt.code, tt.out)
		}
	}
	for _, s := range h.list() {
		if want := map[bool]int{true: 1}[s.To == "reader@example.org"]; s.Bounces != want {
			h.Errorf("%+v", s)
		}
	}
}

// leaves has a subscriber write to the mailbox for leaving.
func (h *mailHouse) leaves(r mailtest.Received) {
	h.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(r.Raw))
	must(h.T, err)
	_, rest, _ := strings.Cut(m.Header.Get("List-Unsubscribe"), "<mailto:leave@cti.example?subject=")
	token, _, _ := strings.Cut(rest, ">")
	letter := []byte("From: <reader@example.org>\nTo: <leave@cti.example>\nSubject: " + token + "\n\n")
	for _, tt := range []struct {
		in   []byte
		data string
		code int
		out  string
	}{
		{[]byte("Subject: Re: your mail\n\nPlease stop.\n"), h.data, 0, "passed by"},
		{[]byte("no message"), h.data, 65, "no message"},
		{letter, filepath.Join(h.TempDir(), "absent"), 75, "no exchange"},
		{letter, h.data, 0, ""},
		{letter, h.data, 0, ""},
	} {
		if code, out := h.pipe(tt.in, "mail", "leave", "--data", tt.data); code != tt.code || !strings.Contains(out, tt.out) {
			h.Errorf("%d: %s, want %d: %s", code, out, tt.code, tt.out)
		}
	}
	if list := h.list(); len(list) != 2 {
		h.Errorf("%+v", list)
	}
}
