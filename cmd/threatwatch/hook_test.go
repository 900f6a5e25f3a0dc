package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"threatwatch/watch"
)

// posted is a message as a webhook got it.
type posted struct {
	head http.Header
	body []byte
}

// TestWebhook: the program tells a webhook what happens, as the reference implementation verifies it, and what its commands say is done, on both engines.
func TestWebhook(t *testing.T) {
	t.Parallel()
	bin := buildProgram(t)
	t.Run("Embedded", func(t *testing.T) { webhook(t, bin, t.TempDir()) })
	t.Run("PostgreSQL", func(t *testing.T) { webhook(t, bin, string(newDatabase(t))) })
}

func webhook(t *testing.T, bin, data string) {
	got := make(chan posted, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- posted{r.Header, b}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(receiver.Close)
	tw := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(bin, append(args, "--data", data)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	next := func(what, secret string) posted {
		t.Helper()
		h, err := standardwebhooks.NewWebhook(secret)
		must(t, err)
		select {
		case p := <-got:
			if err := h.Verify(p.body, p.head); err != nil || !strings.Contains(string(p.body), what) {
				t.Fatalf("%v: %s, want %s", err, p.body, what)
			}
			return p
		case <-time.After(time.Minute):
			t.Fatalf("no message with %s", what)
		}
		return posted{}
	}
	happens := func(n int) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "incident.json")
		raw := written(act(n, fmt.Sprint("Works stopped ", n), watch.Facts{Slug: fmt.Sprint("works-", n), RecordState: "published"}), 1, clearMark)
		must(t, os.WriteFile(file, []byte(raw), 0o600))
		tw("import", "--source", "Ours", "--tlp", "clear", file)
	}

	config := filepath.Join(t.TempDir(), "tw.toml")
	must(t, os.WriteFile(config, []byte("[hooks]\nallow = [\"127.0.0.0/8\"]\n"), 0o600))
	served := startServe(t, bin, config, data)
	happens(1)
	made := strings.Fields(tw("hook", "add", receiver.URL+"/in"))
	id, secret := made[1], made[3]
	message := strings.TrimSpace(tw("hook", "test", id))
	if p := next(`"type":"test"`, secret); p.head.Get("webhook-id") != message {
		t.Errorf("message %s, want %s", p.head.Get("webhook-id"), message)
	}
	happens(2)
	first := next("Works stopped 2", secret).head.Get("webhook-id")
	tw("hook", "pause", id)
	happens(3)
	newer := strings.Fields(tw("hook", "rotate", id))[3]
	tw("hook", "resume", id)
	next("Works stopped 3", newer)
	tw("hook", "replay", id, "--message", first)
	if p := next("Works stopped 2", secret); p.head.Get("webhook-id") != first {
		t.Errorf("%s comes again as %s", first, p.head.Get("webhook-id"))
	}
	for deadline := time.Now().Add(time.Minute); strings.Count(tw("hook", "show", id), "taken") != 3; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(tw("hook", "show", id))
		}
	}
	counted := func() bool { // the test, two events, and one of them again
		resp, err := http.Get(served.url.Load().(string) + "/metrics")
		must(t, err)
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		must(t, err)
		return strings.Contains(string(b), `threatwatch_notices_total{kind="hook",stage="taken"} 4`)
	}
	for deadline := time.Now().Add(time.Minute); !counted(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the messages are not counted")
		}
	}
	if out := tw("hook", "list"); !strings.Contains(out, id) || !strings.Contains(out, "active") || strings.Contains(out, secret) {
		t.Error(out)
	}
	if out := tw("audit"); !strings.Contains(out, "webhook key rotated") || strings.Contains(out, secret) {
		t.Error(out)
	}
	tw("hook", "remove", id)
	happens(4)
	select {
	case p := <-got:
		t.Errorf("after its end: %s", p.body)
	case <-time.After(3 * time.Second):
	}
}
