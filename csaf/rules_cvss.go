package csaf

import (
	"fmt"
	"math"
	"slices"
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"

	"threatwatch/stix"
)

// vector is a parsed vector of any version.
type vector interface {
	BaseScore() float64
	TemporalScore() float64
	EnvironmentalScore() float64
	Get(metric string) (string, error)
}

// parseVector reads a vector string of the version that the object names.
func parseVector(cvss *stix.Value) (v vector, err error) {
	text := cvss.Get("vectorString").Text()
	switch cvss.Get("version").Text() {
	case "2.0":
		v, err = gocvss20.ParseVector(text)
	case "3.0":
		v, err = gocvss30.ParseVector(text)
	case "3.1":
		v, err = gocvss31.ParseVector(text)
	default:
		err = fmt.Errorf("%q is no version", cvss.Get("version").Text())
	}
	return v, err
}

// metric is a property of a CVSS object with its name and its values in the vector string.
type metric struct {
	property, name string
	values         map[string]string
}

// values pairs words with codes: "LOW L HIGH H".
func values(s string) map[string]string {
	m := map[string]string{}
	f := strings.Fields(s)
	for i := 0; i+1 < len(f); i += 2 {
		m[f[i]] = f[i+1]
	}
	return m
}

// metrics2 and metrics3 follow the JSON schemas of CVSS 2.0 and 3.x (FIRST).
var (
	metrics2 = []metric{
		{"accessVector", "AV", values("NETWORK N ADJACENT_NETWORK A LOCAL L")},
		{"accessComplexity", "AC", values("HIGH H MEDIUM M LOW L")},
		{"authentication", "Au", values("MULTIPLE M SINGLE S NONE N")},
		{"confidentialityImpact", "C", impact2}, {"integrityImpact", "I", impact2}, {"availabilityImpact", "A", impact2},
		{"exploitability", "E", values("UNPROVEN U PROOF_OF_CONCEPT POC FUNCTIONAL F HIGH H NOT_DEFINED ND")},
		{"remediationLevel", "RL", values("OFFICIAL_FIX OF TEMPORARY_FIX TF WORKAROUND W UNAVAILABLE U NOT_DEFINED ND")},
		{"reportConfidence", "RC", values("UNCONFIRMED UC UNCORROBORATED UR CONFIRMED C NOT_DEFINED ND")},
		{"collateralDamagePotential", "CDP", values("NONE N LOW L LOW_MEDIUM LM MEDIUM_HIGH MH HIGH H NOT_DEFINED ND")},
		{"targetDistribution", "TD", values("NONE N LOW L MEDIUM M HIGH H NOT_DEFINED ND")},
		{"confidentialityRequirement", "CR", requirement2}, {"integrityRequirement", "IR", requirement2}, {"availabilityRequirement", "AR", requirement2},
	}
	impact2      = values("NONE N PARTIAL P COMPLETE C")
	requirement2 = values("LOW L MEDIUM M HIGH H NOT_DEFINED ND")

	base3 = []metric{
		{"attackVector", "AV", values("NETWORK N ADJACENT_NETWORK A LOCAL L PHYSICAL P")},
		{"attackComplexity", "AC", values("HIGH H LOW L")},
		{"privilegesRequired", "PR", values("HIGH H LOW L NONE N")},
		{"userInteraction", "UI", values("NONE N REQUIRED R")},
		{"scope", "S", values("UNCHANGED U CHANGED C")},
		{"confidentialityImpact", "C", impact3}, {"integrityImpact", "I", impact3}, {"availabilityImpact", "A", impact3},
	}
	impact3  = values("NONE N LOW L HIGH H")
	metrics3 = slices.Concat(base3, modified3(), []metric{
		{"exploitCodeMaturity", "E", values("UNPROVEN U PROOF_OF_CONCEPT P FUNCTIONAL F HIGH H NOT_DEFINED X")},
		{"remediationLevel", "RL", values("OFFICIAL_FIX O TEMPORARY_FIX T WORKAROUND W UNAVAILABLE U NOT_DEFINED X")},
		{"reportConfidence", "RC", values("UNKNOWN U REASONABLE R CONFIRMED C NOT_DEFINED X")},
		{"confidentialityRequirement", "CR", requirement3}, {"integrityRequirement", "IR", requirement3}, {"availabilityRequirement", "AR", requirement3},
	})
	requirement3 = values("LOW L MEDIUM M HIGH H NOT_DEFINED X")
)

