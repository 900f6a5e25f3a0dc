package cfr

import (
	"slices"
	"strings"

	"threatwatch/country"
)

// types are the tracker's types, as the watch names what was done.
var types = map[string]string{"Espionage": "espionage", "Sabotage": "sabotage", "Denial of service": "denial-of-service", "Data destruction": "destruction", "Financial Theft": "financial-theft", "Defacement": "defacement", "Doxing": "doxing"}

// categories are the tracker's categories of victims, as STIX names sectors (§10.18).
var categories = map[string]string{"Private sector": "commercial", "Government": "government", "Military": "defense", "Civil society": "non-profit"}

// translate gives the words of the watch for the values of a cell.
func translate(cell string, words map[string]string) (list []string) {
	for _, value := range strings.Split(cell, ",") {
		if w := words[strings.TrimSpace(value)]; w != "" && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

// response is what somebody answered, and where that can be read.
type response struct{ kind, url string }

// measures are the responses that are measures, as the watch names them. A denial is a stance; see [writer.denial].
var measures = map[string]string{"Denouncement": "statement", "Confirmation": "statement", "Criminal charges": "indictment", "Sanctions": "sanction", "Hack Back": "hack-back"}

const denial = "Denial"

func readResponse(cell string) response {
	kind, url := cell, ""
	if i := strings.Index(cell, "http"); i >= 0 {
		kind, url = strings.TrimSpace(cell[:i]), cell[i:]
	}
	if measures[kind] == "" && kind != denial {
		return response{} // Unknown, nothing, or a cell that belongs elsewhere
	}
	return response{kind, url}
}

// countries are those of a cell that names nothing but countries; nil when it names anything else.
func countries(cell string) (codes []string) {
	cell = strings.NewReplacer("Palestine, State of", "Palestine", "The Philippines", "Philippines", "\"", "").Replace(cell)
	if code := country.Code(cell); code != "" {
		return []string{code}
	}
	for _, name := range strings.FieldsFunc(strings.ReplaceAll(cell, " and ", ","), func(r rune) bool { return r == ',' }) {
		code := country.Code(strings.TrimSpace(name))
		if code == "" {
			return nil
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}
