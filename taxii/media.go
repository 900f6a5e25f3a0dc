package taxii

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"threatwatch"
)

// mediaRange is one element of an Accept header.
type mediaRange struct {
	typ    string // lower case, "application/taxii+json", "application/*"
	params map[string]string
	q      float64
}

// acceptable decides whether our one representation fits the Accept header. RFC 9110 §12.5.1, TAXII 2.1 §1.6.8.
// No header at all is as good as */*; among ranges that fit, the most specific one decides, so that "*/*, application/taxii+json;q=0" is a no.
func acceptable(h http.Header) error {
	header := strings.Join(h.Values("Accept"), ",")
	if header == MediaType || strings.Trim(header, ", \t") == "" { // what most clients say, and what says nothing
		return nil
	}
	best, q := -1, 0.0
	for _, part := range splitList(header) {
		r, ok := parseRange(part)
		if !ok {
			continue
		}
		if s := r.fits(); s > best || s == best && r.q > q {
			best, q = s, r.q
		}
	}
	if best < 0 || q == 0 {
		return threatwatch.Errorf(threatwatch.NotAcceptable, "only %s is served", MediaType)
	}
	return nil
}

// fits returns how specifically the range names what we serve, -1 when it does not.
func (r mediaRange) fits() int {
	switch r.typ {
	case "*/*":
		return 0
	case "application/*":
		return 1
	case "application/json":
		return 2
	case "application/taxii+json":
		switch v, given := r.params["version"]; {
		case !given:
			return 3
		case v == "2.1":
			return 4
		}
	}
	return -1
}

// parseRange reads one element: type, parameters, weight.
func parseRange(s string) (mediaRange, bool) {
	typ, params, err := mime.ParseMediaType(s)
	if err != nil || !strings.Contains(typ, "/") {
		return mediaRange{}, false
	}
	r := mediaRange{typ: typ, params: params, q: 1}
	if v, given := params["q"]; given {
		q, err := strconv.ParseFloat(v, 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return mediaRange{}, false
		}
		r.q = q
	}
	return r, true
}

// splitList splits a header at commas outside quoted strings.
func splitList(s string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			parts = append(parts, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}

// bodyType says what the Content-Type promises: an envelope, or (when bundles are taken) a bundle.
func bodyType(h http.Header, bundles bool) (bundle bool, err error) {
	unsupported := threatwatch.Errorf(threatwatch.Unsupported, "the Content-Type of a request must be %s", MediaType)
	if len(h.Values("Content-Type")) != 1 {
		return false, unsupported
	}
	typ, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return false, unsupported
	}
	version, versioned := params["version"]
	switch {
	case typ == "application/taxii+json" && (!versioned || version == "2.1"):
		return false, nil
	case typ == "application/stix+json" && bundles && (!versioned || version == "2.1" || version == "2.0"):
		return true, nil
	}
	return false, unsupported
}

// wantsGzip says whether the Accept-Encoding header takes gzip. RFC 9110 §12.5.3.
func wantsGzip(h http.Header) bool {
	any, gzip := -1.0, -1.0
	for _, part := range splitList(strings.Join(h.Values("Accept-Encoding"), ",")) {
		name, params, _ := strings.Cut(part, ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(params, " ", "")), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(v, 64); err != nil {
				q = 0
			}
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			gzip = q
		case "*":
			any = q
		}
	}
	if gzip >= 0 {
		return gzip > 0
	}
	return any > 0
}
