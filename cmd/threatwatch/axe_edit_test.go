package main

import (
	"context"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestConflictAccessible: axe finds nothing on the page that shows two editors' versions, on the form that goes on with both, and where something is taken back.
func TestConflictAccessible(t *testing.T) {
	axe := needAxe(t)
	s := newSite(t)
	eve, ernest := s.editors()
	place := s.record(eve, "Two editors", "clear", nil)
	edit := place + "/edit/incident"
	s.publish(eve, place+"/edit/claim", url.Values{"claimant": {"Ministry M"}, "claimant_kind": {"organization"}, "stated": {"2025-08"}, "kinds": {"political"}, "accused": {"Group Q"}, "accused_kind": {"intrusion-set"}, "level": {"group"}, "status": {"standing"}, "tlp": {"clear"}})
	_, page, _ := s.get(eve, place)
	back := regexp.MustCompile(`/edit/withdrawal\?id=[^"]+`).FindString(page)
	ctx := openBrowser(t, 5*time.Minute)
	for _, look := range []struct {
		width  int64
		scheme string
	}{{320, "dark"}, {1280, "light"}} {
		steps := func(what string, actions ...chromedp.Action[chromedp.Void]) {
			t.Helper()
			if err := chromedp.Do(ctx, actions...); err != nil {
				t.Fatalf("%s at %d px: %v", what, look.width, err)
			}
			if wrong := axeFinds(t, ctx, axe); wrong != "" {
				t.Errorf("%s at %d px, %s: %s", what, look.width, look.scheme, wrong)
			}
		}
		steps("the form", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			return dress(ctx, tab, s, look.width, look.scheme, eve)
		}), chromedp.Navigate(s.url+edit))
		theirs := s.asTyped(ernest, edit)
		theirs.Set("text", "What Ernest wrote in "+look.scheme+".")
		s.publish(ernest, edit, theirs)
		steps("the conflict", chromedp.Focus("#f-title"), chromedp.KeyEvent(" and more"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("button[value=edit]"))
		steps("the form with both", chromedp.Focus("button[value=edit]"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("#f-title"))
		steps("taking back", chromedp.Navigate(s.url+place+back))
		steps("taking back, previewed", chromedp.Focus("#f-how"), chromedp.KeyEvent("i"), chromedp.Focus("#f-why"), chromedp.KeyEvent("A typing error"), chromedp.Focus("button:not(.hidden)[value=preview]"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("button[value=publish]"))
	}
}
