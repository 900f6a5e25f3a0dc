package pattern

import (
	"cmp"
	"time"
	"unique"

	"threatwatch"
	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// Observation is what a pattern looks at: objects that were seen together, Number times, at moments between First and Last. Paths follow
// references among its own objects only (STIX 2.1 §9.7.4).
type Observation struct {
	ID          string // of the observed-data, for reports
	First, Last syntax.Instant
	Number      int // how often it was seen; 0 stands for 1
	Objects     []Object

	byID map[string]int // made when there are many objects
}

// Object is one object of an observation. ID is what references say: the id, or the key in the deprecated dictionary.
type Object struct {
	ID, Type string
	Root     *stix.Value
}

// At returns the instant of a time.
func At(t time.Time) syntax.Instant {
	i, _ := syntax.ParseInstant(t.UTC().Format("2006-01-02T15:04:05.999999999Z"))
	return i
}

// manyObjects is the number of objects from which references are looked up in a map.
const manyObjects = 12

// Index prepares an observation of many objects, so that each reference is found at once. It is called before matching, not during.
func (o *Observation) Index() {
	if len(o.Objects) < manyObjects {
		return
	}
	o.byID = make(map[string]int, len(o.Objects))
	for i := len(o.Objects) - 1; i >= 0; i-- {
		o.byID[o.Objects[i].ID] = i
	}
}

// find returns the object that a reference names, or nil.
func (o *Observation) find(ref string) *stix.Value {
	if ref == "" {
		return nil
	}
	if o.byID != nil {
		if i, ok := o.byID[ref]; ok {
			return o.Objects[i].Root
		}
		return nil
	}
	for i := range o.Objects {
		if o.Objects[i].ID == ref {
			return o.Objects[i].Root
		}
	}
	return nil
}

// Observations takes the observed-data out of STIX objects, each with those of its objects that are there: what object_refs lists, or what
// the deprecated dictionary holds (STIX 2.1 §4.14). Of several versions of one observed-data the latest counts. Faults are those of
// observed-data that cannot be used; the others are good.
func Observations(objects []*stix.Value) (list []Observation, faults []error) {
	byID := make(map[string]*stix.Value, len(objects))
	owned := make(map[string]bool, len(objects)) // by an observation
	var observed []*stix.Value
	at := make(map[string]int) // in observed
	for _, v := range objects {
		id := v.Get("id").Text()
		if v.Get("type").Text() != "observed-data" {
			byID[id] = v
			continue
		}
		i, known := at[id]
		switch {
		case !known:
			if id != "" {
				at[id] = len(observed)
			}
			observed = append(observed, v)
		case modified(v).Compare(modified(observed[i])) > 0:
			observed[i] = v
		}
	}
	for _, v := range observed {
		o, err := newObservation(v, byID, owned)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		list = append(list, o)
	}
	return list, faults
}

func modified(v *stix.Value) syntax.Instant {
	i, _ := syntax.ParseInstant(v.Get("modified").Text())
	return i
}

// typeOf returns the type of an object: one string for all of its kind, which is at hand when many are asked.
func typeOf(v *stix.Value) string { return unique.Make(v.Get("type").Text()).Value() }

// newObservation makes one observation. Objects are copied for the first that has them: those that many share would be copied too often.
func newObservation(v *stix.Value, byID map[string]*stix.Value, owned map[string]bool) (Observation, error) {
	o := Observation{ID: v.Get("id").Text(), Number: 1}
	var ok1, ok2 bool
	o.First, ok1 = syntax.ParseInstant(v.Get("first_observed").Text())
	o.Last, ok2 = syntax.ParseInstant(v.Get("last_observed").Text())
	if !ok1 || !ok2 || o.Last.Compare(o.First) < 0 {
		return o, threatwatch.Errorf(threatwatch.Invalid, "%s: first_observed and last_observed are no interval (STIX 2.1 §4.14)", cmp.Or(o.ID, "observed-data"))
	}
	if n := v.Get("number_observed"); n != nil {
		count, ok := n.Int()
		if !ok || count < 1 {
			return o, threatwatch.Errorf(threatwatch.Invalid, "%s: number_observed is no positive integer (STIX 2.1 §4.14)", cmp.Or(o.ID, "observed-data"))
		}
		o.Number = int(min(count, maxDemand))
	}
	var own []int
	for _, ref := range v.Get("object_refs").Strings() {
		if x := byID[ref]; x != nil {
			if !owned[ref] {
				owned[ref], own = true, append(own, len(o.Objects))
			}
			o.Objects = append(o.Objects, Object{ref, typeOf(x), x})
		}
	}
	if dict := v.Get("objects"); dict != nil && dict.Kind == stix.Dict {
		for _, m := range dict.Members {
			own = append(own, len(o.Objects))
			o.Objects = append(o.Objects, Object{m.Name, typeOf(m.Value), m.Value})
		}
	}
	pack(o.Objects, own)
	o.Index()
	return o, nil
}
