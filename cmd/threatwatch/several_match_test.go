package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"threatwatch/stix"
)

// TestMatchBySeveral: of two programs that serve one store, each keeps the indicators in memory for itself. What one has taken in, revoked, deleted or given a
// stricter label counts in the other with the next question.
func TestMatchBySeveral(t *testing.T) {
	t.Parallel()
	bin := buildProgram(t)
	t.Run("Embedded", func(t *testing.T) { matchBySeveral(t, bin, t.TempDir()) })
	t.Run("PostgreSQL", func(t *testing.T) { matchBySeveral(t, bin, string(newDatabase(t))) })
}

func matchBySeveral(t *testing.T, bin, data string) {
	p := newPair(t, bin, data)
	p.post(0, marked(1, "clear"))
	p.tells("taken in by one", "1")
	p.post(1, marked(2, "clear"), marked(3, "amber"))
	p.tells("taken in by the other", "1 2", "1 2 3")
	p.post(0, revoked(1, "clear"))
	p.tells("revoked in one", "2", "2 3")
	p.post(1, grouping(1, "clear", 4), unmarked(4))
	p.tells("in a group that everybody may see", "2 4", "2 3 4")
	p.post(0, grouping(2, "amber", 4), unmarked(4))
	p.tells("said again in one that not everybody may see", "2", "2 3 4")
	p.remove(1, 2)
	p.tells("deleted in one", "", "3 4")
	p.nodes[0].end()
	p.post(1, marked(5, "clear"), revoked(3, "amber"))
	p.nodes[0].begin()
	p.tells("while one was down", "5", "4 5")
}

// pair is two programs that serve one store.
type pair struct {
	t            *testing.T
	nodes        []*served
	token, inbox string
}

func newPair(t *testing.T, bin, data string) *pair {
	tw := over(t, bin, data)
	p := &pair{t: t}
	tw("org", "add", "Acme")
	p.token = tw("token", "create", "siem", "--org", "acme", "--role", "publisher")
	p.inbox = tw("collection", "add", "Inbox", "--writable", "--public")
	config := filepath.Join(t.TempDir(), "tw.toml")
	must(t, os.WriteFile(config, nil, 0o600))
	p.nodes = []*served{startServe(t, bin, config, data), startServe(t, bin, config, data)}
	p.tells("before anything was taken in", "")
	return p
}

// tells asks both programs, as nobody and as a member, which indicators stand in a log that names the values of all. Without members', everybody is to be told the same.
func (p *pair) tells(when, everybody string, members ...string) {
	p.t.Helper()
	want := map[string]string{"": everybody, p.token: everybody}
	if len(members) > 0 {
		want[p.token] = members[0]
	}
	for i := range p.nodes {
		for token, want := range want {
			if got := p.match(i, token); got != want {
				p.t.Errorf("%s: program %d tells %q, want %q (a member: %v)", when, i, got, want, token != "")
			}
		}
	}
}

// match returns the numbers of the indicators that are told.
func (p *pair) match(node int, token string) string {
	p.t.Helper()
	var log strings.Builder
	for n := range 9 {
		fmt.Fprintf(&log, "GET http://www.d%d.example/\n", n)
	}
	var answer struct {
		Hits []struct{ Indicators []struct{ ID string } }
	}
	p.ask(node, token, http.MethodPost, "/api/v1/match", "text/plain", log.String(), &answer)
	var told []string
	for _, h := range answer.Hits {
		for _, i := range h.Indicators {
			told = append(told, strings.TrimLeft(i.ID[len(i.ID)-12:], "0"))
		}
	}
	slices.Sort(told)
	return strings.Join(slices.Compact(told), " ")
}

// post gives objects to one of the programs, which must take all.
func (p *pair) post(node int, objects ...string) {
	p.t.Helper()
	var status struct {
		Successes int `json:"success_count"`
	}
	p.ask(node, p.token, http.MethodPost, "/api1/collections/"+p.inbox+"/objects/", taxiiType, `{"objects":[`+strings.Join(objects, ",")+`]}`, &status)
	if status.Successes != len(objects) {
		p.t.Fatalf("program %d took %d of %s", node, status.Successes, objects)
	}
}

// remove deletes an indicator by one of the programs.
func (p *pair) remove(node, number int) {
	p.t.Helper()
	p.ask(node, p.token, http.MethodDelete, "/api1/collections/"+p.inbox+"/objects/"+numbered("indicator", number)+"/", taxiiType, "", nil)
}

const taxiiType = "application/taxii+json;version=2.1"

func (p *pair) ask(node int, token, method, path, mediaType, body string, answer any) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.nodes[node].url.Load().(string)+path, strings.NewReader(body))
	must(p.t, err)
	r.Header.Set("Content-Type", mediaType)
	if mediaType == taxiiType {
		r.Header.Set("Accept", taxiiType)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	must(p.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(p.t, err)
	if resp.StatusCode/100 != 2 {
		p.t.Fatalf("program %d, %s %s: %d %s", node, method, path, resp.StatusCode, text)
	}
	if answer != nil {
		must(p.t, json.Unmarshal(text, answer))
	}
}

func numbered(typ string, n int) string {
	return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", typ, n)
}

// unmarked is an indicator of which its group says who may see it, see marked.
func unmarked(n int) string { return version(n, 0, "") }

func marked(n int, level string) string { return version(n, 0, refsTo(level)) }

// revoked is the last version of a marked one.
func revoked(n int, level string) string { return version(n, 1, refsTo(level)+`,"revoked":true`) }

func version(n, second int, more string) string {
	return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:%02d.000Z",`+
		`"pattern":"[domain-name:value = 'd%d.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"%s}`, numbered("indicator", n), second, n, more)
}

func grouping(n int, level string, of int) string {
	return fmt.Sprintf(`{"type":"grouping","spec_version":"2.1","id":%q,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",`+
		`"context":"suspicious-activity","object_refs":[%q]%s}`, numbered("grouping", n), numbered("indicator", of), refsTo(level))
}

func refsTo(level string) string {
	l, _ := stix.LevelNamed(level)
	return fmt.Sprintf(`,"object_marking_refs":[%q]`, stix.TLPID(l))
}
