package taxii

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"threatwatch"
)

// maxPageBytes bounds a page of large objects; the page then ends early, after at least one object.
const maxPageBytes = 16 << 20

// discovery answers GET /taxii2/. TAXII 2.1 §4.1.
func (c *call) discovery() error {
	root := c.s.opt.PublicURL + "/" + c.s.opt.Root + "/"
	return c.sendJSON(http.StatusOK, Discovery{
		Title: c.s.opt.Title, Description: c.s.opt.Description, Contact: c.s.opt.Contact,
		Default: root, APIRoots: []string{root},
	})
}

// apiRoot answers GET /{root}/. TAXII 2.1 §4.2.
func (c *call) apiRoot() error {
	return c.sendJSON(http.StatusOK, APIRoot{
		Title: c.s.opt.Title, Description: c.s.opt.Description,
		Versions: []string{MediaType}, MaxContentLength: c.s.opt.MaxContentLength,
	})
}

// collections answers GET /{root}/collections/. TAXII 2.1 §5.1.
func (c *call) collections() error {
	list, err := c.s.backend.Collections(c.ctx)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].complete()
	}
	return c.sendJSON(http.StatusOK, Collections{list})
}

// oneCollection answers GET /{root}/collections/{id}/. TAXII 2.1 §5.2.
func (c *call) oneCollection() error {
	coll, err := c.s.backend.Collection(c.ctx, c.collection)
	if err != nil {
		return err
	}
	coll.complete()
	return c.sendJSON(http.StatusOK, coll)
}

func (c *Collection) complete() {
	if len(c.MediaTypes) == 0 {
		c.MediaTypes = []string{MediaTypeSTIX}
	}
}

// status answers GET /{root}/status/{id}/. TAXII 2.1 §4.3.
func (c *call) status() error {
	if c.object == "" {
		return threatwatch.Errorf(threatwatch.NotFound, "there is no such status")
	}
	st, err := c.s.backend.Status(c.ctx, c.object)
	if err != nil {
		return err
	}
	return c.sendJSON(http.StatusOK, st)
}

// readable finds the collection of the path and the filter of the query, and refuses what may not be read.
func (c *call) readable(endpoint string, p params) (Collection, Filter, error) {
	q, err := parseQuery(c.r.URL.RawQuery)
	if err != nil {
		return Collection{}, Filter{}, err
	}
	f, err := q.filter(p)
	if err != nil {
		return Collection{}, Filter{}, err
	}
	coll, err := c.s.backend.Collection(c.ctx, c.collection)
	if err != nil {
		return Collection{}, Filter{}, err
	}
	if !coll.CanRead {
		return Collection{}, Filter{}, threatwatch.Errorf(threatwatch.Forbidden, "this collection is not for you to read")
	}
	f.Object = c.object
	if f, err = q.open(endpoint, coll.ID, f); err != nil {
		return Collection{}, Filter{}, err
	}
	if f.Limit == 0 || f.Limit > c.s.opt.MaxPage {
		f.Limit = c.s.opt.MaxPage
	}
	return coll, f, nil
}

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

// page runs one request for a page: fetch fills the body through item. A page cut short by size is asked for again with the number that
// fits, so that the backend's token points behind the last item sent.
func (c *call) page(endpoint, list string, coll Collection, f Filter, fetch func(Filter, *body) (Page, error)) error {
	buf := c.s.buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= 2*maxPageBytes {
			c.s.buffers.Put(buf)
		}
	}()
	ask := f
	var b body
	var p Page
	for {
		buf.Reset()
		buf.WriteString(`{"` + list + `":[`)
		b = body{Buffer: buf}
		var err error
		if p, err = fetch(ask, &b); err == nil {
			break
		}
		if !errors.Is(err, errFull) || b.n == 0 {
			return err
		}
		ask.Limit = b.n
	}
	h := c.w.Header()
	h.Set("X-TAXII-Date-Added-First", p.First.String()) // TAXII 2.1 §3.3
	h.Set("X-TAXII-Date-Added-Last", p.Last.String())
	if b.n == 0 {
		if list == "objects" && endpoint != "manifest" && c.s.opt.EmptyObjects != nil && c.s.opt.EmptyObjects(coll.ID) {
			c.send(http.StatusOK, []byte(`{"objects":[]}`))
			return nil
		}
		c.send(http.StatusOK, []byte(`{}`))
		return nil
	}
	b.WriteByte(']')
	if p.More {
		b.WriteString(`,"more":true,"next":"` + seal(endpoint, coll.ID, f, p.Next) + `"}`)
	} else {
		b.WriteString(`,"more":false}`)
	}
	c.send(http.StatusOK, buf.Bytes())
	return nil
}

// objects answers GET /{root}/collections/{id}/objects/ and …/objects/{object-id}/. TAXII 2.1 §5.4, §5.6.
func (c *call) objects() error {
	endpoint, p := "objects", objectsParams
	if c.object != "" {
		endpoint, p = "object", objectParams
	}
	coll, f, err := c.readable(endpoint, p)
	if err != nil {
		return err
	}
	return c.page(endpoint, "objects", coll, f, func(f Filter, b *body) (Page, error) {
		return c.s.backend.Objects(c.ctx, coll.ID, f, b.item)
	})
}

// manifest answers GET /{root}/collections/{id}/manifest/. TAXII 2.1 §5.3.
func (c *call) manifest() error {
	coll, f, err := c.readable("manifest", objectsParams)
	if err != nil {
		return err
	}
	return c.page("manifest", "objects", coll, f, func(f Filter, b *body) (Page, error) {
		return c.s.backend.Manifest(c.ctx, coll.ID, f, func(m ManifestRecord) error {
			raw, err := json.Marshal(m)
			if err != nil {
				return err
			}
			return b.item(raw)
		})
	})
}

// versions answers GET /{root}/collections/{id}/objects/{object-id}/versions/. TAXII 2.1 §5.8.
func (c *call) versions() error {
	coll, f, err := c.readable("versions", versionsParams)
	if err != nil {
		return err
	}
	return c.page("versions", "versions", coll, f, func(f Filter, b *body) (Page, error) {
		return c.s.backend.Versions(c.ctx, coll.ID, f, func(version string) error {
			raw, err := json.Marshal(version)
			if err != nil {
				return err
			}
			return b.item(raw)
		})
	})
}

// encodings returns the content codings of a request body. RFC 9110 §8.4.
func encodings(h http.Header) []string {
	var list []string
	for _, s := range splitList(strings.Join(h.Values("Content-Encoding"), ",")) {
		if s = strings.ToLower(s); s != "" && s != "identity" {
			list = append(list, s)
		}
	}
	return list
}
