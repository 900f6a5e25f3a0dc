package web

import (
	"bytes"
	"encoding/json"

	"threatwatch/release"
	"threatwatch/watch"
	"threatwatch/watch/index"
)

// alert is the newest incident as a box: one category, one headline, one link.
type alert struct {
	Category string `json:"category"`
	Headline string `json:"headline"`
	URL      string `json:"url"`
	Public   string `json:"made_public,omitempty"` // a date as precise as it is known
	Site     string `json:"from"`
}

// alertOf is the alert of an index; ok is false where nothing is.
func (v *visit) alertOf(x *index.Index) (a alert, ok bool) {
	if len(x.Entries) == 0 {
		return alert{Site: v.s.Title}, false
	}
	e := x.Entries[0]
	return alert{category(e), e.Title(), v.home() + "/incidents/" + e.Place(), e.Announced().String(), v.s.Title}, true
}

// category is what an incident is in one or two words: what was done, else what was taken.
func category(e *index.Entry) string {
	switch {
	case len(e.Facts.Operations) > 0:
		return capital(watch.OperationKinds.Label(e.Facts.Operations[0]))
	case len(e.Facts.Data) > 0:
		return capital(watch.Trios.Label(string(e.Facts.Data[0].Trio())))
	}
	return "Incident"
}

// alertBox answers with the alert as a piece of HTML for other sites. It tells what everybody may see, whoever asks.
func (s *site) alertBox(v *visit) error {
	a, ok, err := v.publicAlert()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	name := "alert"
	if !ok {
		name = "noalert"
	}
	if err := s.pages["alert"].ExecuteTemplate(&b, name, a); err != nil {
		return err
	}
	return v.everywhere("text/html; charset=utf-8", b.Bytes())
}

// alertJSON answers with the alert for programs.
func (s *site) alertJSON(v *visit) error {
	a, ok, err := v.publicAlert()
	if err != nil {
		return err
	}
	var out struct {
		Alert *alert `json:"alert"`
	}
	if ok {
		out.Alert = &a
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return v.everywhere("application/json", append(raw, '\n'))
}

func (v *visit) publicAlert() (a alert, ok bool, err error) {
	x, err := v.s.Watch.Of(v.r.Context(), release.Subject{Kind: release.Public}, release.PublishPublic)
	if err != nil {
		return alert{}, false, err
	}
	a, ok = v.alertOf(x)
	return a, ok, nil
}

// everywhere answers with what any site may show.
func (v *visit) everywhere(kind string, body []byte) error {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if _, err := v.w.Write(body); err != nil {
		v.s.Log.Debug("the visitor left", "error", err)
	}
	return nil
}
