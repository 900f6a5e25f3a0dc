package pattern

import (
	"strings"

	"threatwatch/stix"
)

// A packer copies the objects of an observation so that they lie together in memory, what is inside of a value in one piece. Of many observations
// little is in the caches when its turn comes, and to wait for it takes longer than to look at it.
type packer struct {
	values  []stix.Value
	members []stix.Member
	items   []*stix.Value
	text    string // names and strings in the order in which the copy meets them
	at      int    // in text
}

// pack replaces some of the objects by copies.
func pack(objects []Object, which []int) {
	var size struct{ values, members, items int }
	var text strings.Builder
	var measure func(v *stix.Value)
	measure = func(v *stix.Value) {
		size.values, size.members, size.items = size.values+1, size.members+len(v.Members), size.items+len(v.Items)
		text.WriteString(v.Str)
		for _, m := range v.Members {
			text.WriteString(m.Name)
			measure(m.Value)
		}
		for _, it := range v.Items {
			measure(it)
		}
	}
	for _, i := range which {
		x := &objects[i]
		text.WriteString(x.ID)
		measure(x.Root)
	}
	p := packer{values: make([]stix.Value, 0, size.values), members: make([]stix.Member, 0, size.members), items: make([]*stix.Value, 0, size.items), text: text.String()}
	for _, i := range which {
		x := &objects[i]
		x.ID, x.Root = p.string(x.ID), p.put(x.Root)
		p.fill(x.Root)
	}
}

// put copies a value that still shares what is inside of it.
func (p *packer) put(v *stix.Value) *stix.Value {
	p.values = append(p.values, *v)
	return &p.values[len(p.values)-1]
}

// fill copies what is inside of a value.
func (p *packer) fill(v *stix.Value) {
	v.Str = p.string(v.Str)
	m, it := len(p.members), len(p.items)
	for _, x := range v.Members {
		p.members = append(p.members, stix.Member{Name: x.Name, Value: p.put(x.Value)})
	}
	for _, x := range v.Items {
		p.items = append(p.items, p.put(x))
	}
	v.Members, v.Items = p.members[m:len(p.members):len(p.members)], p.items[it:len(p.items):len(p.items)]
	for i := range v.Members {
		v.Members[i].Name = p.string(v.Members[i].Name)
		p.fill(v.Members[i].Value)
	}
	for _, x := range v.Items {
		p.fill(x)
	}
}

// string returns the copy of a string, which comes next in the text.
func (p *packer) string(s string) string {
	from := p.at
	p.at += len(s)
	return p.text[from:p.at]
}
