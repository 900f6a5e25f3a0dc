package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// sheet is a page of paper as pdftotext tells it: its size and its words with where they stand, in points.
type sheet struct {
	Width  float64 `xml:"width,attr"`
	Height float64 `xml:"height,attr"`
	Words  []word  `xml:"word"`
}

type word struct {
	Top    float64 `xml:"yMin,attr"`
	Right  float64 `xml:"xMax,attr"`
	Bottom float64 `xml:"yMax,attr"`
	Text   string  `xml:",chardata"`
}

// text is what stands on the sheet, a space between words.
func (s *sheet) text() string {
	var words []string
	for _, w := range s.Words {
		words = append(words, w.Text)
	}
	return strings.Join(words, " ")
}

// labelled says whether a label stands at the head and at the foot, to the right, in letters of twelve points or more (TLP 2.0, documents).
func (s *sheet) labelled(label string) (head, foot bool) {
	for _, w := range s.Words {
		if w.Text == label && w.Right > s.Width*.85 && w.Bottom-w.Top >= 12 {
			head, foot = head || w.Bottom < s.Height*.1, foot || w.Top > s.Height*.9
		}
	}
	return head, foot
}

// printed opens a page in a browser that runs no scripts and prints it on A4.
func printed(t *testing.T, ctx context.Context, s *site, path string, c *http.Client) (sheets []sheet) {
	t.Helper()
	var pdf []byte
	err := chromedp.Do(ctx,
		chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error { return dress(ctx, tab, s, 1280, "light", c) }),
		chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		}),
		chromedp.Navigate(s.url+path),
		chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			result, err := cdp.Call(ctx, tab, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69, PreferCSSPageSize: new(true)}) // A4, in inches
			if err == nil {
				pdf = result.Data
			}
			return err
		}))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	cmd := exec.CommandContext(ctx, "pdftotext", "-bbox", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: pdftotext: %v", path, err)
	}
	var doc struct {
		Sheets []sheet `xml:"body>doc>page"`
	}
	if err := xml.Unmarshal(out, &doc); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return doc.Sheets
}

// TestOnPaper: without scripts a page says what it has to say, and on A4 every sheet has the marking at head and foot and its number, the last one where it is
// from; tables under pictures are open, and what can only be done on a screen is gone.
func TestOnPaper(t *testing.T) {
	needAxe(t)
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("pdftotext is needed: make deps")
		}
		t.Skip("needs pdftotext: make deps")
	}
	s := newSite(t)
	s.tell()
	s.tellAgain()
	ctx := openBrowser(t, 5*time.Minute)
	ben := s.as("ben@bank.example")
	for _, x := range []struct {
		path   string
		client *http.Client
		label  string
		want   []string
		gone   []string
	}{
		{"/", nil, "TLP:CLEAR", []string{"Latest threats", "incidents were made public in the last twelve months"}, []string{"Search"}},
		{"/incidents?q=hospital+group", nil, "TLP:CLEAR", []string{"Hospital group: records taken", "State T denies"}, []string{"Narrow the list"}},
		{"/incidents/hospital-group-2025", nil, "TLP:CLEAR", []string{"We did not, and ask for evidence.", "contested; denied", "Known to the", "More was taken than is told."}, nil},
		{"/actors", nil, "TLP:CLEAR", []string{"Governments and courts only", "Unattributed", "Insiders", "5 to 95 %"}, nil},
		{"/trends", nil, "TLP:CLEAR", []string{"By year, from the first one on", "not known"}, nil},
		{"/map", nil, "TLP:CLEAR", []string{"United States"}, nil},
		{"/duplicates", ben, "TLP:AMBER", []string{"Why it is proposed", "Shown to Ben Publisher"}, []string{"Different events"}},
	} {
		sheets := printed(t, ctx, s, x.path, x.client)
		all := ""
		for i, sheet := range sheets {
			if head, foot := sheet.labelled(x.label); !head || !foot || sheet.Width < 594 || sheet.Width > 597 {
				t.Errorf("%s, sheet %d of %.0f points: the marking stands at its head %v, at its foot %v", x.path, i+1, sheet.Width, head, foot)
			}
			if slices.ContainsFunc(sheet.Words, func(w word) bool { return w.Right > sheet.Width }) {
				t.Errorf("%s, sheet %d: something stands beside the paper", x.path, i+1)
			}
			all += sheet.text() + " "
		}
		for _, want := range append(x.want, "Page 1 of", s.url+x.path) {
			if !strings.Contains(all, want) {
				t.Errorf("%s on paper lacks %q", x.path, want)
			}
		}
		for _, gone := range x.gone {
			if strings.Contains(all, gone) {
				t.Errorf("%s on paper has %q", x.path, gone)
			}
		}
	}
}
