package cfr

import (
	"regexp"
	"strings"

	"threatwatch/country"
)

// openings are how the tracker begins to say who it was, with how sure it is.
var openings = regexp.MustCompile(`(?i)^(?:this incident is )?((?:believed|suspected) to (?:be|have been) (?:partially )?(?:the )?work of)(?: the)? `)

// nameForm is a name that a group may bear: some words of which none is a common one.
var nameForm = regexp.MustCompile(`^[A-Z0-9][\pL\d.\-]*(?: [A-Z0-9][\pL\d.\-]*){0,4}$`)

// noGroup are words in names of what is no group of its own: a state, its organs at large, nobody.
var noGroup = regexp.MustCompile(`(?i)\b(government|governments|unknown|unnamed|hackers|actors|apts|authorities|enforcement|police|note)\b`)

// group is who is named by a cell of Affiliations, and in which words the tracker says how sure it is. A cell that tells a story ("Also known as",
// "possibly linked to") names nobody for certain: it is in the words of the claim only. Of several names the first is taken: the others are
// mostly names of the same group, and the tracker does not say when they are not.
func group(affiliation string) (name, belief string) {
	rest := affiliation
	if m := openings.FindStringSubmatch(affiliation); m != nil {
		belief, rest = m[1], affiliation[len(m[0]):]
	}
	rest, _, _ = strings.Cut(rest, ", also known as")
	for _, name := range strings.Split(strings.TrimSuffix(rest, "."), ",") {
		name = strings.TrimPrefix(strings.TrimSpace(name), "The ")
		switch {
		case country.Code(name) != "": // "Iran, APT 35"
			continue
		case nameForm.MatchString(name) && !noGroup.MatchString(name):
			return name, belief
		}
		return "", belief
	}
	return "", belief
}
