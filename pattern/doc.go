// Package pattern is the STIX patterning language (STIX 2.1 §9): check, explain, compile, evaluate. Its form is the room pattern/syntax.
//
//	p, err := pattern.Compile("[ipv4-addr:value ISSUBSET '198.51.100.0/24'] REPEATS 5 TIMES WITHIN 60 SECONDS")
//	list, faults := pattern.Observations(values)   // observed-data and the objects around them, as *stix.Value
//	r := p.Match(list)                              // r.Answer: Yes, No, NotEvaluated; r.Bound: which observations
//
// An [Observation] can also be made without any JSON: a time, and objects whose values are made with [stix.NewDict] and the like.
//
//	o := pattern.Observation{First: pattern.At(now), Last: pattern.At(now), Objects: []pattern.Object{{ID: "1", Type: "ipv4-addr",
//		Root: stix.NewDict(stix.Member{Name: "value", Value: stix.NewString("198.51.100.7")})}}}
//	p.MatchOne(&o)
//
// # How it is evaluated
//
// Each pair of brackets is asked of each observation, once; alike brackets are one question. What then remains is to give every
// bracket an observation of its own, so that what is said of times holds. Bindings are never listed:
//
//   - AND, REPEATS and START-STOP are a matching of a bipartite graph.
//   - WITHIN is a window that begins where a candidate ends. FOLLOWEDBY is a moment at which one side is over and the other begins.
//   - Both become windows by trying the moments there are, the earliest first; what cannot match even without times is dropped at once, and
//     parts that share no observation are found apart.
//   - An observation seen from first_observed to last_observed may be taken at any one moment between. The same moment has to
//     satisfy everything said about it.
//
// In polynomial time and exact: AND, OR of single brackets, REPEATS and START-STOP in any nesting; WITHIN around these; over observations of one
// moment each (first_observed is last_observed) also FOLLOWEDBY of any of these and WITHIN around it, and REPEATS of FOLLOWEDBY between
// single brackets that share no observation, or of a span of one bracket. The rest (REPEATS around other groups with order or
// spans, several such groups that compete for the same observations, FOLLOWEDBY over long intervals, OR of groups inside AND) is
// exact too, but a search: it has a budget of steps, and where that ends the answer is [NotEvaluated]. Where all observations that have a part
// can be bound eighteen times at most, the sets of them that suit are listed instead, which ends soon whatever the pattern.
//
// MATCHES runs on RE2 where it can. Look-around, references to groups, possessive quantifiers and the like run on an engine that goes
// back and tries again, 250 ms a value at most; a pattern with which that happens often rests for some values, so that many values do not take
// much longer than a few. What took longer or was not looked at, and PCRE that neither has (recursion, verbs), makes an answer NotEvaluated
// unless it does not depend on it. Where the text leaves something open, doc/divergences.md says what is done here.
package pattern
