package pattern

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"threatwatch/pattern/syntax"
	"threatwatch/stix"
)

// line makes n observations, one a second, each as long as said; what the i-th shows is said by props.
func line(n, length int, props func(i int) string) []Observation {
	list := make([]Observation, n)
	for i := range list {
		members := []stix.Member{{Name: "n", Value: stix.NewInt(int64(i))}}
		for p := range strings.FieldsSeq(props(i)) {
			members = append(members, stix.Member{Name: p, Value: stix.NewBool(true)})
		}
		list[i] = Observation{First: syntax.Instant{Sec: int64(i)}, Last: syntax.Instant{Sec: int64(i + length)}, Number: 1,
			Objects: []Object{{"x", "x", stix.NewDict(members...)}}}
	}
	return list
}

func always1(s string) func(int) string { return func(int) string { return s } }

// TestNeverHangs: patterns for which listing bindings would never end are answered soon.
func TestNeverHangs(t *testing.T) {
	few := func(n int, s string) func(int) string {
		return func(i int) string {
			if i < n {
				return s
			}
			return "z"
		}
	}
	alternate := func(i int) string { return string("ab"[i%2]) }
	backwards := func(i int) string { // the second half comes first
		if i < 5000 {
			return "b"
		}
		return "a"
	}
	a, b := "[x:a = true]", "[x:b = true]"
	many := func(s, op string, n int) string { return strings.Repeat(s+op, n-1) + s }
	for _, tc := range []struct {
		name, pattern string
		observations  []Observation
		want          Answer
	}{
		{"REPEATS 1000 of 10,000", a + " REPEATS 1000 TIMES", line(10000, 0, always1("a")), Yes},
		{"REPEATS 1000 of 999", a + " REPEATS 1000 TIMES", line(10000, 0, few(999, "a")), No},
		{"REPEATS WITHIN", a + " REPEATS 1000 TIMES WITHIN 1000 SECONDS", line(10000, 0, always1("a")), Yes},
		{"REPEATS WITHIN too short", a + " REPEATS 1000 TIMES WITHIN 999 SECONDS", line(10000, 0, always1("a")), No},
		{"REPEATS WITHIN of intervals", a + " REPEATS 1000 TIMES WITHIN 989 SECONDS", line(10000, 10, always1("a")), No},
		{"AND of 30, one missing", many(a, " AND ", 30), line(1000, 0, few(29, "a")), No},
		{"AND of 1,000", many(a, " AND ", 1000), line(10000, 0, always1("a")), Yes},
		{"AND of a and b, Hall", many(a, " AND ", 20) + " AND " + many("[x:a = true OR x:b = true]", " AND ", 20), line(1000, 0, few(39, "a b")), No},
		{"FOLLOWEDBY of 300", many(a, " FOLLOWEDBY ", 300), line(10000, 0, always1("a")), Yes},
		{"FOLLOWEDBY of 300, one missing", many(a, " FOLLOWEDBY ", 300), line(1000, 0, few(299, "a")), No},
		{"FOLLOWEDBY of 5,000", many(a, " FOLLOWEDBY ", 5000), line(10000, 0, always1("a")), Yes},
		{"FOLLOWEDBY of 100 intervals", many(a, " FOLLOWEDBY ", 100), line(1000, 5, always1("a")), Yes},
		{"groups 50 times", "((" + a + " AND " + b + ") WITHIN 2 SECONDS) REPEATS 50 TIMES", line(100, 0, alternate), Yes},
		{"groups 51 times", "((" + a + " AND " + b + ") WITHIN 2 SECONDS) REPEATS 51 TIMES", line(200, 0, few(100, "a")), No},
		{"groups 501 times", "((" + a + " FOLLOWEDBY " + b + ") WITHIN 2 SECONDS) REPEATS 501 TIMES", line(1000, 0, alternate), No},
		{"FOLLOWEDBY backwards", a + " FOLLOWEDBY " + b, line(10000, 0, backwards), No},
		{"FOLLOWEDBY backwards, intervals", a + " FOLLOWEDBY " + b, line(10000, 1, backwards), Yes},
		{"FOLLOWEDBY WITHIN", "(" + a + " FOLLOWEDBY " + b + " FOLLOWEDBY " + a + ") WITHIN 2 SECONDS", line(10000, 0, alternate), No},
		{"pairs 1,000 times", "(" + a + " FOLLOWEDBY " + b + ") REPEATS 1000 TIMES", line(2000, 0, alternate), Yes},
		{"pairs 1,001 times", "(" + a + " FOLLOWEDBY " + b + ") REPEATS 1001 TIMES", line(2000, 0, alternate), No},
		{"pairs of both 20 times", "(" + a + " FOLLOWEDBY " + b + ") REPEATS 20 TIMES", line(39, 0, always1("a b")), No},
		{"pairs of both 100 times", "(" + a + " FOLLOWEDBY " + b + ") REPEATS 100 TIMES", line(1000, 0, always1("a b")), Yes},
		{"AND 1,000 times", "(" + a + " AND " + b + ") REPEATS 1000 TIMES", line(2000, 0, alternate), Yes},
		{"AND 1,001 times", "(" + a + " AND " + b + ") REPEATS 1001 TIMES", line(2000, 0, alternate), No},
		{"spans 100 times", "(" + a + " REPEATS 10 TIMES WITHIN 10 SECONDS) REPEATS 100 TIMES", line(1000, 0, always1("a")), Yes},
		{"spans 100 times, one missing", "(" + a + " REPEATS 10 TIMES WITHIN 10 SECONDS) REPEATS 100 TIMES", line(999, 0, always1("a")), No},
		{"20,000 OR of brackets", many(b, " OR ", 20000) + " OR " + a, line(1000, 0, always1("a")), Yes},
		{"20,000 OR of strings", "[" + many("x:n = 'k'", " OR ", 20000) + "]", line(10000, 0, always1("a")), No},
		{"20,000 OR of numbers", "[" + many("x:n = 5", " OR ", 20000) + "]", line(100, 0, always1("a")), Yes},
		{"2,000 parentheses", strings.Repeat("(", 2000) + a + strings.Repeat(")", 2000), line(10, 0, always1("a")), Yes},
		{"2,000 parentheses with operators", strings.Repeat("(", 2000) + a + strings.Repeat(" AND "+a+")", 2000), line(2001, 0, always1("a")), Yes},
		{"2,000 parentheses, operators change", strings.Repeat("("+a+" OR "+b+" AND (", 1000) + a + strings.Repeat("))", 1000), line(10, 0, always1("a")), Yes},
	} {
		t.Run(tc.name, func(t *testing.T) {
			began := time.Now()
			p, err := Compile(tc.pattern)
			if err != nil {
				t.Fatal(err)
			}
			r := p.Match(tc.observations)
			took := time.Since(began)
			t.Logf("%v, %d bound", took.Round(time.Millisecond), len(r.Bound))
			if r.Answer != tc.want {
				t.Errorf("%v, want %v", r.Answer, tc.want)
			}
			if took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestBudget: a search that would not end is reported as not evaluated (P041), and the same each time.
func TestBudget(t *testing.T) {
	t.Parallel()
	// Twenty clusters of three have room for one group each; every observation could be either half of it.
	text := "(([x:a = true] AND [x:b = true]) WITHIN 3 SECONDS) REPEATS 21 TIMES"
	p, err := Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	observations := line(60, 0, always1("a b"))
	for i := range observations {
		observations[i].First.Sec = int64(i/3*100 + i%3)
		observations[i].Last = observations[i].First
	}
	for range 2 {
		if r := p.bind(observations, 100000); r.Answer != NotEvaluated {
			t.Errorf("%v, want not evaluated", r.Answer)
		}
	}
	began := time.Now()
	r := p.Match(observations)
	t.Logf("the whole budget: %v after %v", r.Answer, time.Since(began).Round(time.Millisecond))
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the whole budget takes %v", took)
	}
}

// TestReferencesInCircles: many lists of references on a path cost no more than their objects.
func TestReferencesInCircles(t *testing.T) {
	t.Parallel()
	o := Observation{Number: 1}
	var refs []string
	for i := range 200 {
		refs = append(refs, fmt.Sprint(i))
	}
	for _, id := range refs {
		o.Objects = append(o.Objects, Object{id, "x", stix.NewDict(stix.Member{Name: "to_refs", Value: stix.NewStrings(refs)})})
	}
	o.Index()
	p, err := Compile("[x:" + strings.Repeat("to_refs[*].", 30) + "name = 'q']")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if got := p.MatchOne(&o); got != No {
		t.Errorf("%v, want no", got)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	t.Log(time.Since(began))
}

// TestManyObservations: what is read of many observed-data grows with their number, not faster; of versions the latest counts.
func TestManyObservations(t *testing.T) {
	t.Parallel()
	var objects []*stix.Value
	for i := range 100_000 {
		for _, version := range []string{"02", "03", "01"}[:1+i%3] {
			objects = append(objects, stix.NewDict(
				stix.Member{Name: "type", Value: stix.NewString("observed-data")},
				stix.Member{Name: "id", Value: stix.NewString(fmt.Sprintf("observed-data--%d", i))},
				stix.Member{Name: "modified", Value: stix.NewString("2026-03-" + version + "T00:00:00.000Z")},
				stix.Member{Name: "first_observed", Value: stix.NewString("2026-03-" + version + "T00:00:00Z")},
				stix.Member{Name: "last_observed", Value: stix.NewString("2026-03-" + version + "T00:00:00Z")}))
		}
	}
	began := time.Now()
	list, faults := Observations(objects)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	if len(list) != 100_000 || len(faults) > 0 {
		t.Fatalf("%d observations, %v", len(list), faults)
	}
	for i, o := range list[:3] {
		want := At(time.Date(2026, 3, []int{2, 3, 3}[i], 0, 0, 0, 0, time.UTC))
		if o.First != want {
			t.Errorf("observation %d is of %v, want %v", i, o.First, want)
		}
	}
}
