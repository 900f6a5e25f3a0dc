package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/release"
)

// Moderator takes back and takes down what was written in discussions.
type Moderator interface {
	// Withdraw revokes an object that the caller's organisation said (STIX 2.1 §3.2, revoked).
	Withdraw(ctx context.Context, by account.Caller, id string) error
	// TakeDown deletes every version of an object, whoever said it; the reason stands in the audit trail.
	TakeDown(ctx context.Context, by account.Caller, id, reason string) error
}

const maxReason = 300

// withdrawal is what the visitor may do with a note or an opinion.
type withdrawal struct {
	Name     string
	Path     string // of the object
	Type     string
	TakeBack bool // the organisation said it
	TakeDown bool // the visitor runs the exchange
	Reason   string
	Wrong    string
}

// withdrawal says what the visitor may do with a remark.
func (v *visit) withdrawal(t thing) (w withdrawal, may bool) {
	if v.s.Moderator == nil || v.caller.Person == nil || t.Type != "note" && t.Type != "opinion" {
		return w, false
	}
	own := !t.Revoked && !t.Redacted && v.mayDiscuss() && v.caller.Org.ID == t.label.Owner &&
		(v.caller.Role.Includes(account.Publisher) || slices.Contains(t.strs("authors"), authorOf(v.caller)))
	w = withdrawal{Name: t.Name, Path: "/objects/" + t.ID, Type: t.Type, TakeBack: own, TakeDown: v.caller.Operator()}
	return w, w.TakeBack || w.TakeDown
}

// title names what may be done.
func (w *withdrawal) title() string {
	if w.TakeBack {
		return "Take back the " + kind(w.Type)
	}
	return "Take down the " + kind(w.Type)
}

// authorOf is how somebody is named in what he or she writes.
func authorOf(c account.Caller) string { return c.Name + ", " + c.Org.Name }

// withdraw is the form on which a note or an opinion is taken back or down.
func (s *site) withdraw(v *visit) error {
	view := v.view(release.ShowPage)
	said, err := v.said(view, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	t := said[0]
	e := v.ends(view)
	t.Name = e.titleOf(t)
	if e.err != nil {
		return e.err
	}
	w, may := v.withdrawal(t)
	if !may {
		return threatwatch.Errorf(threatwatch.Forbidden, "Who wrote a note or an opinion takes it back, or a publisher of the same organisation; operators take it down.")
	}
	code := http.StatusOK
	if v.r.Method == http.MethodPost {
		if err := v.r.ParseForm(); err != nil {
			return threatwatch.Errorf(threatwatch.Invalid, "The form could not be read: %w", err)
		}
		switch w.Reason = strings.TrimSpace(v.r.PostForm.Get("reason")); {
		case v.r.PostForm.Get("do") == "back" && w.TakeBack:
			if err := s.Moderator.Withdraw(v.r.Context(), v.caller, t.ID); err != nil {
				return err
			}
			http.Redirect(v.w, v.r, w.Path, http.StatusSeeOther)
			return nil
		case v.r.PostForm.Get("do") != "down" || !w.TakeDown:
			return threatwatch.Errorf(threatwatch.Invalid, "The form says nothing that you may do.")
		case w.Reason == "" || len([]rune(w.Reason)) > maxReason:
			w.Wrong, code = "Write why, in at most 300 characters.", http.StatusUnprocessableEntity
		default:
			about := firsts(t.strs("object_refs"), 1)
			if err := s.Moderator.TakeDown(v.r.Context(), v.caller, t.ID, w.Reason); err != nil {
				return err
			}
			http.Redirect(v.w, v.r, "/objects/"+url.PathEscape(strings.Join(about, "")), http.StatusSeeOther)
			return nil
		}
	}
	return v.show(code, "withdraw", w.title(), strictest(said, e.all()), w)
}
