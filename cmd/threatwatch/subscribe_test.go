package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net"
	"net/http"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"threatwatch/internal/mailtest"
	"threatwatch/watch"
)

// mailSubject and mailLink are what is read of a message by Go's own parser: the links stand in its plain text.
func mailSubject(t *testing.T, r mailtest.Received) string {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(r.Raw))
	must(t, err)
	return m.Header.Get("Subject")
}

func mailID(t *testing.T, r mailtest.Received) string {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(r.Raw))
	must(t, err)
	return m.Header.Get("Message-Id")
}

func mailLink(t *testing.T, r mailtest.Received, path string) string {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(r.Raw))
	must(t, err)
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	must(t, err)
	link := regexp.MustCompile(`https://cti\.example(` + regexp.QuoteMeta(path) + `\?t=[A-Za-z0-9_.-]+)`).FindSubmatch(text)
	if link == nil {
		t.Fatalf("no link to %s in\n%s", path, text)
	}
	return string(link[1])
}

// serveBehind starts the program with a configuration that says how others reach it, and returns where it listens.
func serveBehind(t *testing.T, bin, config, data string) (url string) {
	t.Helper()
	_, url = startBehind(t, bin, config, data)
	return url
}

// startBehind is serveBehind for who wants to kill it.
func startBehind(t *testing.T, bin, config, data string) (p *os.Process, url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	addr := ln.Addr().String()
	must(t, ln.Close())
	cmd := exec.Command(bin, "serve", "--config", config, "--data", data, "--listen", addr)
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get("http://" + addr + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return cmd.Process, "http://" + addr
			}
		}
		if time.Now().After(end) {
			t.Fatal("the program does not answer: ", err)
		}
	}
}

func page200(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	must(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	return string(b)
}

// TestSubscriber is a subscriber's full cycle in a browser, without scripts, on a phone: a list, the form, the link in the mailbox, an event, its
// correction, the way out; axe finds nothing on any of the pages on the way.
func TestSubscriber(t *testing.T) {
	t.Parallel()
	axe := needAxe(t)
	sink := mailtest.New(t, mailtest.Options{StartTLS: true})
	bin, data, dir := buildProgram(t), t.TempDir(), t.TempDir()
	config, ca := filepath.Join(dir, "tw.toml"), filepath.Join(dir, "ca.pem")
	must(t, os.WriteFile(ca, sink.CA, 0o600))
	must(t, os.WriteFile(config, fmt.Appendf(nil, "public_url = \"https://cti.example\"\n[mail]\nhost = \"127.0.0.1\"\nport = %d\nca = %q\nfrom = \"watch@cti.example\"\n", sink.Port, ca), 0o600))
	url := serveBehind(t, bin, config, data)
	happens := func(n, version int, f watch.Facts) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "incident.json")
		must(t, os.WriteFile(file, []byte(written(act(n, fmt.Sprintf("Lathe %d stopped", n), f), version, clearMark)), 0o600))
		if out, err := exec.Command(bin, "import", "--source", "Ours", "--tlp", "clear", "--data", data, file).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	hit := func(country string) watch.Facts {
		return watch.Facts{RecordState: "published", Victims: []watch.Victim{{Countries: []string{country}}}}
	}
	happens(1, 1, hit("DE"))

	ctx := openBrowser(t, 5*time.Minute)
	steps := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if wrong := axeFinds(t, ctx, axe); wrong != "" {
			t.Errorf("%s: %s", what, wrong)
		}
	}
	phone := chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error { // the page's CSP is passed over, for axe alone
		if _, err := cdp.Call(ctx, tab, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 320, Height: 900, DeviceScaleFactor: 1})
		return err
	})
	steps("a list", phone, chromedp.Navigate(url+"/incidents?country=DE"))
	steps("the form", chromedp.Click(`a[href="/subscribe?country=DE"]`), chromedp.WaitVisible("#address"))
	steps("it was asked", chromedp.Focus("#cadence"), chromedp.KeyEvent("A"), chromedp.KeyEvent("t"), chromedp.Focus("#address"), chromedp.KeyEvent("reader@example.org"), chromedp.KeyEvent("\r"),
		chromedp.WaitNotPresent("#address"))
	confirm := mailLink(t, sink.Wait(1)[0], "/subscribe/confirm")
	steps("the link", chromedp.Navigate(url+confirm), chromedp.WaitVisible(`form[action="/subscribe/confirm"] button`))
	steps("it is confirmed", chromedp.Click(`form[action="/subscribe/confirm"] button`), chromedp.WaitNotPresent(`form[action="/subscribe/confirm"]`))

	happens(2, 1, hit("DE"))
	sink.Wait(2)
	happens(3, 1, hit("US")) // not asked for
	corrected := hit("FR")
	corrected.RecordState, corrected.StateWhy = "corrected", "It stood in France"
	happens(2, 2, corrected)
	came := sink.Wait(3)
	subjects := []string{mailSubject(t, came[1]), mailSubject(t, came[2])}
	if want := []string{"[TLP:CLEAR] New: Lathe 2 stopped (Germany)", "[TLP:CLEAR] Corrected: Lathe 2 stopped (France)"}; !slices.Equal(subjects, want) {
		t.Errorf("%q, want %q", subjects, want)
	}
	steps("the way out", chromedp.Navigate(url+mailLink(t, came[2], "/unsubscribe")), chromedp.WaitVisible(`form[action="/unsubscribe"] button`))
	if body := page200(t, url+mailLink(t, came[2], "/unsubscribe")); strings.Contains(body, `class="paper"`) {
		t.Error("the link that ends the subscription is printed")
	}
	steps("it has ended", chromedp.Click(`form[action="/unsubscribe"] button`), chromedp.WaitNotPresent(`form[action="/unsubscribe"]`))
	happens(4, 1, hit("DE"))
	time.Sleep(3 * time.Second)
	if n := len(sink.All()); n != 3 {
		t.Errorf("%d messages came, the last after the end: %s", n, mailSubject(t, sink.All()[n-1]))
	}
	if out, err := exec.Command(bin, "mail", "list", "--data", data).CombinedOutput(); err != nil || strings.Contains(string(out), "reader@") {
		t.Errorf("the address is kept: %v\n%s", err, out)
	}
}
