package web

import (
	"net/http"
	"slices"

	"threatwatch"
	"threatwatch/release"
)

// listPage is all objects of a type, newest first.
type listPage struct {
	Type         string
	Things       []thing
	Newer, Older string // cursors
	Total        int
}

// listed is how many objects a page of a list has.
const listed = 50

// list shows a page of a type. "older" leads on; "newer" is a cursor in the other direction.
func (s *site) list(v *visit) error {
	body := listPage{Type: v.r.PathValue("type")}
	view := v.view(release.ShowPage)
	query := v.r.URL.Query()
	newer := query.Get("newer")
	q := release.Query{Types: []string{body.Type}, Limit: listed, Next: newer}
	if newer == "" {
		q.Next = query.Get("older")
	}
	things, p, err := v.latest(view, q)
	if threatwatch.KindOf(err) == threatwatch.Invalid {
		return threatwatch.Errorf(threatwatch.Invalid, "This address leads to no page of the list: it is cut short, or was made for somebody else. The list begins at /types/%s.", body.Type)
	}
	if err != nil {
		return err
	}
	body.Things, body.Newer, body.Older = things, p.Back, p.Next
	if newer != "" {
		if !p.More { // nothing is newer: the list from its beginning, which may hold what came in since
			http.Redirect(v.w, v.r, "/types/"+body.Type, http.StatusSeeOther)
			return nil
		}
		slices.Reverse(body.Things)
		body.Newer, body.Older = p.Next, p.Back
	}
	counts, err := view.Count(v.r.Context(), "")
	if err != nil {
		return err
	}
	body.Total = counts[body.Type]
	e := v.ends(view)
	e.title(body.Things)
	if e.err != nil {
		return e.err
	}
	return v.show(http.StatusOK, "list", plural(body.Type), strictest(body.Things, e.all()), body)
}
