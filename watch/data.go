package watch

// Trio is what the watch is about: intellectual property, commercial data, national-security information; and personal data beside it.
type Trio string

// The kinds of data that pages and filters know.
const (
	IntellectualProperty Trio = "intellectual-property"
	Commercial           Trio = "commercial"
	NationalSecurity     Trio = "national-security"
	Personal             Trio = "personal"
	OtherData            Trio = "other"
)

// Trios are their labels, in the order of pages.
var Trios = Vocabulary{{string(IntellectualProperty), "intellectual property"}, {string(Commercial), "commercial data"}, {string(NationalSecurity), "national-security information"}, {string(Personal), "personal data"}, {string(OtherData), "other data"}}

// Varieties are the kinds of data of VERIS 1.4.1 (attribute.confidentiality.data.variety), each with its place in the trio.
var varieties = map[string]Trio{
	"Secrets": IntellectualProperty, "Copyrighted": IntellectualProperty, "Source code": IntellectualProperty,
	"Internal": Commercial, "Bank": Commercial, "Payment": Commercial, "Virtual currency": Commercial,
	"Classified": NationalSecurity,
	"Personal":   Personal, "Sensitive Personal": Personal, "Medical": Personal,
	"Credentials": OtherData, "API key": OtherData, "Digital certificate": OtherData, "Multi-factor credential": OtherData, "Session key": OtherData, "System": OtherData, "Other": OtherData, "Unknown": OtherData,
}

// TrioOf places a kind of data.
func TrioOf(variety string) Trio {
	if t, ok := varieties[variety]; ok {
		return t
	}
	return OtherData
}

// Data is one kind of data that was taken, changed or lost.
type Data struct {
	Variety    string   `json:"variety"`               // as VERIS 1.4.1 calls it
	Loss       string   `json:"loss,omitempty"`        // see Losses
	Records    *Records `json:"records,omitempty"`     // nil: not known, which is not none
	Bytes      *int64   `json:"bytes,omitempty"`       // nil: not known
	HolderKind string   `json:"holder_kind,omitempty"` // whose data: customers, employees …
	Secrecy    string   `json:"secrecy,omitempty"`     // the classification that it bore
	SourceRefs []string `json:"source_refs,omitempty"` // who says so
	Words      string   `json:"description,omitempty"` // in plain words
}

// Records is how many, as a range.
type Records struct {
	Min         *int64 `json:"min,omitempty"`
	Best        *int64 `json:"best,omitempty"`
	Max         *int64 `json:"max,omitempty"`
	AsOf        string `json:"as_of,omitempty"`       // a date
	Placeholder bool   `json:"placeholder,omitempty"` // a number such as 500 that stands for "not known yet"
}

// Trio is the place of the data.
func (d Data) Trio() Trio { return TrioOf(d.Variety) }
