package main

import (
	"fmt"
	"net/url"
	"path/filepath"
	"reflect"

	"github.com/alecthomas/kong"

	"threatwatch/store/postgres"
)

// place is where an exchange's data is: a directory, or the URL of a PostgreSQL database. Printed, it shows no password.
type place string

// data is the flag that commands over an exchange's data embed.
type data struct {
	Data place `help:"Where the exchange's data is: a directory, or a postgres:// URL. Default: ./data" placeholder:"DIR|URL" default:"./data" env:"THREATWATCH_DATA_DIR" type:"place"`
}

// database says that the place is a PostgreSQL database.
func (p place) database() bool { return postgres.IsURL(string(p)) }

// String is the place as it may be shown.
func (p place) String() string {
	if !p.database() {
		return string(p)
	}
	u, err := url.Parse(string(p))
	if err != nil {
		return "postgres://…"
	}
	if _, secret := u.User.Password(); secret {
		u.User = url.User(u.User.Username())
	}
	u.RawQuery = "" // it may hold a password, and the paths of keys
	return u.String()
}

// under makes a relative directory one below dir.
func (p place) under(dir string) place {
	if p == "" || p.database() || filepath.IsAbs(string(p)) {
		return p
	}
	return place(filepath.Join(dir, string(p)))
}

// mapPlace reads a place from the command line.
func mapPlace(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("place", &text); err != nil {
		return err
	}
	if text != "" && !postgres.IsURL(text) {
		text = kong.ExpandPath(text)
	}
	if target.Kind() != reflect.String {
		return fmt.Errorf("a place is a string, not %s", target.Kind())
	}
	target.SetString(text)
	return nil
}
