package taxii

import (
	"encoding/json"
	"net/http"
	"strings"

	"threatwatch"
)

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
	if len(list) == 0 && c.anonymous() {
		return threatwatch.Errorf(threatwatch.Unauthenticated, "there is nothing here for those who do not log in")
	}
	for i := range list {
		list[i].complete()
	}
	return c.sendJSON(http.StatusOK, Collections{list})
}

// oneCollection answers GET /{root}/collections/{id}/. TAXII 2.1 §5.2.
func (c *call) oneCollection() error {
	coll, err := c.coll()
	if err != nil {
		return err
	}
	coll.complete()
	return c.sendJSON(http.StatusOK, coll)
}

// coll finds the collection of the path. Who comes without credentials is asked for them, whether it is withheld or does not exist: many
// programs send theirs only when they are asked. TAXII 2.1 §1.6.5.
func (c *call) coll() (Collection, error) {
	coll, err := c.s.backend.Collection(c.ctx, c.collection)
	if threatwatch.KindOf(err) == threatwatch.NotFound && c.anonymous() {
		err = threatwatch.Errorf(threatwatch.Unauthenticated, "log in to see whether there is such a collection")
	}
	return coll, err
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
	if threatwatch.KindOf(err) == threatwatch.NotFound && c.anonymous() {
		err = threatwatch.Errorf(threatwatch.Unauthenticated, "log in as who sent the request")
	}
	if err != nil {
		return err
	}
	return c.sendJSON(http.StatusOK, st)
}

// readable finds the collection of the path, and refuses what may not be read.
func (c *call) readable() (Collection, error) {
	coll, err := c.coll()
	if err == nil && !coll.CanRead {
		err = threatwatch.Errorf(threatwatch.Forbidden, "this collection is not for you to read")
	}
	return coll, err
}

// filter reads what of a collection is asked for.
func (c *call) filter(endpoint string, p params, coll Collection) (Filter, error) {
	q, err := parseQuery(c.r.URL.RawQuery)
	if err != nil {
		return Filter{}, err
	}
	f, err := q.filter(p)
	if err != nil {
		return Filter{}, err
	}
	f.Object = c.object
	if f, err = q.open(endpoint, coll.ID, f); err != nil {
		return Filter{}, err
	}
	if f.Limit == 0 || f.Limit > c.s.opt.MaxPage {
		f.Limit = c.s.opt.MaxPage
	}
	return f, nil
}

// objects answers GET /{root}/collections/{id}/objects/ and …/objects/{object-id}/. TAXII 2.1 §5.4, §5.6.
func (c *call) objects() error {
	endpoint, p := "objects", objectsParams
	if c.object != "" {
		endpoint, p = "object", objectParams
	}
	return c.page(endpoint, "objects", p, func(coll Collection, f Filter, b *body) (Page, error) {
		return c.s.backend.Objects(c.ctx, coll.ID, f, b.item)
	})
}

// manifest answers GET /{root}/collections/{id}/manifest/. TAXII 2.1 §5.3.
func (c *call) manifest() error {
	return c.page("manifest", "objects", objectsParams, func(coll Collection, f Filter, b *body) (Page, error) {
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
	return c.page("versions", "versions", versionsParams, func(coll Collection, f Filter, b *body) (Page, error) {
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
