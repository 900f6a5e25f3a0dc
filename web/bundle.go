package web

import (
	"threatwatch"
	"threatwatch/release"
	"threatwatch/watch/index"
)

// bundle answers with an incident, what is said of it, who says it and whom it names, as far as the visitor may take it away.
func (s *site) bundle(v *visit) error {
	_, e, err := v.entry()
	if err != nil {
		return err
	}
	objects, err := index.Objects(v.r.Context(), v.view(release.ExportFile), []*index.Entry{e})
	if err != nil {
		return err
	}
	if len(objects) == 0 {
		return threatwatch.Errorf(threatwatch.Forbidden, "You may read this incident here, but its marking does not let it leave as a file.")
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/stix+json;version=2.1")
	h.Set("Vary", "Cookie, Authorization")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="`+e.ID+`.json"`)
	if err := index.WriteBundle(v.w, objects); err != nil {
		s.Log.Debug("the visitor left", "error", err)
	}
	return nil
}
