// Command screens takes the pictures of this directory: each page as `threatwatch demo` shows it, wide, narrow, dark and on paper, in headless
// Chromium, what commands print on a terminal, and the list of them in README.md. What stands there is to be looked at after each change of a page.
//
//	go run ./doc/screens             # all of them
//	go run ./doc/screens map trends  # some
//
// It needs bin/threatwatch (`make build`), Chromium, pdftoppm of poppler-utils, and script of util-linux.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"log"
	"maps"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const directory = "doc/screens"

// screen is a page: where it is, and where it is reached from when its address is not the same at each start.
type screen struct {
	name, path string
	link       string // the first link of path that matches this selector is the page
	member     bool   // as a publisher sees it
	what       string
}

var screens = []screen{
	{name: "front", path: "/", what: "The first page: the newest incidents, and what changed"},
	{name: "incidents", path: "/incidents?status=contested", what: "The catalogue, narrowed to what is contested"},
	{name: "incident", path: "/incidents/sony-pictures-films-mail-and-staff-records-taken-then-2014", what: "An incident with its ledger of claims and denials"},
	{name: "member", path: "/incidents/incident--df1886f7-a4b2-5ea3-9b16-674fd437e476", member: true, what: "An incident as members see it, with its marking"},
	{name: "discuss", path: "/incidents/incident--df1886f7-a4b2-5ea3-9b16-674fd437e476/discuss", member: true, what: "What is said of it, by name and capacity"},
	{name: "edit", path: "/incidents/new", member: true, what: "An incident is recorded"},
	{name: "proposals", path: "/proposals", member: true, what: "What waits for a second person"},
	{name: "duplicates", path: "/duplicates", member: true, what: "Which records may be one event"},
	{name: "actors", path: "/actors", what: "Who is named, by three readings of whose word counts"},
	{name: "actor", path: "/actors", link: `main a[href^="/actors/"]`, what: "One of them"},
	{name: "trends", path: "/trends", what: "How long attacks went unseen"},
	{name: "map", path: "/map", what: "Where victims are"},
	{name: "reports", path: "/reports", what: "Reports"},
	{name: "report", path: "/reports", link: `main a[href^="/reports/"]`, what: "One of them, with what it rests on"},
	{name: "method", path: "/about/method", what: "How the numbers come about"},
	{name: "corrections", path: "/about/corrections", what: "What was put right"},
	{name: "search", path: "/search?q=198.51.100.23", what: "A search for an address"},
}

// form is how a page is looked at.
type form struct {
	name   string
	width  int64
	height int64
	scheme string
}

var forms = []form{
	{"wide", 1280, 900, "light"},
	{"narrow", 390, 844, "light"},
	{"dark", 1280, 900, "dark"},
	{"print", 1280, 900, "light"},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("screens: ")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(screens, func(s screen) bool { return s.name == name }) && !slices.ContainsFunc(terminals, func(t terminal) bool { return t.name == name }) {
			return fmt.Errorf("no picture is called %q", name)
		}
	}
	d, err := startDemo(ctx)
	if err != nil {
		return err
	}
	defer d.end()
	alloc, cancel := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox)...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(alloc)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as the context that it is started with
		return err
	}
	signedIn := false
	for _, member := range []bool{false, true} { // who is signed in stays so
		for _, s := range screens {
			if s.member != member || len(names) > 0 && !slices.Contains(names, s.name) {
				continue
			}
			if member && !signedIn {
				if err := d.signIn(ctx); err != nil {
					return fmt.Errorf("signing in: %w", err)
				}
				signedIn = true
			}
			if err := take(ctx, d.url, s); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	for _, t := range terminals {
		if len(names) > 0 && !slices.Contains(names, t.name) {
			continue
		}
		if err := t.take(ctx); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return os.WriteFile(filepath.Join(directory, "README.md"), []byte(list()), 0o644)
}

// demo is a running demonstration.
type demo struct {
	cmd                  *exec.Cmd
	url, email, password string
}

// startDemo starts the program on a free port, and reads from what it prints who may sign in.
func startDemo(ctx context.Context) (*demo, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "bin/threatwatch", "demo", "--listen", address)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	d := &demo{cmd: cmd, url: "http://" + address}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if f := strings.Fields(lines.Text()); len(f) > 2 && strings.HasPrefix(f[0], "ben@") {
			d.email, d.password = f[0], f[1]
		}
		if strings.HasPrefix(lines.Text(), "End with") {
			go io.Copy(io.Discard, out)
			return d, nil
		}
	}
	return nil, errors.Join(errors.New("the demonstration did not start"), lines.Err(), cmd.Wait())
}

