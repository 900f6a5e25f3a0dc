package main

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"threatwatch"
)

// config is the configuration file; doc/config.md says the same to people. Every field may be left out.
type config struct {
	Title       string `toml:"title"`
	Description string `toml:"description"`
	Contact     string `toml:"contact"`

	Data           place         `toml:"data"`
	Listen         string        `toml:"listen"`
	PublicURL      string        `toml:"public_url"`
	ShutdownDelay  time.Duration `toml:"shutdown_delay"`
	TrustedProxies []string      `toml:"trusted_proxies"`

	TLS struct {
		Cert string `toml:"cert"`
		Key  string `toml:"key"`
	} `toml:"tls"`
	Log struct {
		Level  string `toml:"level"`
		Format string `toml:"format"`
	} `toml:"log"`
	Metrics struct {
		Allow []string `toml:"allow"`
	} `toml:"metrics"`
	TAXII struct {
		Root             string `toml:"root"`
		MaxContentLength int64  `toml:"max_content_length"`
		MaxObjects       int    `toml:"max_objects"`
		MaxPage          int    `toml:"max_page"`
	} `toml:"taxii"`
	Hooks struct {
		Allow []string `toml:"allow"`
	} `toml:"hooks"`
	Mail mailConfig `toml:"mail"`

	proxies, metrics, hooks []netip.Prefix
	level                   slog.Level
}

// exampleConfig is what `threatwatch check --example` prints: every field with its default.
const exampleConfig = `# Configuration of a Threatwatch exchange. Every field may be left out; what is shown is the default.

title = "Threatwatch"       # name of the exchange: on its pages and in TAXII discovery
description = ""            # one or two sentences for TAXII discovery
contact = ""                # whom to write to: address or URL

data = "./data"             # directory of the database, relative to this file; or "postgres://user@host/database"
listen = "127.0.0.1:8080"   # address and port
public_url = ""             # "https://cti.example": as others reach it; api_roots in TAXII discovery are absolute when set
shutdown_delay = "0s"       # with several behind a load balancer: how long to go on answering, not ready, when told to end
trusted_proxies = []        # ["10.0.0.0/8"]: their X-Forwarded-For and X-Forwarded-Proto are believed

[tls]                       # both or none; files in PEM, read again when they change; relative to this file
cert = ""
key = ""

[log]
level = "info"              # debug, info, warn or error
format = ""                 # "text" or "json"; default: text on a terminal, json otherwise

[metrics]
allow = ["127.0.0.0/8", "::1/128"]   # who may read /metrics

[taxii]
root = "api1"               # name of the API root in addresses
max_content_length = 33554432  # bytes of one request, after decompression
max_objects = 100000        # objects in one request
max_page = 1000             # a larger limit is cut to this

[hooks]
allow = []                  # ["10.1.0.0/16"]: networks that webhooks may go to although they are not public, and without TLS
` + exampleMail

// loadConfig reads a configuration file; without a path, the defaults. Unknown keys and wrong values are errors that name the key.
func loadConfig(path string) (*config, error) {
	c := &config{Title: "Threatwatch", Data: "./data", Listen: "127.0.0.1:8080"}
	c.Log.Level = "info"
	c.Mail.defaults()
	c.Metrics.Allow = []string{"127.0.0.0/8", "::1/128"}
	if path == "" {
		return c, c.check()
	}
	meta, err := toml.DecodeFile(path, c)
	if perr, ok := errors.AsType[toml.ParseError](err); ok {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s: line %d: %s", path, perr.Position.Line, cmp.Or(perr.Message, perr.Error()))
	}
	if err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "configuration: %w", err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		err := threatwatch.Errorf(threatwatch.Invalid, "%s: unknown key %s", path, unknown[0])
		return nil, withHint(err, "threatwatch check --example prints all keys")
	}
	dir := filepath.Dir(path)
	c.Data = c.Data.under(dir)
	for _, p := range append(c.Mail.paths(), &c.TLS.Cert, &c.TLS.Key) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	if err := c.check(); err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "%s: %w", path, err)
	}
	return c, nil
}

// check says what is wrong with the values, and keeps what it parsed.
func (c *config) check() (err error) {
	bad := func(key, format string, args ...any) error {
		return threatwatch.Errorf(threatwatch.Invalid, "%s: %s", key, fmt.Sprintf(format, args...))
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "" {
		return bad("listen", "%q is not HOST:PORT", c.Listen)
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
			return bad("public_url", "%q is not http(s)://HOST", c.PublicURL)
		}
	}
	if c.ShutdownDelay < 0 || c.ShutdownDelay > time.Hour {
		return bad("shutdown_delay", "%v is not between 0s and 1h", c.ShutdownDelay)
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		return bad("tls", "cert and key go together")
	}
	if c.TLS.Cert != "" {
		if _, err := tls.LoadX509KeyPair(c.TLS.Cert, c.TLS.Key); err != nil {
			return bad("tls", "%v", err)
		}
	}
	if err := c.level.UnmarshalText([]byte(c.Log.Level)); err != nil {
		return bad("log.level", "%q is not debug, info, warn or error", c.Log.Level)
	}
	switch c.Log.Format {
	case "", "text", "json":
	default:
		return bad("log.format", "%q is not text or json", c.Log.Format)
	}
	if strings.ContainsAny(c.TAXII.Root, "/?#% ") || c.TAXII.Root == "taxii2" {
		return bad("taxii.root", "%q cannot name an API root", c.TAXII.Root)
	}
	if c.TAXII.MaxContentLength < 0 || c.TAXII.MaxObjects < 0 || c.TAXII.MaxPage < 0 {
		return bad("taxii", "a limit cannot be negative")
	}
	if c.proxies, err = prefixes(c.TrustedProxies); err != nil {
		return bad("trusted_proxies", "%v", err)
	}
	if c.metrics, err = prefixes(c.Metrics.Allow); err != nil {
		return bad("metrics.allow", "%v", err)
	}
	if c.hooks, err = prefixes(c.Hooks.Allow); err != nil {
		return bad("hooks.allow", "%v", err)
	}
	return c.Mail.check(c.Title, c.PublicURL)
}

// prefixes reads networks; a bare address is a network of one.
func prefixes(list []string) (out []netip.Prefix, err error) {
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			addr, err := netip.ParseAddr(s)
			if err != nil {
				return nil, fmt.Errorf("%q is no address and no network", s)
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// secure says whether visitors come over TLS, here or at a proxy.
func (c *config) secure() bool { return c.TLS.Cert != "" || strings.HasPrefix(c.PublicURL, "https://") }
