package stix

import (
	"bytes"
	"errors"
	"io"
)

// ReadObjectLines is [ReadObjects] for text that may hold one value a line (NDJSON): a line that is no JSON goes to broken, with its number
// counted from 1, and the lines after it are still read. A text is taken for lines when a value before the fault stands alone on a line, or
// when the line behind the fault is a value by itself; any other text ends at its first fault. An error of f or broken ends the reading.
func ReadObjectLines(r io.Reader, f func(raw []byte, spec20 bool) error, broken func(line int, raw []byte, fault *SyntaxError) error) error {
	w, err := openWindow(r, windowSize)
	if err != nil {
		return err
	}
	l := &lineReader{w: w, f: f, broken: broken}
	return w.objects(l.object, l.onward)
}

// A lineReader goes on behind lines that are no JSON.
type lineReader struct {
	w       *window
	f       func(raw []byte, spec20 bool) error
	broken  func(line int, raw []byte, fault *SyntaxError) error
	stopped bool // by f
}

func (l *lineReader) object(raw []byte, spec20 bool) error {
	err := l.f(raw, spec20)
	l.stopped = l.stopped || err != nil
	return err
}

// onward reads the rest of the text line by line when err is a fault of the value at start and the text consists of lines. Alone says that a
// value before stands alone on its line. Of an array or a bundle the objects before the fault have been handed over.
func (l *lineReader) onward(err error, start int64, alone bool) error {
	fault, ok := errors.AsType[*SyntaxError](err)
	if !ok || l.stopped {
		return err
	}
	held := l.w.keep <= start
	if !alone && !(held && l.valueBehind(start)) {
		return err
	}
	at := start
	if !held {
		end, err := l.w.pass(l.w.keep, lineEnd)
		if err != nil {
			return err
		}
		if err := l.broken(l.w.line(l.w.keep), l.w.text(l.w.keep, end), fault); err != nil {
			return err
		}
		at = end
	}
	return l.lines(at)
}

// valueBehind says whether the line behind the one at an offset is a value by itself.
func (l *lineReader) valueBehind(at int64) bool {
	end, err := l.w.pass(at, lineEnd)
	if err != nil {
		return false
	}
	next, c, err := l.w.space(end)
	if err != nil || c != '{' && c != '[' {
		return false
	}
	end, err = l.w.pass(next, lineEnd)
	if err != nil {
		return false
	}
	line := l.w.text(next, end)
	i, err := skipValue(line, 0)
	return err == nil && skipSpace(line, i) == len(line)
}

// lines reads each line from an offset on as a text of its own.
func (l *lineReader) lines(at int64) error {
	for {
		l.w.keep = at
		from, _, err := l.w.space(at)
		if err != nil || l.w.ends(from) {
			return err
		}
		if at, err = l.w.pass(from, lineEnd); err != nil {
			return err
		}
		line := l.w.text(from, at)
		one := window{b: line, base: from, keep: from, eof: true}
		err = one.objects(l.object, nil)
		if fault, ok := errors.AsType[*SyntaxError](err); ok && !l.stopped {
			err = l.broken(l.w.line(from), line, fault)
		}
		if err != nil {
			return err
		}
	}
}

func lineEnd(b []byte, i int) (int, error) {
	if n := bytes.IndexByte(b[i:], '\n'); n >= 0 {
		return i + n, nil
	}
	return len(b), nil
}
