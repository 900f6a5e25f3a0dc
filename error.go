// Package threatwatch holds what every room shares: the kinds of errors and the version.
//
// The tour of the house is in ARCHITECTURE.md.
package threatwatch

import (
	"errors"
	"fmt"
	"net/http"
)

// Kind says what sort of thing went wrong, in words that a caller can act on.
type Kind string

// The kinds. An error without one of them is internal: its text is for the log, never for the outside.
const (
	Invalid         Kind = "invalid"         // the request or object breaks a rule
	Unauthenticated Kind = "unauthenticated" // nobody said who is asking, or the proof is wrong
	Forbidden       Kind = "forbidden"       // known caller, not allowed
	NotFound        Kind = "not found"       // absent or withheld: the two answer alike
	Conflict        Kind = "conflict"        // somebody else changed it, or it exists with other content
	TooLarge        Kind = "too large"       // over a stated limit
	NotAcceptable   Kind = "not acceptable"  // no representation fits the Accept header
	Unsupported     Kind = "unsupported"     // the media type of the body is not one we read
	TooMany         Kind = "too many"        // rate or quota
	Unavailable     Kind = "unavailable"     // try again later
	Internal        Kind = "internal"        // everything else
)

// Error is an error of a known kind. Message is meant for the outside.
type Error struct {
	Kind    Kind
	Message string
	cause   error
}

// Errorf makes an error of kind k; %w keeps a cause for errors.Is and for the log.
func Errorf(k Kind, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: k, Message: err.Error(), cause: errors.Unwrap(err)}
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause given with %w, if any.
func (e *Error) Unwrap() error { return e.cause }

// KindOf returns the kind of err: Internal when it has none, "" when err is nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Message returns what the outside may read of err: the message of a known kind, never an internal cause.
func Message(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return "internal error"
}

// status is the one table between kinds and HTTP, read by servers and, the other way round, by clients.
var status = []struct {
	kind Kind
	code int
}{
	{Invalid, http.StatusBadRequest},
	{Invalid, http.StatusUnprocessableEntity},
	{Unauthenticated, http.StatusUnauthorized},
	{Forbidden, http.StatusForbidden},
	{NotFound, http.StatusNotFound},
	{Conflict, http.StatusConflict},
	{TooLarge, http.StatusRequestEntityTooLarge},
	{NotAcceptable, http.StatusNotAcceptable},
	{Unsupported, http.StatusUnsupportedMediaType},
	{TooMany, http.StatusTooManyRequests},
	{Unavailable, http.StatusServiceUnavailable},
}

// HTTPStatus returns the status code for kind k.
func HTTPStatus(k Kind) int {
	for _, s := range status {
		if s.kind == k {
			return s.code
		}
	}
	return http.StatusInternalServerError
}

// KindOfStatus returns the kind that an HTTP status code stands for.
func KindOfStatus(code int) Kind {
	for _, s := range status {
		if s.code == code {
			return s.kind
		}
	}
	return Internal
}