// modified3 are the environmental counterparts of the base metrics.
func modified3() (list []metric) {
	for _, m := range base3 {
		v := map[string]string{"NOT_DEFINED": "X"}
		for word, code := range m.values {
			v[word] = code
		}
		list = append(list, metric{"modified" + strings.ToUpper(m.property[:1]) + m.property[1:], "M" + m.name, v})
	}
	return list
}

// grades are the scores of an object, each with its severity.
var grades = []struct {
	score, severity string
	of              func(vector) float64
}{
	{"baseScore", "baseSeverity", vector.BaseScore}, {"temporalScore", "temporalSeverity", vector.TemporalScore}, {"environmentalScore", "environmentalSeverity", vector.EnvironmentalScore},
}

var severities = []string{"NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL"}

// severityOf is the rating of a score (CVSS 3.1 §5).
func severityOf(score float64) string {
	switch {
	case score >= 9:
		return "CRITICAL"
	case score >= 7:
		return "HIGH"
	case score >= 4:
		return "MEDIUM"
	case score > 0:
		return "LOW"
	}
	return "NONE"
}

// cvssShape is the form of a CVSS object (FIRST, CVSS 2.0 and 3.x JSON schemas).
func cvssShape(versions []string, metrics []metric, required ...string) *shape {
	members := map[string]*shape{"version": word(versions...), "vectorString": text()}
	for _, m := range metrics {
		var words []string
		for w := range m.values {
			words = append(words, w)
		}
		slices.Sort(words)
		members[m.property] = word(words...)
	}
	for _, g := range grades {
		members[g.score] = number(0, 10)
		members[g.severity] = word(severities...)
	}
	return object(append([]string{"version", "vectorString", "baseScore"}, required...), members)
}

// generations are the two members of a score that hold CVSS.
var generations = []struct {
	member  string
	metrics []metric
	shape   *shape
}{
	{"cvss_v2", metrics2, cvssShape([]string{"2.0"}, metrics2)},
	{"cvss_v3", metrics3, cvssShape([]string{"3.0", "3.1"}, metrics3, "baseSeverity")},
}

// eachCVSS calls f with each CVSS object.
func (c checker) eachCVSS(f func(path string, cvss *stix.Value, generation int)) {
	for path, v := range c.vulnerabilities() {
		for at, s := range items(v, path, "scores") {
			for i, g := range generations {
				if cvss := s.Get(g.member); cvss != nil {
					f(at+"/"+g.member, cvss, i)
				}
			}
		}
	}
}

// CSAF 2.0 §6.1.7.
func (c checker) scoresOnce() {
	for path, v := range c.vulnerabilities() {
		seen := map[string]bool{}
		for at, s := range items(v, path, "scores") {
			for _, g := range generations {
				for _, id := range s.Get("products").Strings() {
					if version := s.Get(g.member).Get("version").Text(); version != "" {
						c.once(seen, version+"\x1f"+id, at, "a score of CVSS")
					}
				}
			}
		}
	}
}

// CSAF 2.0 §6.1.8.
func (c checker) validCVSS() {
	c.eachCVSS(func(path string, cvss *stix.Value, generation int) {
		before := len(*c.problems)
		generations[generation].shape.check(cvss, path, c.report)
		if len(*c.problems) > before {
			return
		}
		if _, err := parseVector(cvss); err != nil {
			c.report(path+"/vectorString", "%q: %v", cvss.Get("vectorString").Text(), err)
		}
	})
}

// CSAF 2.0 §6.1.9.
func (c checker) computedCVSS() {
	c.eachCVSS(func(path string, cvss *stix.Value, generation int) {
		v, err := parseVector(cvss)
		if err != nil {
			return // 6.1.8
		}
		for _, g := range grades {
			want := g.of(v)
			if got, ok := cvss.Get(g.score).Float(); ok && math.Abs(got-want) > 0.01 {
				c.report(path+"/"+g.score, "%v, and the vector gives %v", got, want)
			}
			if got := cvss.Get(g.severity).Text(); got != "" && generation == 1 && got != severityOf(want) {
				c.report(path+"/"+g.severity, "%s, and the vector gives %s", got, severityOf(want))
			}
		}
	})
}

// CSAF 2.0 §6.1.10.
func (c checker) consistentCVSS() {
	c.eachCVSS(func(path string, cvss *stix.Value, generation int) {
		v, err := parseVector(cvss)
		if err != nil {
			return // 6.1.8
		}
		for _, m := range generations[generation].metrics {
			word := cvss.Get(m.property).Text()
			if code, err := v.Get(m.name); word != "" && err == nil && m.values[word] != code {
				c.report(path+"/"+m.property, "%s, and the vector has %s:%s", word, m.name, code)
			}
		}
	})
}
