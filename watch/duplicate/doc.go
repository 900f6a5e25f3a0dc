// Package duplicate proposes which incidents of different sources may tell of the same event. It decides nothing: a person says that two are the same, or
// that they are not, and may take it back.
//
// What speaks for a pair and what against it is counted in points, each with its reason in plain words. Which pairs are looked at is found by what two
// records share (an address, the name of a victim, rare words) within a time, so that the work grows with the number of records and not with its square.
// Nothing is read but an index, which holds what its reader may see.
package duplicate
