// Package importtest holds the table of which room may import which.
package importtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "threatwatch"

// allowed lists, for each package that ships, the packages of ours it may import. The root package is open to all.
// ARCHITECTURE.md prints the same table with the reasons.
var allowed = map[string][]string{
	"":                   {},
	"stix":               {"pattern/syntax"},
	"pattern":            {"stix", "pattern/syntax"},
	"pattern/syntax":     {},
	"pattern/vectors":    {"pattern", "pattern/syntax", "stix"},
	"label":              {"stix"},
	"logs":               {},
	"country":            {},
	"draft":              {"stix", "country"},
	"kev":                {"stix", "draft"},
	"watch":              {"stix", "draft"},
	"watch/measure":      {},
	"watch/index":        {"watch", "watch/measure", "release", "stix", "country"},
	"watch/duplicate":    {"watch", "watch/measure", "watch/index", "country"},
	"veris":              {"stix", "draft", "country", "watch"},
	"ukraine":            {"stix", "draft", "country", "watch", "internal/mojibake"},
	"leaksite":           {"stix", "draft", "country", "watch", "internal/mojibake"},
	"cfr":                {"stix", "draft", "country", "watch"},
	"icsadvisory":        {"stix", "draft", "country"},
	"csaf":               {"stix", "draft"},
	"eurepoc":            {"stix", "draft", "country", "watch"},
	"history":            {"match", "logs", "internal/fuse"},
	"sensor":             {"taxii", "match", "logs", "stix"},
	"store":              {"stix"},
	"store/storetest":    {"store", "stix"},
	"store/rare":         {"store"},
	"store/queue":        {"store"},
	"store/sqlite":       {"store", "store/rare", "store/queue", "stix", "internal/fuse"},
	"store/postgres":     {"store", "store/rare", "store/queue", "stix"},
	"intake":             {"store", "stix", "label"},
	"release":            {"store", "stix", "label"},
	"match":              {"pattern", "pattern/syntax", "logs", "release", "stix", "label"},
	"taxii":              {"stix"},
	"taxii/taxiitest":    {"taxii", "stix"},
	"account":            {"store"},
	"api":                {"release", "match", "logs", "stix"},
	"web":                {"notice/mail", "notice/subscribe", "release", "account", "watch", "watch/index", "watch/duplicate", "watch/measure", "draft", "stix", "label", "country", "web/atlas"},
	"web/atlas":          {"country"},
	"sample":             {"stix", "watch"},
	"notice":             {"release", "watch", "watch/index", "stix", "country"},
	"notice/mail":        {"notice", "notice/subscribe", "notice/deliver", "watch/index", "stix", "store"},
	"notice/subscribe":   {"store", "watch/index"},
	"notice/deliver":     {"notice", "notice/subscribe", "release", "store", "watch/index"},
	"notice/hook":        {"notice", "notice/subscribe", "notice/deliver"},
	"internal/drafttest": {"stix"},
	"internal/mojibake":  {},
	"internal/fuse":      {},
	"internal/testdata":  {},
	"internal/mailtest":  {},
	"internal/watchtest": {"*"},
	"internal/pyenv":     {},
	"internal/webtest":   {},
	"internal/pgtest":    {},
	"cmd/threatwatch":    {"*"},
	"bench":              {"*"},
	"bench/cmd/generate": {"stix"},
}

// walls are the imports whose absence carries the design; each says why.
var walls = []struct{ from, to, why string }{
	{"web", "store", "a page must not read what its reader may not see: it holds a release.View"},
	{"api", "store", "an answer must not tell what its reader may not see: it holds a release.View"},
	{"taxii", "store", "a protocol must not read past release nor write past intake"},
	{"release", "intake", "the door out does not write"},
	{"sensor", "store", "what it knows of an exchange is what the exchange lets out"},
	{"match", "store", "what is looked for is what its view may see"},
	{"store", "store/sqlite", "the contract knows no engine"},
	{"store", "store/postgres", "the contract knows no engine"},
	{"stix", "store", "the language is a library for others"},
}

// drivers are the database drivers, each with the one room that may import it.
var drivers = map[string]string{"modernc.org/sqlite": "store/sqlite", "github.com/jackc/pgx/v5": "store/postgres"}

func TestImportTable(t *testing.T) {
	for _, p := range listPackages(t) {
		room := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		may, known := allowed[room]
		if !known {
			if p.Name == "main" || len(p.GoFiles) == 0 {
				continue
			}
			t.Errorf("package %q has no row in the import table: say in one sentence what the room is for and what it may import", room)
			continue
		}
		for _, imp := range p.Imports {
			if imp == "testing" && room != "store/storetest" && room != "taxii/taxiitest" && !strings.HasPrefix(room, "internal/") {
				t.Errorf("%s imports testing outside a test", room)
			}
			for driver, home := range drivers {
				if (imp == driver || strings.HasPrefix(imp, driver+"/")) && room != home && !strings.HasPrefix(room, "internal/") {
					t.Errorf("%s imports a database driver: only %s may", room, home)
				}
			}
			ours, ok := strings.CutPrefix(imp, module+"/")
			if !ok || slices.Contains(may, "*") || slices.Contains(may, ours) {
				continue
			}
			t.Errorf("%s imports %s, which the table does not allow%s", room, ours, reason(room, ours))
		}
	}
}

func reason(from, to string) string {
	for _, w := range walls {
		if w.from == from && w.to == to {
			return ": " + w.why
		}
	}
	return ""
}

// TestOnlyIntakeWrites holds the second wall: only intake puts, relabels and deletes assertions.
func TestOnlyIntakeWrites(t *testing.T) {
	out, err := exec.Command("grep", "-rnE", `\btx\.(Put|Relabel|Delete)\(`, "--include=*.go", "../..").CombinedOutput()
	if err != nil && len(out) > 0 {
		t.Fatalf("grep: %v: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		file, _, _ := strings.Cut(strings.TrimPrefix(line, "../../"), ":")
		if strings.HasPrefix(file, "intake/") || strings.HasPrefix(file, "store/") || strings.HasSuffix(file, "_test.go") {
			continue
		}
		t.Errorf("writes assertions outside intake: %s", strings.TrimSpace(line))
	}
}

type pkg struct {
	ImportPath, Name string
	Imports, GoFiles []string
}

func listPackages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Imports,GoFiles", module+"/...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ps []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return ps
		} else if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
}
