package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// system is one exchange that is measured. It can be started, empty, as often as the rounds ask for.
type system struct {
	name  string
	setup string // one sentence for the report: version, storage, processes
	start func(ctx context.Context, dir string, collections int) (*exchange, error)
	reads bool // it can only be read: it serves a copy of what the first system answered
}

// exchange is a running TAXII 2.1 server.
type exchange struct {
	*process
	api           string   // URL of its API root
	collections   []string // ids
	authorization string   // header that may read and write
	restart       func(context.Context) error
	database      *process // the server behind it, nil if none
}

// begin starts the server, waits until it answers at the URL, and remembers how to start it again.
func (x *exchange) begin(ctx context.Context, url string, spawn func() (*process, error)) error {
	x.restart = func(ctx context.Context) error {
		p, err := spawn()
		if err != nil {
			return err
		}
		if err := p.answers(ctx, url); err != nil {
			p.kill()
			return err
		}
		x.process = p
		return nil
	}
	return x.restart(ctx)
}

const taxiiType = "application/taxii+json;version=2.1"

// client is one that may read and write.
func (x *exchange) client(timeout time.Duration) *client {
	return newClient(http.Header{
		"Accept":        {taxiiType},
		"Content-Type":  {taxiiType},
		"Authorization": {x.authorization},
	}, timeout)
}

// collection is the URL of a collection.
func (x *exchange) collection(i int) string {
	return x.api + "collections/" + x.collections[i] + "/"
}

// objects is the URL of a page of a collection, from its first object when next is empty.
func (x *exchange) objects(i, limit int, next string) string {
	q := x.collection(i) + "objects/?limit=" + strconv.Itoa(limit)
	if next != "" {
		q += "&next=" + url.QueryEscape(next)
	}
	return q
}
