package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"
	"syscall"
	"time"
)

// client sends requests as one program would: kept-alive connections, no compression, the body read and thrown away.
type client struct {
	http   http.Client
	header http.Header
}

func newClient(header http.Header, timeout time.Duration) *client {
	c := &client{header: header}
	c.http.Transport = &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true, ReadBufferSize: 64 << 10}
	c.http.Timeout = timeout
	return c
}

func (c *client) close() { c.http.CloseIdleConnections() }

// answer is what is kept of an answer.
type answer struct {
	bytes int64
	next  string // of a TAXII envelope
	last  string // X-TAXII-Date-Added-Last
}

// next stands at the front or at the back of an envelope; nobody puts it between objects. TAXII 2.1 §3.7.
var nextPattern = regexp.MustCompile(`"next": ?"([^"]+)"`)

// edge is how much of an answer's front and back is looked at.
const edge = 2 << 10

// buffers are for reading bodies in few system calls: reading must not be what limits the server.
var buffers = sync.Pool{New: func() any { return new([256 << 10]byte) }}

// do sends one request and reads the answer to its end. An answer other than 2xx is an error.
func (c *client) do(ctx context.Context, method, url string, body []byte) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header = c.header
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	buf := buffers.Get().(*[256 << 10]byte)
	defer buffers.Put(buf)
	var ends []byte // the front, then the back
	a := answer{last: resp.Header.Get("X-TAXII-Date-Added-Last")}
	for {
		n, err := io.ReadFull(resp.Body, buf[:])
		a.bytes += int64(n)
		if len(ends) == 0 {
			ends = append(ends, buf[:min(n, edge)]...)
		}
		ends = append(ends[:min(len(ends), 2*edge)], buf[max(0, n-edge):n]...)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return a, err
		}
	}
	if resp.StatusCode/100 != 2 {
		return a, fmt.Errorf("%s", resp.Status)
	}
	a.next = nextOf(ends)
	return a, nil
}

// nextOf finds the cursor to the next page, empty when there is none.
func nextOf(envelope []byte) string {
	if m := nextPattern.FindSubmatch(envelope); m != nil {
		return string(m[1])
	}
	return ""
}

func (c *client) get(ctx context.Context, url string) (answer, error) {
	return c.do(ctx, "GET", url, nil)
}

// fetch reads one answer whole.
func fetch(ctx context.Context, c *client, url string) ([]byte, error) {
	body, _, err := fetchWithHeader(ctx, c, url)
	return body, err
}

func fetchWithHeader(ctx context.Context, c *client, url string) ([]byte, http.Header, error) {
	return answerTo(ctx, c, "GET", url, nil)
}

// post sends a body and reads the answer whole.
func post(ctx context.Context, c *client, url string, body []byte) ([]byte, error) {
	answer, _, err := answerTo(ctx, c, "POST", url, body)
	return answer, err
}

func answerTo(ctx context.Context, c *client, method, url string, body []byte) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header = c.header
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("%s", resp.Status)
	}
	text, err := io.ReadAll(resp.Body)
	return text, resp.Header, err
}

// work is one request's worth.
type work struct {
	units int
	bytes int64
	more  bool // the client is in the middle of something and must not stop here
}

// errDone is returned by a step when its client has nothing left to do.
var errDone = errors.New("done")

// drive lets clients work side by side until the budget is spent, and sums up. Each finishes what it has begun, but begins no request
// after the limit.
func drive(ctx context.Context, clients int, budget, limit time.Duration, step func(client int) (work, error)) figure {
	var (
		mu    sync.Mutex // protects all below
		times []time.Duration
		total work
		sum   figure
	)
	start, used := time.Now(), cpuTime()
	one := func(client int) {
		for ctx.Err() == nil {
			t := time.Now()
			w, err := step(client)
			took := time.Since(t)
			if err == errDone {
				return
			}
			mu.Lock()
			if err != nil {
				sum.failed, sum.err = sum.failed+1, err
			} else {
				times = append(times, took)
				total.units, total.bytes = total.units+w.units, total.bytes+w.bytes
			}
			spent := time.Since(start)
			ends := spent >= budget && !w.more
			sum.cut = sum.cut || spent >= limit && !ends
			mu.Unlock()
			if ends || spent >= limit {
				return
			}
		}
	}
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() { one(i) })
	}
	wg.Wait()
	f := summarise(times, total.units, total.bytes, time.Since(start))
	f.own = (cpuTime() - used).Seconds() / time.Since(start).Seconds()
	f.cut, f.failed, f.err = sum.cut, sum.failed, sum.err
	return f
}

// cpuTime is what this process has used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