func (d *demo) end() {
	if err := d.cmd.Process.Signal(os.Interrupt); err == nil {
		d.cmd.Wait() // ended on demand
	}
}

func (d *demo) signIn(ctx context.Context) error {
	return chromedp.Do(ctx, chromedp.Navigate(d.url+"/sign-in"),
		chromedp.SendKeys("#email", d.email), chromedp.SendKeys("#password", d.password+"\r"), chromedp.WaitNotPresent("#password"))
}

// take makes the pictures of a page.
func take(ctx context.Context, url string, s screen) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	response, err := chromedp.Run(ctx, chromedp.NavigateResponse(url+s.path))
	if err != nil {
		return err
	}
	if response.Status != 200 {
		return fmt.Errorf("%s: status %d", s.path, response.Status)
	}
	if s.link != "" {
		href, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q).href", s.link)))
		if err != nil {
			return err
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(href)); err != nil {
			return err
		}
	}
	for _, f := range forms {
		if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error { return dress(ctx, tab, f) })); err != nil {
			return err
		}
		file := filepath.Join(directory, s.name+"-"+f.name+".png")
		if f.name == "print" {
			if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error { return print(ctx, tab, file) })); err != nil {
				return err
			}
			continue
		}
		picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			return err
		}
		if err := keep(file, picture); err != nil {
			return err
		}
	}
	return nil
}

// dress sets the size of the window and the colours that the reader prefers.
func dress(ctx context.Context, tab *chromedp.Target, f form) error {
	size := emulation.SetDeviceMetricsOverrideParams{Width: f.width, Height: f.height, DeviceScaleFactor: 1}
	if _, err := cdp.Call(ctx, tab, emulation.SetDeviceMetricsOverride, size); err != nil {
		return err
	}
	look := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: f.scheme}}}
	_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, look)
	return err
}

// print prints the page on A4, and makes a picture of the first sheet.
func print(ctx context.Context, tab *chromedp.Target, file string) error {
	const a4Width, a4Height = 8.27, 11.69 // inches
	result, err := cdp.Call(ctx, tab, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: a4Width, PaperHeight: a4Height, PreferCSSPageSize: new(true)})
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "pdftoppm", "-png", "-r", "72", "-singlefile", "-")
	cmd.Stdin = bytes.NewReader(result.Data)
	picture, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("pdftoppm: %w", err)
	}
	return keep(file, picture)
}

// keep writes a picture with the 256 colours that most of it has, which a page of text does not miss.
func keep(file string, picture []byte) error {
	full, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return err
	}
	count := map[color.RGBA]int{}
	for y := range full.Bounds().Dy() {
		for x := range full.Bounds().Dx() {
			count[color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var palette color.Palette
	for _, c := range colours[:min(len(colours), 256)] {
		palette = append(palette, c)
	}
	small := image.NewPaletted(full.Bounds(), palette)
	draw.Draw(small, small.Rect, full, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, small); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// list is README.md.
func list() string {
	var b strings.Builder
	b.WriteString("# The pages as they look\n\nTaken by `make screens` of what `make demo` shows: wide, on a phone, by night, and the first sheet on paper.\n\n")
	b.WriteString("| page | wide | narrow | dark | print |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range screens {
		fmt.Fprintf(&b, "| %s |", s.what)
		for _, f := range forms {
			fmt.Fprintf(&b, " [<img src=\"%s-%s.png\" height=\"160\" alt=\"%s, %s\">](%[1]s-%[2]s.png) |", s.name, f.name, s.what, f.name)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n# The program on a terminal\n\n")
	for _, t := range terminals {
		fmt.Fprintf(&b, "%s:\n\n![%s](%s.png)\n", t.what, t.what, t.name)
	}
	return b.String()
}
