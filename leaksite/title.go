package leaksite

import (
	"html"
	"regexp"
	"strings"

	"threatwatch/country"
	"threatwatch/internal/mojibake"
)

// victim is what can be read of a title without guessing.
type victim struct {
	name    string // as it can be shown; "" when the title says nothing
	named   bool   // it is a name: no domain, no price, nothing masked
	country string // where the title says it in a place of its own
}

var (
	entityForm = regexp.MustCompile(`&#?[0-9A-Za-z]+;`)
	domainForm = regexp.MustCompile(`(?i)^(https?://)?(\*\.)?([a-z0-9_-]+\.)+[a-z]{2,24}/?$`)
	priceForm  = regexp.MustCompile(`(?i)^(price\b.*|[$€£]?\s*[0-9][0-9.,\s]*([kmb]|usd|eur|btc|\$|€)*)$`)
	maskForm   = regexp.MustCompile(`\*{2,}|\?{2,}|█|\*.*\*|\p{L}\*`)
	placeForm  = regexp.MustCompile(`^\[([\p{L} ]+)\]\s*`)
	boldForm   = regexp.MustCompile(`^(\*\*|__|` + "`" + `)([^*_` + "`" + `]+)(\*\*|__|` + "`" + `)$`)
	headForm   = regexp.MustCompile(`^#{1,6}\s+`)
)

// victimOf reads a title: entities, wrong readings of UTF-8 and marks for bold or headings are undone; a price and what follows it, separated as
// some groups do it (site\$5M\Spain\…), is no part of the name. Beyond that a title is taken as it stands.
func victimOf(title string) victim {
	s := plain(title)
	v := victim{}
	if m := placeForm.FindStringSubmatch(s); m != nil {
		if v.country = country.Code(m[1]); v.country != "" {
			s = s[len(m[0]):]
		}
	}
	if parts := strings.Split(s, `\`); len(parts) > 2 && strings.HasPrefix(strings.TrimSpace(parts[1]), "$") {
		s, v.country = strings.TrimSpace(parts[0]), country.Code(parts[2])
	}
	v.name = s
	v.named = strings.TrimSpace(s) != "" && !domainForm.MatchString(s) && !priceForm.MatchString(s) && !maskForm.MatchString(s)
	return v
}

// plain is a title without entities, wrong readings, markup and needless space.
func plain(title string) string {
	s := title
	for range 3 { // some are escaped twice
		s = entityForm.ReplaceAllStringFunc(s, html.UnescapeString)
	}
	s = strings.Join(strings.Fields(mojibake.Repair(s)), " ")
	s = headForm.ReplaceAllString(s, "")
	if m := boldForm.FindStringSubmatch(s); m != nil && m[1] == m[3] {
		s = strings.TrimSpace(m[2])
	}
	return s
}
