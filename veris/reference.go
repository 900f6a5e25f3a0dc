package veris

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"threatwatch/watch"
)

// cveForm finds CVE numbers as records write them: some with a space for the first hyphen.
var cveForm = regexp.MustCompile(`(?i)CVE[- ]([0-9]{4}-[0-9]{4,19})`)

// references are what identifies the record, the vulnerabilities that were used, and where it was told of (STIX 2.1 §2.5).
func (r record) references() (list []watch.Reference) {
	if id := r.text("incident_id"); id != "" {
		list = append(list, watch.Reference{Source: "VERIS incident_id", ExternalID: id})
	}
	if id := r.text("plus.master_id"); id != "" && id != r.text("incident_id") {
		list = append(list, watch.Reference{Source: "VERIS master_id", ExternalID: id})
	}
	for _, path := range []string{"action.hacking.cve", "action.malware.cve"} {
		for _, m := range cveForm.FindAllStringSubmatch(r.text(path), -1) {
			if c := (watch.Reference{Source: "cve", ExternalID: "CVE-" + m[1]}); !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	text := r.text("reference")
	found := urls(text)
	for _, u := range found {
		list = append(list, watch.Reference{Source: hostOf(u), URL: u})
	}
	if len(found) == 0 && text != "" {
		list = append(list, watch.Reference{Source: "VERIS reference", Description: text})
	}
	return list
}

// between separates addresses: white space, or a semicolon or comma behind which another address, a space or nothing follows. Both signs may also be
// part of an address.
var between = regexp.MustCompile(`[;,]*\s+[;,]*|[;,]+$|[;,]+(https?://)`)

// urls are the addresses in a text, each once.
func urls(text string) (list []string) {
	for word := range strings.FieldsSeq(between.ReplaceAllString(text, " $1")) {
		u, err := url.Parse(strings.Trim(word, `()<>"'.`))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			continue
		}
		if s := u.String(); !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
