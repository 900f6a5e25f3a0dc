package csaf

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

func parseTime(s string) (time.Time, error) {
	return time.Parse(time.RFC3339Nano, strings.ToUpper(s)) // RFC 3339 §5.6: t and z may be small
}

// versionNumber is a version: an integer, or of semantic versioning (CSAF 2.0 §3.1.11).
type versionNumber struct {
	semantic bool
	number   [3]string // major, minor, patch without leading zeros; an integer is major
	pre      string
}

func parseVersion(s string) (v versionNumber) {
	s, _, _ = strings.Cut(s, "+") // build metadata has no say
	s, v.pre, _ = strings.Cut(s, "-")
	v.number = [3]string{"0", "0", "0"}
	for i, n := range strings.SplitN(s, ".", 3) {
		v.number[i] = n
	}
	v.semantic = strings.Contains(s, ".")
	return v
}

// compareNumbers compares numbers of any length.
func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

func (v versionNumber) compare(w versionNumber) int {
	for i := range v.number {
		if c := compareNumbers(v.number[i], w.number[i]); c != 0 {
			return c
		}
	}
	switch {
	case v.pre == w.pre:
		return 0
	case v.pre == "":
		return 1
	case w.pre == "":
		return -1
	}
	a, b := strings.Split(v.pre, "."), strings.Split(w.pre, ".")
	for i := range min(len(a), len(b)) {
		if c := comparePre(a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// comparePre compares identifiers of pre-releases: numbers before words (Semantic Versioning 2.0.0 §11).
func comparePre(a, b string) int {
	isNumber := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	switch x, y := isNumber(a), isNumber(b); {
	case x && y:
		return compareNumbers(a, b)
	case x:
		return -1
	case y:
		return 1
	}
	return strings.Compare(a, b)
}

// initial says that it is 0 or 0.y.z.
func (v versionNumber) initial() bool { return v.number[0] == "0" }

// revision is an item of the revision history.
type revision struct {
	path, number string
	version      versionNumber
	date         time.Time
}

// history is the revision history by date; of two on one moment the earlier version is first.
func (c checker) history() []revision {
	var list []revision
	for at, r := range items(c.doc.At("document.tracking"), "/document/tracking", "revision_history") {
		date, _ := parseTime(r.Get("date").Text()) // the structure says that it is one
		number := r.Get("number").Text()
		list = append(list, revision{at, number, parseVersion(number), date})
	}
	slices.SortStableFunc(list, func(a, b revision) int {
		return cmp.Or(a.date.Compare(b.date), a.version.compare(b.version))
	})
	return list
}

func (c checker) tracking(name string) string { return c.doc.At("document.tracking." + name).Text() }

// released says that the status is final or interim.
func (c checker) released() bool { return c.tracking("status") != "draft" }

// CSAF 2.0 §6.1.14.
func (c checker) sortedHistory() {
	list := c.history()
	for i := 1; i < len(list); i++ {
		if list[i].version.compare(list[i-1].version) < 0 {
			c.report(list[i].path, "version %s is dated after %s", list[i].number, list[i-1].number)
		}
	}
}

// CSAF 2.0 §6.1.16.
func (c checker) latestVersion() {
	list := c.history()
	last := list[len(list)-1]
	v := parseVersion(c.tracking("version"))
	if !c.released() {
		v.pre, last.version.pre = "", ""
	}
	if v != last.version {
		c.report("/document/tracking/version", "%s is not the last of the history, %s", c.tracking("version"), last.number)
	}
}

// CSAF 2.0 §6.1.17.
func (c checker) draftStatus() {
	if v := parseVersion(c.tracking("version")); (v.initial() || v.pre != "") && c.released() {
		c.report("/document/tracking/status", "version %s is a draft", c.tracking("version"))
	}
}

// CSAF 2.0 §6.1.18.
func (c checker) releasedHistory() {
	for _, r := range c.history() {
		if c.released() && r.version.initial() {
			c.report(r.path+"/number", "version %s stands in the history of what is released", r.number)
		}
	}
}

// CSAF 2.0 §6.1.19.
func (c checker) preReleaseHistory() {
	for _, r := range c.history() {
		if r.version.pre != "" {
			c.report(r.path+"/number", "%s is a pre-release", r.number)
		}
	}
}

// CSAF 2.0 §6.1.20.
func (c checker) releasedVersion() {
	if v := parseVersion(c.tracking("version")); v.pre != "" && c.released() {
		c.report("/document/tracking/version", "%s is a pre-release, and the document is %s", c.tracking("version"), c.tracking("status"))
	}
}

// CSAF 2.0 §6.1.21.
func (c checker) missingHistory() {
	list := c.history()
	if first := list[0]; first.version.number[0] != "0" && first.version.number[0] != "1" {
		c.report(first.path+"/number", "the first version is %s, and neither 0 nor 1", first.number)
	}
	for i := 1; i < len(list); i++ {
		last, next := list[i-1].version.number[0], list[i].version.number[0]
		if n, err := strconv.ParseUint(last, 10, 63); err == nil && next != last && next != fmt.Sprint(n+1) {
			c.report(list[i].path+"/number", "between %s and %s a version is missing", list[i-1].number, list[i].number)
		}
	}
}

// CSAF 2.0 §6.1.22.
func (c checker) historyOnce() {
	seen := map[string]bool{}
	for _, r := range c.history() {
		c.once(seen, r.number, r.path+"/number", "version")
	}
}

// CSAF 2.0 §6.1.30.
func (c checker) mixedVersions() {
	semantic := parseVersion(c.tracking("version")).semantic
	for _, r := range c.history() {
		if r.version.semantic != semantic {
			c.report(r.path+"/number", "%s and %s are versions of two kinds", r.number, c.tracking("version"))
		}
	}
}
