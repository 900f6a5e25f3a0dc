package main

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// terminal is a command, typed in a folder beside this file, with all that it prints.
type terminal struct {
	name, folder string
	command      string
	what         string
}

var terminals = []terminal{
	{"find", "find", "threatwatch match -i indicators.json -w warninglist.json eve.json proxy.log", "Indicators found in the logs of a sensor and a proxy, what is on a warning list apart"},
}

// take runs the command as if somebody looked, and makes a picture of what it prints.
func (t *terminal) take(ctx context.Context) error {
	program, err := filepath.Abs("bin")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "script", "-qec", t.command, "/dev/null")
	cmd.Dir = filepath.Join(directory, t.folder)
	cmd.Env = append(cmd.Environ(), "PATH="+program+string(os.PathListSeparator)+os.Getenv("PATH"), "TERM=xterm-256color")
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", t.command, err, out)
	}
	page := "data:text/html;charset=utf-8," + url.PathEscape(terminalPage(t.command, string(out)))
	type size struct{ Width, Height int64 }
	if err := chromedp.Do(ctx, chromedp.Navigate(page)); err != nil {
		return err
	}
	s, err := chromedp.Run(ctx, chromedp.Evaluate[size](`(r => ({Width: Math.ceil(r.width), Height: Math.ceil(r.height)}))(document.querySelector("pre").getBoundingClientRect())`))
	if err != nil {
		return err
	}
	err = chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: s.Width, Height: s.Height, DeviceScaleFactor: 1})
		return err
	}))
	if err != nil {
		return err
	}
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(directory, t.name+".png"), picture, 0o644) // with all colours: a word of one colour is few points
}

// sgr is what sets how text looks from there on (ECMA-48 §8.3.117).
var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// terminalPage is a page that looks as the terminal does.
func terminalPage(command, out string) string {
	out = sgr.ReplaceAllStringFunc(html.EscapeString(strings.ReplaceAll(out, "\r", "")), func(s string) string {
		class := map[string]string{"1;31": "bad", "32": "known", "2": "dim"}[sgr.FindStringSubmatch(s)[1]]
		if class == "" {
			return "</span>"
		}
		return `<span class="` + class + `">`
	})
	return `<!doctype html><style>
body { margin: 0; background: #16191d }
pre { margin: 0; padding: 16px 20px; display: inline-block; font: 13px/1.45 "DejaVu Sans Mono", monospace; color: #d7dce2; background: #16191d }
.bad { color: #ff7b72; font-weight: bold } .known { color: #7ee787 } .dim { color: #8b949e } .typed { color: #ffffff; font-weight: bold }
</style><pre><span class="dim">$</span> <span class="typed">` + html.EscapeString(command) + "</span>\n" + out + "</pre>"
}
