package stix

import (
	"slices"
	"strconv"
	"strings"
)

// Member is one name and its value in a JSON object.
type Member struct {
	Name  string
	Value *Value
}

// Value is a JSON value: a tree that keeps the order of members and the literals of numbers. The methods that read are safe on nil.
type Value struct {
	Kind    Kind
	Bool    bool
	Str     string // the decoded string, or the literal of a number
	Items   []*Value
	Members []Member
}

// NewString returns a string value.
func NewString(s string) *Value { return &Value{Kind: String, Str: s} }

// NewInt returns an integer value.
func NewInt(n int64) *Value { return &Value{Kind: Number, Str: strconv.FormatInt(n, 10)} }

// NewBool returns true or false.
func NewBool(b bool) *Value { return &Value{Kind: Bool, Bool: b} }

// NewArray returns an array of the given items.
func NewArray(items ...*Value) *Value { return &Value{Kind: Array, Items: items} }

// NewStrings returns an array of strings.
func NewStrings(s []string) *Value {
	v := &Value{Kind: Array, Items: make([]*Value, len(s))}
	for i := range s {
		v.Items[i] = NewString(s[i])
	}
	return v
}

// NewDict returns an object with the given members.
func NewDict(members ...Member) *Value { return &Value{Kind: Dict, Members: members} }

// Get returns the member called name of an object, or nil.
func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	for i := range v.Members {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return nil
}

// Text returns the string that v is, or "".
func (v *Value) Text() string {
	if v == nil || v.Kind != String {
		return ""
	}
	return v.Str
}

// Strings returns the strings among the items of an array.
func (v *Value) Strings() []string {
	if v == nil || v.Kind != Array || len(v.Items) == 0 {
		return nil
	}
	out := make([]string, 0, len(v.Items))
	for _, it := range v.Items {
		if it.Kind == String {
			out = append(out, it.Str)
		}
	}
	return out
}

// Int returns the integer that v is; 1.0 and 1e2 are integers too.
func (v *Value) Int() (int64, bool) {
	if v == nil || v.Kind != Number {
		return 0, false
	}
	if n, err := strconv.ParseInt(v.Str, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(v.Str, 64)
	if err != nil || f != float64(int64(f)) || f > maxInt || f < -maxInt {
		return 0, false
	}
	return int64(f), true
}

// Float returns the number that v is.
func (v *Value) Float() (float64, bool) {
	if v == nil || v.Kind != Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.Str, 64)
	return f, err == nil
}

// IsTrue says whether v is the literal true.
func (v *Value) IsTrue() bool { return v != nil && v.Kind == Bool && v.Bool }

// At resolves a selector of granular markings, such as "labels.[0]" or "external_references.[0].url". It returns nil when the
// selector is malformed or leads nowhere.
//
// STIX 2.1 §7.2.3.1: components joined by a dot, a list index in brackets is a component of its own, no wildcards.
func (v *Value) At(selector string) *Value {
	if selector == "" {
		return nil
	}
	for more := true; more && v != nil; {
		var step string
		step, selector, more = strings.Cut(selector, ".")
		v = v.step(step)
	}
	return v
}

func (v *Value) step(step string) *Value {
	if n, ok := index(step); ok {
		if v.Kind != Array || n >= len(v.Items) {
			return nil
		}
		return v.Items[n]
	}
	if v.Kind != Dict {
		return nil
	}
	return v.Get(step)
}

// index reads "[n]": digits without leading zeros.
func index(step string) (int, bool) {
	if len(step) < 3 || step[0] != '[' || step[len(step)-1] != ']' {
		return 0, false
	}
	digits := step[1 : len(step)-1]
	if len(digits) > 9 || len(digits) > 1 && digits[0] == '0' {
		return 0, false
	}
	n := 0
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// Clone returns a deep copy that shares nothing but strings with v.
func (v *Value) Clone() *Value {
	if v == nil {
		return nil
	}
	c := *v
	if v.Items != nil {
		c.Items = make([]*Value, len(v.Items))
		for i := range v.Items {
			c.Items[i] = v.Items[i].Clone()
		}
	}
	if v.Members != nil {
		c.Members = make([]Member, len(v.Members))
		for i := range v.Members {
			c.Members[i] = Member{v.Members[i].Name, v.Members[i].Value.Clone()}
		}
	}
	return &c
}

// Set gives the member called name the value x: in place when it is there, else at the end.
func (v *Value) Set(name string, x *Value) {
	for i := range v.Members {
		if v.Members[i].Name == name {
			v.Members[i].Value = x
			return
		}
	}
	v.Members = append(slices.Clip(v.Members), Member{name, x})
}

// Remove takes away what a selector names: a member, or an item of an array, whose later items move up. It says whether there
// was something.
func (v *Value) Remove(selector string) bool {
	parent, last := v, selector
	if dot := strings.LastIndexByte(selector, '.'); dot >= 0 {
		parent, last = v.At(selector[:dot]), selector[dot+1:]
	}
	if parent == nil {
		return false
	}
	if n, ok := index(last); ok {
		if parent.Kind != Array || n >= len(parent.Items) {
			return false
		}
		parent.Items = slices.Concat(parent.Items[:n], parent.Items[n+1:])
		return true
	}
	for i := range parent.Members {
		if parent.Members[i].Name == last {
			parent.Members = slices.Concat(parent.Members[:i], parent.Members[i+1:])
			return true
		}
	}
	return false
}

// AppendJSON appends v to b, compact, members in their order, numbers as they were written.
func (v *Value) AppendJSON(b []byte) []byte {
	if v == nil {
		return append(b, "null"...)
	}
	switch v.Kind {
	case Bool:
		return strconv.AppendBool(b, v.Bool)
	case Number:
		return append(b, v.Str...)
	case String:
		return appendString(b, v.Str)
	case Array:
		b = append(b, '[')
		for i, it := range v.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = it.AppendJSON(b)
		}
		return append(b, ']')
	case Dict:
		b = append(b, '{')
		for i := range v.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, v.Members[i].Name)
			b = append(b, ':')
			b = v.Members[i].Value.AppendJSON(b)
		}
		return append(b, '}')
	default:
		return append(b, "null"...)
	}
}

const hexDigits = "0123456789abcdef"

// appendString writes a string the one way RFC 8785 §3.2.2.2 allows.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, '\\', 'b')
		case '\t':
			b = append(b, '\\', 't')
		case '\n':
			b = append(b, '\\', 'n')
		case '\f':
			b = append(b, '\\', 'f')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}
