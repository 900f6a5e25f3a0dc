// Package syntax is the form of the STIX patterning language (STIX 2.1 §9): texts to trees and back. It knows nothing of observations.
//
//	p, err := syntax.Parse("[file:name = 'x' OR file:size > 5] REPEATS 2 TIMES") // *syntax.Error: where, and which section
//	p.String()                         // one form for each tree; parsing it gives the same tree
//	for c := range p.Comparisons() {}  // each comparison: path, operator, constants, negation
//	cond, ok := p.Single()             // what stands in the brackets, when that is the whole pattern
//
// A tree has two floors. Observation expressions ([Observation], [Combination], [Qualified]) speak of several observations; conditions
// ([Junction], [Comparison]) of one object. What parentheses say is in the shape of the tree; they are not kept as such.
//
// Taken beyond the text, as the grammar of OASIS does: == and <>, a plus sign, hexadecimal digits in upper case, comments. In version 2.0
// strings stand behind START and STOP. A text has at most [MaxText] bytes and [MaxDepth] parentheses inside one another.
package syntax
