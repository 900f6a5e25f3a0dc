// Package csaf reads security advisories in the Common Security Advisory Framework (CSAF 2.0, OASIS) as STIX 2.1, and writes them again.
//
// A document is checked first: its structure and the mandatory tests of §6.1; one that breaks them is refused with all that is wrong. It becomes
// a report that keeps the document whole, a vulnerability for each that it tells of, and identities of its publisher and of the vendors. What
// of it lies beside it, digests and signatures, is checked by [Digest] and [Keys.Check].
package csaf

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strings"

	"threatwatch"
	"threatwatch/stix"
)

// beginning is how a document begins, whose members are in any order; one that begins with its vulnerabilities must say csaf_version or
// product_status early. A STIX object that keeps a document begins otherwise.
var beginning = regexp.MustCompile(`(?s)^\s*\{\s*(?:"(?:document|product_tree)"\s*:\s*\{|"\$schema"\s*:\s*"[^"]*csaf|"vulnerabilities"\s*:.*"(?:csaf_version|product_status)")`)

// Detect says whether a file that begins like this is an advisory, or several, one a line.
func Detect(begin []byte) bool {
	return beginning.Match(bytes.TrimPrefix(begin, []byte("\xef\xbb\xbf")))
}

// companion is how the other files of who publishes advisories begin (CSAF 2.0 §7.1): a ROLIE feed with its service and category documents, and
// the metadata of a provider or of an aggregator.
var companion = regexp.MustCompile(`(?s)^\s*\{\s*(?:"feed"\s*:.*csaf|"service"\s*:\s*\{\s*"workspace"|"categories"\s*:\s*\{\s*"category"|"aggregator"\s*:.*"namespace"|"canonical_url"\s*:.*"(?:metadata|aggregator)_version")`)

// DetectCompanion says whether a file that begins like this lists advisories and is none.
func DetectCompanion(begin []byte) bool {
	return companion.Match(bytes.TrimPrefix(begin, []byte("\xef\xbb\xbf")))
}

// Objects reads a document, or several, one a line, and calls f with every object that is made of them. held returns what is held of an identifier,
// nil when nothing is. What is refused is in faults, a document each; a document that is older than what is held of it changes nothing.
func Objects(raw []byte, held func(id string) *stix.Value, f func(*stix.Value) error) (faults []error, err error) {
	docs, err := split(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	if err != nil {
		return nil, err
	}
	for _, raw := range docs {
		doc, err := stix.ParseValue(raw)
		if err != nil {
			err = threatwatch.Errorf(threatwatch.Invalid, "the document cannot be read: %w", err)
		} else {
			err = refusal(doc)
		}
		if err == nil {
			err = older(doc, held)
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if err := write(doc, held, f); err != nil {
			return faults, err
		}
	}
	return faults, nil
}

// split divides several documents; one that stands alone may have lines of its own.
func split(raw []byte) ([][]byte, error) {
	first, rest, _ := bytes.Cut(bytes.TrimSpace(raw), []byte("\n"))
	if _, err := stix.ParseValue(first); err != nil || len(bytes.TrimSpace(rest)) == 0 {
		return [][]byte{raw}, nil
	}
	var docs [][]byte
	for line := range bytes.Lines(raw) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			docs = append(docs, line)
		}
	}
	return docs, nil
}

// maxTold is how many faults of a document are told.
const maxTold = 10

// refusal says why a document is refused, nil when it is not.
func refusal(doc *stix.Value) error {
	problems := Validate(doc)
	if len(problems) == 0 {
		return nil
	}
	var list []string
	for _, p := range problems[:min(len(problems), maxTold)] {
		list = append(list, p.Error())
	}
	if more := len(problems) - maxTold; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return threatwatch.Errorf(threatwatch.Invalid, "%s", strings.TrimSpace(doc.At("document.tracking.id").Text()+" "+strings.Join(list, "; ")))
}

// older refuses a document of which a later release is held (CSAF 2.0 §3.2.1.12.2).
func older(doc *stix.Value, held func(id string) *stix.Value) error {
	kept := documentOf(held(ReportID(doc)))
	if kept == nil {
		return nil
	}
	have, err := parseTime(kept.At("document.tracking.current_release_date").Text())
	if err != nil {
		return nil
	}
	if comes, _ := parseTime(doc.At("document.tracking.current_release_date").Text()); comes.Before(have) {
		return threatwatch.Errorf(threatwatch.Conflict, "%s version %s is older than version %s, which is held", doc.At("document.tracking.id").Text(),
			doc.At("document.tracking.version").Text(), kept.At("document.tracking.version").Text())
	}
	return nil
}

// Write writes the documents that reports keep, one a line.
func Write(objects iter.Seq2[*stix.Value, error], w io.Writer) error {
	for o, err := range objects {
		if err != nil {
			return err
		}
		if doc := documentOf(o); doc != nil {
			if _, err := w.Write(append(doc.AppendJSON(nil), '\n')); err != nil {
				return err
			}
		}
	}
	return nil
}
