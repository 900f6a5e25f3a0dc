package web

import (
	"net/http"
	"strings"

	"threatwatch"
	"threatwatch/account"
)

// form is a form with what was typed and what was wrong with it.
type form struct {
	Error string
	Email string
	Name  string
	Org   string
	Next  string
}

// backTo allows only paths of this site.
func backTo(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

func (s *site) signInForm(v *visit) error {
	return v.show(http.StatusOK, "signin", "Sign in", badge{}, form{Next: backTo(v.r.URL.Query().Get("next"))})
}

func (s *site) signIn(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "The form could not be read: %w", err)
	}
	f := form{Email: v.r.PostForm.Get("email"), Next: backTo(v.r.PostForm.Get("next"))}
	c, err := s.Accounts.StartSession(v.r.Context(), f.Email, v.r.PostForm.Get("password"), account.Network(v.r))
	if threatwatch.KindOf(err) == threatwatch.Unauthenticated {
		f.Error = err.Error()
		return v.show(http.StatusForbidden, "signin", "Sign in", badge{}, f)
	}
	if err != nil {
		return err
	}
	http.SetCookie(v.w, c)
	http.Redirect(v.w, v.r, f.Next, http.StatusSeeOther)
	return nil
}

func (s *site) signOut(v *visit) error {
	c, err := s.Accounts.EndSession(v.r.Context(), v.r)
	if err != nil {
		return err
	}
	if c != nil {
		http.SetCookie(v.w, c)
	}
	http.Redirect(v.w, v.r, "/", http.StatusSeeOther)
	return nil
}

func (s *site) setupForm(v *visit) error {
	if err := s.Accounts.CheckSetup(v.r.Context(), v.r.PathValue("token")); err != nil {
		return err
	}
	return v.show(http.StatusOK, "setup", "Set up this exchange", badge{}, form{})
}

func (s *site) setup(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "The form could not be read: %w", err)
	}
	p := v.r.PostForm
	f := form{Email: p.Get("email"), Name: p.Get("name"), Org: p.Get("org")}
	_, err := s.Accounts.Setup(v.r.Context(), v.r.PathValue("token"), f.Org, f.Name, f.Email, p.Get("password"))
	switch threatwatch.KindOf(err) {
	case threatwatch.Invalid, threatwatch.Conflict:
		f.Error = err.Error()
		return v.show(http.StatusUnprocessableEntity, "setup", "Set up this exchange", badge{}, f)
	}
	if err != nil {
		return err
	}
	http.Redirect(v.w, v.r, "/sign-in", http.StatusSeeOther)
	return nil
}
