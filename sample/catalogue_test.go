package sample

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"threatwatch/stix"
	"threatwatch/watch"
)

// date reads a day, and complains of one that is none, or that lies before the first incident of the catalogue.
func date(t *testing.T, where, day string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Errorf("%s: %v", where, err)
	} else if d.Year() < 1986 {
		t.Errorf("%s: %s is before 1986", where, day)
	}
	return d
}

// TestCatalogueNamesItsSources: each fact has a report, each incident facts of its own.
func TestCatalogueNamesItsSources(t *testing.T) {
	if len(incidents) < 120 {
		t.Errorf("%d incidents, want 120 or more", len(incidents))
	}
	names, sources := map[string]bool{}, map[string]report{}
	for _, in := range incidents {
		date(t, in.name, in.told)
		if names[in.name] {
			t.Errorf("%s twice", in.name)
		}
		names[in.name] = true
		if len(in.reports) == 0 || len(in.facts) < 80 {
			t.Errorf("%s: no report, or hardly any facts", in.name)
		}
		for _, r := range in.reports {
			if seen, ok := sources[r.name()]; ok && seen != r {
				t.Errorf("%s: %v and %v", r.name(), seen, r)
			}
			sources[r.name()] = r
		}
	}
	checkSources(t, slices.Collect(maps.Values(sources)))
}

// checkSources: each has a publisher, a title, a day, and an address or the word that there is none, which stays rare. No two share an address.
func checkSources(t *testing.T, all []report) {
	addresses, without := map[string]string{}, 0
	for _, r := range all {
		date(t, r.name(), r.day)
		if r.publisher == "" || r.title == "" {
			t.Errorf("%q: without a publisher or a title", r.name())
		}
		if r.url == "" {
			without++
			if said, _ := r.reference()["description"].(string); !strings.Contains(said, noAddress) {
				t.Errorf("%s: does not say that there is no address: %q", r.name(), said)
			}
			continue
		}
		if other := addresses[r.url]; other != "" {
			t.Errorf("%s and %s: both at %s", r.name(), other, r.url)
		}
		addresses[r.url] = r.name()
		if err := leadsToADocument(r.url); err != nil {
			t.Errorf("%s: %v", r.name(), err)
		}
	}
	if without > len(all)/20 {
		t.Errorf("%d of %d sources have no address", without, len(all))
	}
}

// sections are steps of addresses that lead to what is new on a day; an address needs one that is more.
var sections = []string{"", "archive", "en", "home", "index.html", "list.html", "media", "news", "newsroom", "press", "publications", "reports"}

// leadsToADocument says what is wrong with the address of a source, which is no front page, no list of what is new and no visit of one reader.
func leadsToADocument(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return err
	case u.Scheme != "https" || u.Host == "" || u.Fragment != "":
		return fmt.Errorf("%s is no address of a document", address)
	case strings.Contains(u.RawQuery, "utm_"):
		return fmt.Errorf("%s says by which way a reader came", address)
	}
	if slices.ContainsFunc(strings.Split(u.Path, "/"), func(step string) bool { return !slices.Contains(sections, step) }) {
		return nil
	}
	return fmt.Errorf("%s is a front page or a section", address)
}

