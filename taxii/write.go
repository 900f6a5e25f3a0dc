package taxii

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/klauspost/compress/gzip"

	"threatwatch"
	"threatwatch/stix"
)

// add answers POST /{root}/collections/{id}/objects/. TAXII 2.1 §5.5.
func (c *call) add() error {
	coll, err := c.coll()
	if err != nil {
		return err
	}
	switch {
	case coll.CanWrite:
	case coll.CanRead:
		return threatwatch.Errorf(threatwatch.Forbidden, "this collection is not for you to write")
	default:
		return threatwatch.Errorf(threatwatch.NotFound, "there is no collection %s", clip(c.collection))
	}
	bundle, err := bodyType(c.r.Header, !c.s.opt.NoBundles)
	if err != nil {
		return err
	}
	raw, err := c.readBody()
	if err != nil {
		return err
	}
	objects, err := c.s.split(raw, bundle)
	if err != nil {
		return err
	}
	st, err := c.s.backend.Add(c.ctx, coll.ID, objects)
	if err != nil {
		return err
	}
	return c.sendJSON(http.StatusAccepted, st)
}

// readBody reads the body up to the limit, which counts the inflated bytes.
func (c *call) readBody() ([]byte, error) {
	limit := c.s.opt.MaxContentLength
	codings := encodings(c.r.Header)
	if len(codings) > 1 || len(codings) == 1 && codings[0] != "gzip" && codings[0] != "x-gzip" {
		return nil, threatwatch.Errorf(threatwatch.Unsupported, "the only content coding of a request is gzip, once")
	}
	if c.r.ContentLength > limit {
		return nil, c.tooLarge()
	}
	in := io.Reader(c.r.Body)
	if len(codings) == 1 {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, threatwatch.Errorf(threatwatch.Invalid, "the body is not gzip: %w", err)
		}
		defer func() { _ = z.Close() }() // reading only
		in = z
	}
	var buf bytes.Buffer
	if len(codings) == 0 && c.r.ContentLength > 0 {
		buf.Grow(int(c.r.ContentLength) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(in, limit+1))
	switch {
	case err != nil && c.ctx.Err() != nil:
		return nil, c.ctx.Err()
	case err != nil:
		return nil, threatwatch.Errorf(threatwatch.Invalid, "the body ends early or is damaged")
	case n > limit:
		return nil, c.tooLarge()
	}
	return buf.Bytes(), nil
}

// tooLarge refuses a body. Part of the rest is read and thrown away, because a client that is still sending when the connection closes
// may never see the answer.
func (c *call) tooLarge() error {
	c.w.Header().Set("Connection", "close")
	if c.r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, c.r.Body, 2*c.s.opt.MaxContentLength) // best effort
	}
	return threatwatch.Errorf(threatwatch.TooLarge, "the body is larger than max_content_length, %d bytes", c.s.opt.MaxContentLength)
}

// unprocessable is good JSON that is no envelope. TAXII 2.1 §5.5.
func unprocessable(format string, args ...any) error {
	return &statusError{http.StatusUnprocessableEntity, threatwatch.Errorf(threatwatch.Invalid, format, args...)}
}

// split takes an envelope (or a bundle) apart into its objects. The whole body must be strict I-JSON: one repeated name or bad escape
// refuses it all, since nobody can say what was meant. Members other than objects are ignored. TAXII 2.1 §1.6.3, §3.7.
func (s *Server) split(raw []byte, bundle bool) ([][]byte, error) {
	if at := space(raw, 0); at == len(raw) || raw[at] != '{' {
		if err := strict(raw); err != nil {
			return nil, badJSON(err)
		}
		return nil, unprocessable("the body must be a TAXII envelope, an object with objects")
	}
	var list, typ []byte
	seen := map[string]bool{}
	err := members(raw, func(name, value []byte) error {
		key, err := stix.ParseValue(name)
		if err != nil {
			return err
		}
		if seen[key.Text()] {
			return threatwatch.Errorf(threatwatch.Invalid, "the name %q stands twice", clip(key.Text()))
		}
		seen[key.Text()] = true
		switch key.Text() {
		case "objects":
			list = value
			if value[0] == '[' {
				return nil // looked at below, object by object
			}
		case "type":
			typ = value
		}
		return strict(value)
	})
	if err != nil {
		return nil, badJSON(err)
	}
	isBundle := string(typ) == `"bundle"`
	switch {
	case bundle && !isBundle:
		return nil, unprocessable("the body must be a STIX bundle")
	case isBundle && s.opt.NoBundles:
		return nil, unprocessable("the body must be a TAXII envelope, not a bundle")
	case len(list) == 0 || list[0] != '[':
		return nil, unprocessable("the body must have objects, a list")
	}
	return s.splitList(list)
}

// splitList takes the list of objects apart.
func (s *Server) splitList(list []byte) ([][]byte, error) {
	var objects [][]byte
	err := elements(list, func(v []byte) error {
		if len(objects) == s.opt.MaxObjects {
			return unprocessable("objects has more than %d items", s.opt.MaxObjects)
		}
		objects = append(objects, v)
		return strict(v)
	})
	if err != nil {
		return nil, badJSON(err)
	}
	if len(objects) == 0 {
		return nil, unprocessable("objects must not be empty")
	}
	return objects, nil
}

// strict refuses what is not I-JSON. RFC 7493.
func strict(raw []byte) error {
	_, err := stix.ParseValue(raw)
	return err
}

// badJSON names the fault in a body; errors that have a kind already stay.
func badJSON(err error) error {
	if threatwatch.KindOf(err) != threatwatch.Internal {
		return err
	}
	if e, ok := errors.AsType[*stix.SyntaxError](err); ok {
		return threatwatch.Errorf(threatwatch.Invalid, "the body is not valid JSON: %s", e)
	}
	return threatwatch.Errorf(threatwatch.Invalid, "the body is not valid JSON: %w", err)
}

// delete answers DELETE /{root}/collections/{id}/objects/{object-id}/. TAXII 2.1 §5.7.
func (c *call) delete() error {
	q, err := parseQuery(c.r.URL.RawQuery)
	if err != nil {
		return err
	}
	f, err := q.filter(deleteParams)
	if err != nil {
		return err
	}
	coll, err := c.coll()
	if err != nil {
		return err
	}
	switch {
	case !coll.CanRead && !coll.CanWrite:
		return threatwatch.Errorf(threatwatch.NotFound, "there is no collection %s", clip(c.collection))
	case !coll.CanRead || !coll.CanWrite:
		return threatwatch.Errorf(threatwatch.Forbidden, "deleting takes the right to read and to write")
	}
	f.Object = c.object
	if err := c.s.backend.Delete(c.ctx, coll.ID, f); err != nil {
		return err
	}
	c.send(http.StatusOK, nil)
	return nil
}
