// Package history remembers which values were seen in logs, by day, small enough to keep for years, and answers whether, when, where and how
// often one was.
//
//	w, err := history.Create(dir)                                    // one Writer a goroutine, any number a directory
//	err = w.Record(&record, "dns-1", at)                             // a record from a scanner of room logs
//	err = w.Close()
//
//	h, err := history.Open(dir)
//	v, ok := match.Guess("evil[.]example")
//	asks, err := h.Asks(v)                                           // what would be found if it had been an indicator
//	seen, faults := h.Hunt(ctx, []history.Key{asks[0].Key}, history.Span{})
//
// # What is kept
//
// A row for each distinct value, sensor and hour: how often, and the first and last second in that hour. The value itself is not kept, but 64 bits
// of SipHash-2-4 over its class and its canonical form (room match), under the key of the directory. So nobody can craft a value that collides with another,
// whoever holds only segments cannot test guesses, and a hit rests on 64 bits: among n distinct values a day, m hunted ones meet
// m·n/2^64 false hits a day. That is 3·10^-8 for ten thousand among sixty million, and is said with each answer.
//
// A field is remembered by the parts that indicators name, as a matcher takes it apart: a URL also by its host, a mailbox by its domain, a path
// by its file. And it counts for what is above it, under a key of another sort, so that an indicator finds most of what it covers:
//
//   - a domain for its registrable domain (by the Public Suffix List) and for the two names next below that, where it lies beneath them;
//   - a URL with a query for itself without;
//   - an IPv6 address for its /64.
//
// Networks are hunted by looking up all that is in them: IPv4 from /16, IPv6 from /48 to /64 by networks of 64 bits and from /112 by addresses.
// Not found are: names under a domain further down than that, wider networks, URL paths on any host, subkeys of a registry key.
//
// # Files
//
//	DIR/key                          16 random bytes in hexadecimal, made once. Directories with the same key can be poured together.
//	DIR/2026-11-25.<id>.seen         a segment: rows of one day (UTC), never changed after it has its name
//	DIR/2026-11-25.lock              held while segments of the day are merged
//	DIR/.new-*                       being written, or left behind by a crash: no reader looks at it
//
// A segment gets its name by rename after fsync: a process that dies loses what it had not yet flushed, and nothing else. Writers share nothing
// but the key, so any number of processes may append. Merge makes one segment of several; it names those it replaces, which do not count
// any more from the moment it has its name, and are removed then. To forget a month, remove its files.
//
// Counts are of what was remembered: a log that is remembered twice counts twice.
package history