// TestAddressesThatLeadNowhere: what leadsToADocument holds against an address, and against none that is good.
func TestAddressesThatLeadNowhere(t *testing.T) {
	for address, good := range map[string]bool{
		"https://publisher.example/2018/05/what-happened":               true,
		"https://publisher.example/view?id=20130413000028":              true,
		"https://publisher.example":                                     false,
		"https://publisher.example/":                                    false,
		"https://publisher.example/en/newsroom/":                        false,
		"http://publisher.example/2018/05/what-happened":                false,
		"https://publisher.example/what-happened?utm_source=newsletter": false,
		"publisher.example/what-happened":                               false,
	} {
		if err := leadsToADocument(address); (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestClaimsAndDenials: each has an author, words and a day, which is not before the incident was told; nobody names the same actor twice for
// one incident.
func TestClaimsAndDenials(t *testing.T) {
	denials := 0
	for _, in := range incidents {
		told := date(t, in.name, in.told)
		named := map[string]bool{}
		for _, c := range in.claims {
			if date(t, in.name, c.day).Before(told) {
				t.Errorf("%s: told on %s, claimed on %s", in.name, in.told, c.day)
			}
			if key := c.actor + " by " + c.by; c.words == "" || named[key] {
				t.Errorf("%s: %q without words, or named twice", in.name, key)
			} else {
				named[key] = true
			}
		}
		for _, d := range in.denials {
			if date(t, in.name, d.day).Before(told) {
				t.Errorf("%s: told on %s, denied on %s", in.name, in.told, d.day)
			}
			if d.who == "" || d.words == "" {
				t.Errorf("%s: a denial by nobody, or without words", in.name)
			}
			denials++
		}
	}
	if denials < 45 {
		t.Errorf("%d denials, want 45 or more", denials)
	}
}

// TestAnswered: whoever is accused denies what is claimed later as well, whoever doubts speaks of what was claimed by then, and how grave an
// incident is says nothing of who did it.
func TestAnswered(t *testing.T) {
	claims := []said{{"2014-12-19", "early"}, {"2018-09-06", "late"}}
	for stance, want := range map[string][]string{"deny": {"early", "late"}, "no-comment": {"early", "late"}, "doubt": {"early"}, "gravity-lower": nil} {
		if got := answered(stance, "2014-12-30", claims); !slices.Equal(got, want) {
			t.Errorf("%s is about %v, want %v", stance, got, want)
		}
	}
}

// TestEverybodyIsDescribed: something is said of whoever is named, and whoever is described is named.
func TestEverybodyIsDescribed(t *testing.T) {
	var named, known []string
	for _, in := range incidents {
		for _, c := range in.claims {
			named = append(named, c.actor)
		}
	}
	describe := func(name, about string) {
		known = append(known, name)
		if about == "" || !slices.Contains(named, name) {
			t.Errorf("%s: described as %q, and in no claim: %v", name, about, !slices.Contains(named, name))
		}
	}
	for name, a := range intrusionSets {
		describe(name, a.about)
	}
	for name, a := range threatActors {
		describe(name, a.about)
	}
	for name, about := range campaigns {
		describe(name, about)
	}
	slices.Sort(known)
	for i, name := range known {
		if i > 0 && known[i-1] == name {
			t.Errorf("%s is described as two kinds of actor", name)
		}
	}
	for _, name := range named {
		if _, ok := slices.BinarySearch(known, name); !ok {
			t.Errorf("nothing is said of %s", name)
		}
	}
}

// TestMeansAreDescribed: the same for malware, holes and places.
func TestMeansAreDescribed(t *testing.T) {
	for _, x := range []struct {
		what  string
		of    func(incident) []string
		known map[string]string
	}{
		{"malware", func(in incident) []string { return in.malware }, texts(families, func(f family) string { return f.about })},
		{"vulnerability", func(in incident) []string { return in.cves }, holes},
		{"place", func(in incident) []string { return in.where }, texts(places, func(p place) string { return p.name })},
	} {
		used := map[string]bool{}
		for _, in := range incidents {
			for _, name := range x.of(in) {
				used[name] = true
				if x.known[name] == "" {
					t.Errorf("%s: nothing is said of the %s %s", in.name, x.what, name)
				}
			}
		}
		for name := range x.known {
			if !used[name] {
				t.Errorf("the %s %s is in no incident", x.what, name)
			}
		}
	}
	for _, in := range incidents {
		for _, i := range in.indicators {
			if i.what == "" || !slices.Contains(in.malware, i.of) {
				t.Errorf("%s: %s means nothing, or indicates what is not in the incident", in.name, i.name)
			}
		}
	}
}

func texts[T any](m map[string]T, of func(T) string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k] = of(v)
	}
	return out
}

// continents are the regions of STIX 2.1 §10.20 that the catalogue uses, by continent.
var continents = map[string]string{
	"antarctica":            "Antarctica",
	"eastern-africa":        "Africa",
	"middle-africa":         "Africa",
	"northern-africa":       "Africa",
	"southern-africa":       "Africa",
	"western-africa":        "Africa",
	"central-asia":          "Asia",
	"eastern-asia":          "Asia",
	"south-eastern-asia":    "Asia",
	"southern-asia":         "Asia",
	"western-asia":          "Asia",
	"eastern-europe":        "Europe",
	"northern-europe":       "Europe",
	"southern-europe":       "Europe",
	"western-europe":        "Europe",
	"caribbean":             "North America",
	"central-america":       "North America",
	"northern-america":      "North America",
	"south-america":         "South America",
	"australia-new-zealand": "Oceania",
	"melanesia":             "Oceania",
	"micronesia":            "Oceania",
}

// TestWholeWorld: every continent is hit, every decade told of, insiders and the unknown are shown, and no state is always the accused one.
func TestWholeWorld(t *testing.T) {
	hit, decades := map[string]int{}, map[int]int{}
	insiders, unknown := 0, 0
	for _, in := range incidents {
		decades[date(t, in.name, in.told).Year()/10*10]++
		for _, code := range in.where {
			c := continents[places[code].region]
			if c == "" {
				t.Errorf("%s is on no continent", code)
			}
			hit[c]++
		}
		if len(in.claims) == 0 {
			unknown++
		}
		for _, c := range in.claims {
			if slices.ContainsFunc(threatActors[c.actor].types, func(s string) bool { return strings.HasPrefix(s, "insider-") }) {
				insiders++
			}
		}
	}
	for _, c := range continents {
		if hit[c] == 0 {
			t.Errorf("nothing from %s", c)
		}
	}
	for d := 1980; d <= 2020; d += 10 {
		if decades[d] == 0 {
			t.Errorf("nothing from the %ds", d)
		}
	}
	if insiders < 15 || unknown < 20 {
		t.Errorf("%d claims name insiders, %d incidents name nobody; want 15 and 20 or more", insiders, unknown)
	}
}

// TestContestedCases: where states accuse each other, or are accused by others, it stands who says so and what is answered.
func TestContestedCases(t *testing.T) {
	for _, name := range []string{"Titan Rain", "GhostNet", "Operation Aurora", "Stuxnet", "Operation Shady RAT", "Saudi Aramco", "Belgacom", "Petrobras", "Sony Pictures",
		"US Office of Personnel Management", "SolarWinds", "Northwestern Polytechnical", "RSA", "Volt Typhoon", "Operation Triangulation", "National Time Service Center"} {
		i := slices.IndexFunc(incidents, func(in incident) bool { return strings.HasPrefix(in.name, name) })
		if i < 0 {
			t.Errorf("%s is missing", name)
		} else if in := incidents[i]; len(in.claims) == 0 || len(in.denials) == 0 {
			t.Errorf("%s: %d claims, %d answers", name, len(in.claims), len(in.denials))
		}
	}
}

// TestFactsAreOfTheWatch: what stands beside the words is in the vocabularies, its dates are in order, and each place in addresses is one incident's.
func TestFactsAreOfTheWatch(t *testing.T) {
	slugs, claims, stances, dated := map[string]bool{}, 0, 0, 0
	for _, raw := range catalogue() {
		root, err := stix.ParseValue(raw)
		if err != nil {
			t.Fatal(err)
		}
		var problems []error
		switch {
		case root.Get("type").Text() == "incident":
			in, err := watch.ReadIncident(root)
			if err != nil {
				t.Fatal(err)
			}
			problems = in.Check()
			if slugs[in.Facts.Slug] {
				t.Errorf("%s twice", in.Facts.Slug)
			}
			slugs[in.Facts.Slug] = true
			if len(in.Facts.Operations) == 0 && !in.Facts.Insider || len(in.Sectors()) == 0 {
				t.Errorf("%s: what was it, and whom did it hit?", in.Name)
			}
			for _, op := range in.Facts.Operations {
				if !watch.OperationKinds.Has(op) {
					t.Errorf("%s: %s", in.Name, op)
				}
			}
			if in.Occurred().Known() && in.At("discovery").Known() {
				dated++
			}
		case watch.IsClaim(root):
			c, err := watch.ReadClaim(root)
			if err != nil {
				t.Fatal(err)
			}
			problems = c.Check()
			if c.Exposes() {
				t.Errorf("%s names a person on too little", c.Words)
			}
			claims++
		case watch.IsStance(root):
			s, err := watch.ReadStance(root)
			if err != nil {
				t.Fatal(err)
			}
			problems = s.Check()
			stances++
		}
		for _, p := range problems {
			t.Error(p)
		}
	}
	if claims < 180 || stances < 60 || dated < 40 {
		t.Errorf("%d claims, %d stances, %d with days of beginning and discovery", claims, stances, dated)
	}
}
