package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestAccessible asks axe in headless Chromium about every kind of page, narrow and wide, light and dark: WCAG 2.2 AA.
func TestAccessible(t *testing.T) {
	axe := needAxe(t)
	s := newSite(t)
	s.tell()
	s.tellAgain()
	ctx := openBrowser(t, 15*time.Minute)
	ben := s.as("ben@bank.example")
	paths := []string{"/", "/actors", "/trends", "/map", "/map?country=Germany", "/map?q=hospital+group", "/incidents/hospital-group-2025/discuss", "/incidents/new", "/incidents/hospital-group-2025/edit/claim", "/incidents/hospital-group-2025/edit/stance", "/proposals", "/subscriptions", "/about/corrections", "/duplicates", "/incidents", "/incidents?country=Germany&accused=x", "/incidents?q=nothing-at-all&status=denied", "/incidents/hospital-group-2025", "/types/indicator", "/search?q=google", "/search?q=198.51.100.23", "/search?q=nothing-at-all", "/sign-in", "/about", "/about/method", "/reports", "/nowhere", "/types/tool?older=nonsense"}
	for _, typ := range []string{"incident", "intrusion-set", "malware", "indicator", "vulnerability", "report", "relationship", "opinion", "identity"} {
		_, list, _ := s.get(s.browser(), "/types/"+typ)
		first := objectLinks.FindStringSubmatch(list)
		if first == nil {
			t.Fatalf("no %s in the sample", typ)
		}
		paths = append(paths, first[1])
		if typ == "report" {
			paths = append(paths, strings.Replace(first[1], "/objects/", "/reports/", 1))
		}
		if typ == "intrusion-set" {
			paths = append(paths, strings.Replace(first[1], "/objects/", "/actors/", 1))
		}
	}
	_, list, _ := s.get(ben, "/types/note")
	if note := objectLinks.FindStringSubmatch(list); note != nil {
		paths = append(paths, note[1], note[1]+"/discuss", note[1]+"/withdraw")
	} else {
		t.Error("no note in the sample")
	}
	for _, path := range paths {
		for _, look := range []struct {
			width  int64
			scheme string
			client *http.Client
		}{{320, "light", nil}, {1280, "dark", nil}, {1280, "light", ben}, {320, "dark", ben}} {
			err := chromedp.Do(ctx,
				chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
					return dress(ctx, tab, s, look.width, look.scheme, look.client)
				}),
				chromedp.Navigate(s.url+path),
			)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if wrong := axeFinds(t, ctx, axe); wrong != "" {
				t.Errorf("%s at %d px, %s: %s", path, look.width, look.scheme, wrong)
			}
		}
	}
}

// needAxe is the script that finds what is wrong with a page; where it or the browser is missing, the test is skipped, and fails in CI.
func needAxe(t *testing.T) []byte {
	t.Helper()
	_, err := exec.LookPath("chromium")
	axe, axeErr := os.ReadFile("../../web/build/node_modules/axe-core/axe.min.js")
	if err != nil || axeErr != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Chromium and axe-core are needed: make deps")
		}
		t.Skip("needs Chromium and axe-core: make deps")
	}
	return axe
}

// openBrowser starts Chromium with one tab, for at most so long.
func openBrowser(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	alloc, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox)...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // the first run starts the browser and must have no time limit
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, limit)
	t.Cleanup(cancel)
	return ctx
}

// axeFinds is what is wrong with the page in the tab; "" when nothing is.
func axeFinds(t *testing.T, ctx context.Context, axe []byte) string {
	t.Helper()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[string](string(axe)+`;
		axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify({
			n: r.passes.length, wide: document.documentElement.scrollWidth > innerWidth,
			bad: r.violations.map(v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).join("; "))}))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		N    int
		Wide bool
		Bad  []string
	}
	if err := json.Unmarshal([]byte(result), &r); err != nil {
		t.Fatal(err)
	}
	if r.N < 5 || r.Wide || len(r.Bad) > 0 {
		return fmt.Sprintf("%d rules passed, scrolls sideways: %v, violations:\n%s", r.N, r.Wide, strings.Join(r.Bad, "\n"))
	}
	return ""
}

// TestEditByKeyboard: a record is written, put right after an error, looked at and published with keys, on a narrow screen; axe finds nothing on
// any of the pages on the way.
func TestEditByKeyboard(t *testing.T) {
	axe := needAxe(t)
	s := newSite(t)
	eve, _ := s.editors()
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
	steps("the form", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error { return dress(ctx, tab, s, 320, "dark", eve) }), chromedp.Navigate(s.url+"/incidents/new"))
	steps("without a title", chromedp.Focus("#f-title"), chromedp.KeyEvent("\r"), chromedp.WaitVisible(".error a"))
	steps("the preview", chromedp.Focus("#f-title"), chromedp.KeyEvent("Written with keys"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("button[value=publish]"))
	steps("the record", chromedp.Focus("button[value=publish]"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("nav.desk"))
	if code, body, _ := s.get(eve, fmt.Sprintf("/incidents/written-with-keys-%d", time.Now().Year())); code != 200 || !strings.Contains(body, "Written with keys") {
		t.Errorf("the record: %d", code)
	}
}

// dress sets the width, the colours and the session of a tab; the page's CSP is passed over, for axe alone.
func dress(ctx context.Context, tab *chromedp.Target, s *site, width int64, scheme string, c *http.Client) error {
	if _, err := cdp.Call(ctx, tab, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}); err != nil {
		return err
	}
	if _, err := cdp.Call(ctx, tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1}); err != nil {
		return err
	}
	look := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, look); err != nil {
		return err
	}
	if _, err := cdp.Call(ctx, tab, network.ClearBrowserCookies, cdp.Empty{}); err != nil || c == nil {
		return err
	}
	u, err := url.Parse(s.url)
	if err != nil {
		return err
	}
	for _, k := range c.Jar.Cookies(u) {
		if _, err := cdp.Call(ctx, tab, network.SetCookie, network.SetCookieParams{Name: k.Name, Value: k.Value, URL: s.url}); err != nil {
			return err
		}
	}
	return nil
}
