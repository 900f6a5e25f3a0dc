// Package vectors reads and runs vector files of STIX patterns: plain JSON, so that any implementation can run them.
//
// A file holds one suite: suite, about, basis, observations (a name for each list of STIX objects: observed-data and what they refer to), and
// vectors. A vector has an id, a pattern, the name of its observations, whether it parses (null: either is fine), whether it matches, which
// observed-data match where only one binding is possible, and within how many milliseconds the answer has to be there.
package vectors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/pattern"
	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// Suite is what a file holds.
type Suite struct {
	Name         string                       `json:"suite"`
	Observations map[string][]json.RawMessage `json:"observations"`
	Vectors      []Vector                     `json:"vectors"`
}

// Vector is one pattern and what is expected of it. Nil says that nothing is.
type Vector struct {
	ID            string   `json:"id"`
	Pattern       string   `json:"pattern"`
	Observations  string   `json:"observations"`
	Parses        *bool    `json:"parses"`
	Match         *bool    `json:"match"`
	MatchIfParsed *bool    `json:"match_if_parsed"`
	Matched       []string `json:"matched"`
	BudgetMS      int      `json:"budget_ms"`
}

// Failure is a vector whose answer is another one.
type Failure struct {
	ID      string `json:"id"`
	Pattern string `json:"pattern"`
	Reason  string `json:"reason"`
}

// Read reads a suite.
func Read(raw []byte) (*Suite, error) {
	var s Suite
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "the file is no suite of vectors: %v", err)
	}
	if len(s.Vectors) == 0 {
		return nil, threatwatch.Errorf(threatwatch.Invalid, "the file has no vectors")
	}
	return &s, nil
}

// Run evaluates every vector and returns those that fail.
func (s *Suite) Run() ([]Failure, error) {
	sets := make(map[string]*dataSet, len(s.Observations))
	for name, objects := range s.Observations {
		d, err := newDataSet(objects)
		if err != nil {
			return nil, fmt.Errorf("observations %q: %w", name, err)
		}
		sets[name] = d
	}
	var failures []Failure
	for i := range s.Vectors {
		v := &s.Vectors[i]
		if reason := v.check(sets[v.Observations]); reason != "" {
			if d := sets[v.Observations]; d != nil && len(d.faults) > 0 {
				reason += fmt.Sprintf(" (%d of the observations cannot be read: %v)", len(d.faults), d.faults[0])
			}
			failures = append(failures, Failure{v.ID, v.Pattern, reason})
		}
	}
	return failures, nil
}

// dataSet is a list of observations; v20 says that they are of STIX 2.0, and so are the patterns about them.
type dataSet struct {
	observations []pattern.Observation
	faults       []error // observed data that cannot be read, and is not among the observations
	v20          bool
}

func newDataSet(objects []json.RawMessage) (*dataSet, error) {
	d, since21 := &dataSet{}, false
	var list []*stix.Value
	for _, raw := range objects {
		v, err := ParseValue(raw)
		if err != nil {
			return nil, err
		}
		if inner := v.Get("objects"); v.Get("type").Text() == "bundle" && inner != nil {
			list = append(list, inner.Items...)
			continue
		}
		list = append(list, v)
	}
	for _, v := range list {
		if v.Get("type").Text() == "observed-data" {
			since21 = since21 || v.Get("spec_version").Text() == "2.1"
			d.v20 = !since21
		}
	}
	d.observations, d.faults = pattern.Observations(list)
	return d, nil
}

// ParseValue reads JSON as it is, numbers of any size and halves of UTF-16 pairs included, which what comes in through the door may not have.
func ParseValue(raw []byte) (*stix.Value, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return next(dec)
}

func next(dec *json.Decoder) (*stix.Value, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case string:
		return stix.NewString(t), nil
	case bool:
		return stix.NewBool(t), nil
	case json.Number:
		return &stix.Value{Kind: stix.Number, Str: t.String()}, nil
	case json.Delim:
		v := &stix.Value{Kind: stix.Array}
		if t == '{' {
			v.Kind = stix.Dict
		}
		for dec.More() {
			if err := member(dec, v); err != nil {
				return nil, err
			}
		}
		_, err := dec.Token()
		return v, err
	}
	return &stix.Value{Kind: stix.Null}, nil
}

// member reads an item of an array or a member of an object.
func member(dec *json.Decoder, v *stix.Value) error {
	name := ""
	if v.Kind == stix.Dict {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ = t.(string)
	}
	x, err := next(dec)
	if err != nil {
		return err
	}
	if v.Kind == stix.Dict {
		v.Set(name, x)
	} else {
		v.Items = append(v.Items, x)
	}
	return nil
}

// check says why a vector fails, or "".
func (v *Vector) check(d *dataSet) string {
	began := time.Now()
	tree, err := syntax.Config{V20: d != nil && d.v20}.Parse(v.Pattern)
	if err != nil {
		if v.Parses != nil && *v.Parses {
			return "it should parse: " + err.Error()
		}
		return ""
	}
	if v.Parses != nil && !*v.Parses {
		return "it should not parse"
	}
	if d == nil {
		if v.Observations != "" {
			return fmt.Sprintf("the file has no observations called %q", v.Observations)
		}
		return ""
	}
	r := pattern.New(tree).Match(d.observations)
	if took := time.Since(began); v.BudgetMS > 0 && took > time.Duration(v.BudgetMS)*time.Millisecond {
		return fmt.Sprintf("it took %v, and has %d ms", took.Round(time.Millisecond), v.BudgetMS)
	}
	return v.judge(r, d)
}

// judge compares an answer with what is expected.
func (v *Vector) judge(r pattern.Result, d *dataSet) string {
	want := v.Match
	if v.Parses == nil && v.MatchIfParsed != nil {
		want = v.MatchIfParsed
	}
	switch {
	case r.Answer == pattern.NotEvaluated:
		return "it was not evaluated"
	case want != nil && *want != (r.Answer == pattern.Yes):
		return fmt.Sprintf("%s, want the opposite", r.Answer)
	case v.Matched == nil || r.Answer != pattern.Yes:
		return ""
	}
	var got []string
	for _, i := range r.Bound {
		got = append(got, d.observations[i].ID)
	}
	wanted := slices.Sorted(slices.Values(v.Matched))
	slices.Sort(got)
	if !slices.Equal(got, slices.Compact(wanted)) {
		return fmt.Sprintf("matched %s, want %s", strings.Join(got, " "), strings.Join(wanted, " "))
	}
	return ""
}
