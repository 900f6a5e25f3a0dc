package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/release"
	"threatwatch/stix"
)

// lookupRequest is the body of a lookup.
type lookupRequest struct {
	Values []string `json:"values"`
	Wider  bool     `json:"wider"` // also the networks around an address, the names above a name, the host of a URL
}

type lookupAnswer struct {
	Results []result `json:"results"` // in the order of the values
}

// result is what is known of a value.
type result struct {
	Value string   `json:"value"`
	Found []object `json:"found"`
	More  bool     `json:"more"` // there is more than a result holds
}

// object is an object that holds a value, or one that covers it.
type object struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	Name       string `json:"name"`
	Source     string `json:"source,omitempty"`
	TLP        string `json:"tlp"`
	Created    string `json:"created,omitempty"`
	Modified   string `json:"modified,omitempty"`
	Added      string `json:"added"`
	Revoked    bool   `json:"revoked,omitempty"`
	ValidUntil string `json:"valid_until,omitempty"`
	By         string `json:"by,omitempty"` // the wider value that it holds
}

// lookup answers POST /api/v1/lookup.
func (s *Server) lookup(ctx context.Context, r *request) (any, error) {
	var q lookupRequest
	if err := r.decode(&q); err != nil {
		return nil, err
	}
	if len(q.Values) == 0 || len(q.Values) > maxValues {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "values: 1 to %d, not %d", maxValues, len(q.Values))
	}
	a := lookupAnswer{Results: make([]result, len(q.Values))}
	var asked []string
	var whose []int // result of each
	for i, v := range q.Values {
		a.Results[i] = result{Value: v, Found: []object{}}
		asked, whose = append(asked, v), append(whose, i)
		if q.Wider {
			for _, w := range stix.Wider(v) {
				asked, whose = append(asked, w), append(whose, i)
			}
		}
	}
	err := r.view.LookupAll(ctx, asked, maxFound+1, func(n int, it *release.Item) error {
		res := &a.Results[whose[n]]
		if slices.ContainsFunc(res.Found, func(o object) bool { return o.ID == it.ID }) {
			return nil // an older version, or found by the value itself
		}
		if len(res.Found) == maxFound {
			res.More = true
			return release.Stop
		}
		o := objectOf(it)
		if by := asked[n]; by != res.Value {
			o.By = by[strings.IndexByte(by, ':')+1:]
		}
		res.Found = append(res.Found, o)
		return nil
	})
	return a, err
}

func objectOf(it *release.Item) object {
	o := object{ID: it.ID, Type: it.Type, Source: it.Source, TLP: it.Label.TLP.String(), Added: it.Added.Time().Format(time.RFC3339Nano), Revoked: it.Revoked}
	if it.Created != 0 {
		o.Created = stix.FormatTime(it.Created)
	}
	if it.Modified != 0 {
		o.Modified = stix.FormatTime(it.Modified)
	}
	if x, err := stix.Parse(it.Raw); err == nil {
		o.Name, o.ValidUntil = x.Name(), x.Root.Get("valid_until").Text()
	}
	return o
}
