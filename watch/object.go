package watch

import (
	"threatwatch/draft"
	"threatwatch/stix"
)

// Object makes the STIX object. Its version is given by who writes it (see draft.Book), its marking by who takes it in.
func (in *Incident) Object() *stix.Value {
	head := append(in.head(), draft.Text("name", in.Name), draft.Text("description", in.Description), draft.Extensions(in.Extensions()...))
	return draft.Object("incident", in.ID, head...)
}

// Object makes the relationship.
func (c *Claim) Object() *stix.Value {
	head := append(c.head(), draft.Text("relationship_type", "attributed-to"), draft.Text("description", c.Words), draft.Text("source_ref", c.Act), draft.Text("target_ref", c.Accused),
		draft.Extensions(c.Extensions()...))
	return draft.Object("relationship", c.ID, head...)
}

// Object makes the opinion, or the note where no side is taken. Its ID must be of the right type: see [StanceType].
func (s *Stance) Object() *stix.Value {
	head := append(s.head(), draft.List("authors", s.Authors))
	if s.Note {
		head = append(head, draft.Text("content", or(s.Words, Stances.Label(s.Position.Stance))))
	} else {
		head = append(head, draft.Text("explanation", s.Words), draft.Text("opinion", Opinion(s.Position.Stance)))
	}
	return draft.Object(StanceType(s.Position.Stance), s.ID, append(head, draft.List("object_refs", s.Of), draft.Extensions(s.Extensions()...))...)
}

// StanceType is the type of the object that tells a stance.
func StanceType(stance string) string {
	if Opinion(stance) == "" {
		return "note"
	}
	return "opinion"
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (h *Head) head() []stix.Member {
	m := []stix.Member{draft.Text("created_by_ref", h.By), draft.List("labels", h.Labels), draft.Text("lang", h.Lang), h.references()}
	if h.Revoked {
		m = append(m, draft.Member("revoked", stix.NewBool(true)))
	}
	if h.Confidence != nil {
		m = append(m, draft.Member("confidence", stix.NewInt(int64(*h.Confidence))))
	}
	return m
}

func (h *Head) references() stix.Member {
	var refs []*stix.Value
	for _, r := range h.References {
		ref := stix.NewDict()
		for _, m := range []stix.Member{draft.Text("source_name", r.Source), draft.Text("description", r.Description), draft.Text("url", r.URL), draft.Text("external_id", r.ExternalID)} {
			if m.Value != nil {
				ref.Members = append(ref.Members, m)
			}
		}
		refs = append(refs, ref)
	}
	if refs == nil {
		return stix.Member{}
	}
	return draft.Member("external_references", stix.NewArray(refs...))
}
