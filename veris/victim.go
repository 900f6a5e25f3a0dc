package veris

import (
	"fmt"
	"strings"

	"threatwatch/country"
	"threatwatch/watch"
)

// countries are those at a path; Unknown and Other are none.
func (r record) countries(path string) (codes []string) {
	for _, c := range r.words(path) {
		if country.Valid(c) {
			codes = append(codes, c)
		}
	}
	return codes
}

// industry is a NAICS code; "" when it is unknown (00 or 000), and the first sector of a range (31-33).
func industry(code string) string {
	code, _, _ = strings.Cut(code, "-")
	if strings.Trim(code, "0") == "" {
		return ""
	}
	return code
}

// victims are the victim, and those that were hit through it.
func (r record) victims() (list []watch.Victim) {
	if r.at("victim") == nil {
		return nil
	}
	code := industry(r.text("victim.industry"))
	v := watch.Victim{Name: victimName(r.text("victim.victim_id")), Countries: r.countries("victim.country"), NAICS: code}
	v.Named = v.Name != ""
	if s := watch.SectorOfNAICS(code); s != "" {
		v.Sectors = []string{s}
	}
	if size := r.text("victim.employee_count"); size != "Unknown" {
		v.Size = size
	}
	v.GovernmentLevel = strings.Join(known(r.words("victim.government")), ", ")
	list = append(list, v)
	named := 0
	for _, name := range r.words("victim.secondary.victim_id") {
		if name = victimName(name); name != "" {
			list = append(list, watch.Victim{Name: name, Named: true, Words: "hit through the first victim"})
			named++
		}
	}
	if n, ok := r.at("victim.secondary.amount").Int(); ok && n > int64(named) {
		list = append(list, watch.Victim{Words: fmt.Sprintf("%d more, hit through the first victim", n-int64(named))})
	}
	return list
}

// data are the kinds of data that were disclosed.
func (r record) data() (list []watch.Data) {
	c := r.at("attribute.confidentiality")
	if c == nil {
		return nil
	}
	loss := losses[c.Get("data_disclosure").Text()]
	if loss == "confirmed-loss" && strings.HasPrefix(r.text("plus.attribute.confidentiality.data_abuse"), "Yes") {
		loss = "exploited-loss"
	}
	total, _ := c.Get("data_total").Int()
	holders := strings.Join(known(r.words("attribute.confidentiality.data_victim")), ", ")
	kinds := c.Get("data")
	if kinds == nil {
		if total > 0 {
			list = append(list, watch.Data{Variety: "Unknown", Loss: loss, Records: records(total), HolderKind: holders})
		}
		return list
	}
	for _, k := range kinds.Items {
		d := watch.Data{Variety: k.Get("variety").Text(), Loss: loss, HolderKind: holders}
		amount, _ := k.Get("amount").Int()
		switch {
		case amount > 0:
			d.Records = records(amount)
		case total > 0 && len(kinds.Items) == 1:
			d.Records = records(total)
		case total > 0: // how they are divided is not said
			d.Records = &watch.Records{Max: &total}
		}
		list = append(list, d)
	}
	return list
}

// losses are what data_disclosure means.
var losses = map[string]string{"Yes": "confirmed-loss", "Potentially": "suspected-loss", "No": "none"}

// records is a number of records. 500 and 501 stand for "500 or more": who reports by law says so as long as nothing better is known.
func records(n int64) *watch.Records {
	return &watch.Records{Best: &n, Placeholder: n == 500 || n == 501}
}
