package postgres

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// forbidden are the constructs that some engine with PostgreSQL's protocol lacks, or with which order or safety would be lost.
var forbidden = map[string]string{
	`ADVISORY`:                          "advisory locks are per node, or do nothing at all, on distributed engines",
	`\bRECURSIVE\b`:                     "recursion does not run over shards: walk in steps, = ANY for each",
	`\b(NEXTVAL|SEQUENCE)\b`:            "sequences have gaps and no order of commits: numbers come from the head row",
	`\b(SMALL|BIG)?SERIAL\b|\bIDENTITY`: "sequences have gaps and no order of commits: numbers come from the head row",
	`\bSKIP LOCKED\b`:                   "does not run over shards: claim by compare-and-set on one row",
	`\b(REFERENCES|FOREIGN KEY)\b`:      "foreign keys do not run over shards",
	`\bJOIN\b`:                          "joins on anything but the distribution key do not run over shards: two steps",
	`\bXID8?\b|PG_SNAPSHOT|TXID`:        "transaction numbers are not an order of commits",
	`\b(GREATEST|LEAST)\b`:              "not in every dialect: CASE",
	`SELECT \*|RETURNING \*`:            "columns are listed",
	`\bTRIGGER\b`:                       "what happens is in the code that is read",
}

// hintsOnly are allowed in hint.go and nowhere else.
var hintsOnly = regexp.MustCompile(`\b(UN)?LISTEN\b|NOTIFY`)

var (
	isSQL  = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|BEGIN|WITH|SET|LOCK|COPY|LISTEN|NOTIFY|SAVEPOINT|ROLLBACK|RELEASE|COMMIT)\b`)
	tables = regexp.MustCompile(`\b(?:FROM|INTO|UPDATE|TABLE|ON)\s+(assertion|collection|edge|ends|event|head|label|member|migration|record|source|tally|type|val|words|writer)\b`)
	clean  = regexp.MustCompile(`--[^\n]*|'[^']*'`)
)

// lint says what is wrong with a statement of a file.
func lint(file, text string) (wrong []string) {
	upper := strings.ToUpper(clean.ReplaceAllString(text, "''"))
	for pattern, why := range forbidden {
		if found := regexp.MustCompile(pattern).FindString(upper); found != "" {
			wrong = append(wrong, found+": "+why)
		}
	}
	if hintsOnly.MatchString(upper) && file != "hint.go" {
		wrong = append(wrong, "notifications are hints, sent and heard in hint.go only")
	}
	return wrong
}

// TestLint keeps the SQL of this package, as it is written, to what distributed engines can do.
func TestLint(t *testing.T) {
	n := 0
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			lit, ok := node.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if text, err := strconv.Unquote(lit.Value); err == nil && isSQL.MatchString(text) {
				n++
				if wrong := lint(name, text); wrong != nil {
					t.Errorf("%s: %q\n%s", name, wrong, text)
				}
			}
			return true
		})
	}
	for _, name := range steps() {
		text, err := schema.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for statement := range strings.SplitSeq(string(text), ";") {
			n++
			if wrong := lint(name, statement); wrong != nil {
				t.Errorf("%s: %q\n%s", name, wrong, statement)
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d statements found", n)
	}
}

// TestLintFinds: the rules are able to fail.
func TestLintFinds(t *testing.T) {
	for _, text := range []string{"SELECT pg_advisory_lock(1)", "WITH RECURSIVE x AS (SELECT 1) SELECT x FROM x", "CREATE TABLE x(id bigserial)", "SELECT x FROM a JOIN b USING (c)",
		"SELECT * FROM x", "SELECT x FROM y FOR UPDATE SKIP LOCKED", "SELECT pg_current_xact_id()::xid8", "NOTIFY x"} {
		if lint("x.go", text) == nil {
			t.Errorf("%s passes", text)
		}
	}
}

// wire keeps the statements that are sent.
type wire struct {
	mu   sync.Mutex // protects seen
	seen map[string]bool
}

func (w *wire) keep(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen[text] = true
}

func (w *wire) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	w.keep(d.SQL)
	return ctx
}
func (w *wire) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (w *wire) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}
func (w *wire) TraceBatchQuery(_ context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	w.keep(d.SQL)
}
func (w *wire) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// check lints what was sent: one table a statement, and every table was met.
func (w *wire) check(t *testing.T) {
	t.Helper()
	all := map[string]bool{}
	for text := range w.seen {
		if strings.Contains(text, "CREATE TABLE ") {
			continue // the schema: TestLint
		}
		if wrong := lint("hint.go", text); wrong != nil { // where hints come from is seen in the files
			t.Errorf("sent: %q\n%s", wrong, text)
		}
		mine := map[string]bool{}
		for _, m := range tables.FindAllStringSubmatch(text, -1) {
			mine[m[1]], all[m[1]] = true, true
		}
		if len(mine) > 1 {
			t.Errorf("several tables in one statement, %v: %s", slices.Sorted(maps.Keys(mine)), text)
		}
	}
	if len(all) != 16 {
		t.Errorf("statements were sent for %v only", slices.Sorted(maps.Keys(all)))
	}
}
