package web

import (
	"encoding/csv"
	"strings"
)

// csv answers with a table (RFC 4180): what stands under a picture as a file.
func (v *visit) csv(name string, header []string, rows [][]string) {
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Vary", "Cookie, Authorization")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	w := csv.NewWriter(v.w)
	w.UseCRLF = true
	if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
		v.s.Log.Debug("the visitor left", "error", err)
	}
}

// formula keeps a text from being taken for a formula by a spreadsheet.
func formula(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
