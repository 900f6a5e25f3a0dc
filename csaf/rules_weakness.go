package csaf

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The list of weaknesses is fetched by a lock file when the program is built; without it no name is checked.
//
//go:embed weaknesses
var weaknessFiles embed.FS

// weaknessList is what the entries of CWE are called, by number: weaknesses, categories and views.
type weaknessList struct {
	Version string
	Newest  int                 // the highest number of a weakness
	Names   map[string][]string // the present name first, then those that it had
}

// listedWeaknesses reads the list once.
var listedWeaknesses = sync.OnceValue(func() (list weaknessList) {
	raw, err := weaknessFiles.ReadFile("weaknesses/names.json")
	if err != nil {
		return list // built without it
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		panic(fmt.Errorf("the list of weaknesses: %w", err)) // it is part of the program
	}
	return list
})

// fault says why a weakness is not called so; "" where it is, or where the list does not tell: a number beyond its newest is of a later edition. A document keeps the
// name that held when it was written, so that earlier names are good too.
func (l weaknessList) fault(id, name string) string {
	names := l.Names[strings.TrimPrefix(id, "CWE-")]
	if names == nil {
		if n, err := strconv.Atoi(strings.TrimPrefix(id, "CWE-")); err == nil && n <= l.Newest {
			return id + " is no entry of CWE"
		}
		return ""
	}
	if slices.Contains(names, name) {
		return ""
	}
	return fmt.Sprintf("%s is called %q, and not %q", id, names[0], name)
}

// CSAF 2.0 §6.1.11: a weakness exists and has its name. Where the list does not tell, a document at least gives it one.
func (c checker) weaknessNames() { c.weaknessesBy(listedWeaknesses()) }

func (c checker) weaknessesBy(list weaknessList) {
	given := map[string]string{}
	for path, v := range c.vulnerabilities() {
		id, name := v.At("cwe.id").Text(), v.At("cwe.name").Text()
		if id == "" {
			continue
		}
		before, again := given[id]
		given[id] = name
		if fault := list.fault(id, name); fault != "" {
			c.report(path+"/cwe", "%s", fault)
		} else if again && before != name {
			c.report(path+"/cwe", "%s is called %q here and %q before", id, name, before)
		}
	}
}
