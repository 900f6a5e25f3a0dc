package syntax

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is why a text is no pattern.
type Error struct {
	Offset       int // of the byte where it shows
	Line, Column int // the same for people: from 1, the column in characters
	Section      string
	Msg          string
}

func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s (STIX 2.1 %s)", e.Line, e.Column, e.Msg, e.Section)
}

// Excerpt returns the line of the pattern at which the error shows, cut to fit a terminal, and the column of the place in it.
func (e *Error) Excerpt(pattern string) (line string, column int) {
	const before, after = 50, 30
	start := strings.LastIndexByte(pattern[:e.Offset], '\n') + 1
	line, _, _ = strings.Cut(pattern[start:], "\n")
	runes := []rune(line)
	column = e.Column - 1
	if column+after < len(runes) {
		runes = append(runes[:column+after:column+after], '…')
	}
	if column > before {
		runes, column = append([]rune{'…'}, runes[column-before:]...), before+1
	}
	return string(runes), column
}

// newError finds line and column of a place.
func newError(text string, at int, section, msg string) *Error {
	head := text[:at]
	line := strings.LastIndexByte(head, '\n') + 1
	return &Error{Offset: at, Line: strings.Count(head, "\n") + 1, Column: utf8.RuneCountInString(head[line:]) + 1, Section: section, Msg: msg}
}
