// Package match finds indicators in log records: which value of which field of which record somebody has said something about.
//
// An [Index] holds the values of indicators in memory and is updated while it is read:
//
//	b := match.NewBuilder()
//	v, ok := match.Guess("hxxp://evil[.]example/a")       // or Canon, when the class is known
//	b.Add(v, match.Claim{ID: "indicator--…", Source: "Our feed"})
//	x, err := b.Index()
//	m := x.Matcher()                                      // one a goroutine
//	hits = m.Match(&record, hits[:0])                     // records from a scanner of room logs
//	found := x.Lookup("198.51.100.7", time.Now())         // one value, as a person would type it
//	err = x.Update(entries, ids)                          // from one writer; readers go on
//
// Read fills a Builder from whatever people keep indicators in. Both sides are brought to one spelling before they are compared (see
// canon.go), and what was compared loosely says so in [Hit.How]. A value that nobody named costs a look into a table of recent misses
// and, failing that, one into an approximate filter; only what passes is looked up exactly, so that nothing is missed and nothing is made up.
//
// When a record says when it happened, an indicator counts only if it was valid then; a record without a time is taken to be of now.
// Known good values are marked ([WarningLists]), never left out.
package match
