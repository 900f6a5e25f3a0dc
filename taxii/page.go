package taxii

import (
	"bytes"
	"errors"
	"net/http"
)

// maxPageBytes bounds a page of large objects; the page then ends early, after at least one object.
const maxPageBytes = 16 << 20

// freeBytes bounds a buffer that waits for the next page.
const freeBytes = 2 << 20

// body is a page being written: items one after the other, straight into the answer.
type body struct {
	*bytes.Buffer
	n int
}

// errFull ends a page that has grown too large.
var errFull = errors.New("page is full")

// item appends one item, already JSON.
func (b *body) item(raw []byte) error {
	if b.n > 0 && b.Len()+len(raw) > maxPageBytes {
		return errFull
	}
	if b.n > 0 {
		b.WriteByte(',')
	}
	b.Write(raw)
	b.n++
	return nil
}

// page answers one request for a page, with a body that is kept if there is one: its query was understood when it was made.
func (c *call) page(endpoint, list string, p params, fetch func(Collection, Filter, *body) (Page, error)) error {
	coll, err := c.readable()
	if err != nil {
		return err
	}
	if k := c.s.shelf.get(c.pageKey(endpoint, coll.State)); k != nil {
		c.sendKept(k)
		return nil
	}
	f, err := c.filter(endpoint, p, coll)
	if err != nil {
		return err
	}
	return c.made(endpoint, list, coll, f, func(f Filter, b *body) (Page, error) { return fetch(coll, f, b) })
}

// made answers with a page that is made now.
func (c *call) made(endpoint, list string, coll Collection, f Filter, fetch func(Filter, *body) (Page, error)) error {
	buf := c.s.buffer()
	defer c.s.free(buf)
	p, n, err := fill(buf, list, f, fetch)
	if err != nil {
		return err
	}
	c.stamp(p.First, p.Last)
	if n == 0 {
		if list == "objects" && endpoint != "manifest" && c.s.opt.EmptyObjects != nil && c.s.opt.EmptyObjects(coll.ID) {
			c.send(http.StatusOK, []byte(`{"objects":[]}`))
			return nil
		}
		c.send(http.StatusOK, []byte(`{}`))
		return nil
	}
	if p.More {
		buf.WriteString(`,"more":true,"next":"` + seal(endpoint, coll.ID, f, p.Next) + `"}`)
	} else {
		buf.WriteString(`,"more":false}`)
	}
	if key := c.pageKey(endpoint, p.State); c.s.shelf.wants(key, buf.Len()) {
		return c.keep(key, buf.Bytes(), p)
	}
	c.send(http.StatusOK, buf.Bytes())
	return nil
}

// buffer returns one that is free, or a new one.
func (s *Server) buffer() *bytes.Buffer {
	select {
	case buf := <-s.buffers:
		return buf
	default:
		return new(bytes.Buffer)
	}
}

// free takes a buffer back, unless it has grown larger than most pages are.
func (s *Server) free(buf *bytes.Buffer) {
	if buf.Cap() > freeBytes {
		return
	}
	select {
	case s.buffers <- buf:
	default:
	}
}

// fill runs fetch until the page fits. A page cut short by size is asked for again with the number that fits, so that the backend's token
// points behind the last item sent.
func fill(buf *bytes.Buffer, list string, f Filter, fetch func(Filter, *body) (Page, error)) (Page, int, error) {
	ask := f
	for {
		buf.Reset()
		buf.WriteString(`{"` + list + `":[`)
		b := body{Buffer: buf}
		p, err := fetch(ask, &b)
		switch {
		case err == nil:
			buf.WriteByte(']')
			return p, b.n, nil
		case !errors.Is(err, errFull) || b.n == 0:
			return p, b.n, err
		}
		ask.Limit = b.n
	}
}

// stamp sets the headers of a page. TAXII 2.1 §3.3.
func (c *call) stamp(first, last Stamp) {
	h := c.w.Header()
	h.Set("X-TAXII-Date-Added-First", first.String())
	h.Set("X-TAXII-Date-Added-Last", last.String())
}
