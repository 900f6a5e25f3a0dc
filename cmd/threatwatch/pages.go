package main

import (
	"log/slog"
	"net/http"

	"threatwatch/account"
	"threatwatch/release"
	"threatwatch/web"
)

// pages puts the pages on the mux.
func pages(mux *http.ServeMux, cfg *config, rel *release.Releaser, acc *account.Accounts, log *slog.Logger) {
	mux.Handle("/", web.New(web.Options{
		Releaser: rel, Accounts: acc, Title: cfg.Title, Root: cfg.TAXII.Root, Secure: cfg.secure(), Subject: callerSubject, Log: log,
	}))
}
