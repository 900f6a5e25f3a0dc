package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"sync"

	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
)

//go:embed templates/*.html assets/*
var files embed.FS

// An asset is served under a name that holds its hash: it may be kept for ever.
type asset struct {
	path   string
	kind   string
	body   []byte
	packed func() []byte // with gzip, made at the first request
}

func newAsset(name, kind string, body []byte) asset {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	a := asset{path: "/assets/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext, kind: kind, body: body}
	a.packed = sync.OnceValue(func() []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(body) // a buffer takes everything
		w.Close()
		return b.Bytes()
	})
	return a
}

// ServeHTTP sends the asset, packed to whoever takes that.
func (a asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := a.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.packed()
	}
	w.Write(body)
}

// assets are the files that pages need.
type assets struct {
	style, icon asset
	fonts       []asset // those of every page first, then the mono
}

// loadAssets reads what is embedded. The type is the Go family: a humanist sans, and a mono in which 0 and O, 1 and l differ. It
// comes from a Go module, so that building needs nothing but the module registry.
func loadAssets() assets {
	read := func(name string) []byte {
		b, err := files.ReadFile("assets/" + name)
		if err != nil {
			panic(err) // it is embedded
		}
		return b
	}
	a := assets{icon: newAsset("icon.svg", "image/svg+xml", read("icon.svg"))}
	css := string(read("style.css"))
	for _, f := range []struct {
		name string
		body []byte
	}{{"go-regular.ttf", goregular.TTF}, {"go-medium.ttf", gomedium.TTF}, {"go-mono.ttf", gomono.TTF}} {
		font := newAsset(f.name, "font/ttf", f.body)
		a.fonts = append(a.fonts, font)
		css = strings.ReplaceAll(css, f.name, path.Base(font.path))
	}
	a.style = newAsset("style.css", "text/css; charset=utf-8", []byte(css))
	return a
}

// all lists every asset.
func (a assets) all() []asset { return append([]asset{a.style, a.icon}, a.fonts...) }

// StylePath is where the style sheet is.
func (a assets) StylePath() string { return a.style.path }

// IconPath is where the icon is.
func (a assets) IconPath() string { return a.icon.path }

// TextFonts are where the fonts of every page are: pages ask for them at once, before the style sheet does.
func (a assets) TextFonts() (paths []string) {
	for _, f := range a.fonts[:2] {
		paths = append(paths, f.path)
	}
	return paths
}
