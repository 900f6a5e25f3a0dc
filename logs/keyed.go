package logs

import "bytes"

// keyedTime returns the time of a line of names and values, as FortiGate writes them: eventtime=, counted since 1970, or else date=, time= and perhaps tz=.
func (r *Record) keyedTime(line []byte) []byte {
	if !bytes.Contains(line[:min(len(line), maxTextTime)], []byte("date=")) {
		return nil
	}
	if v := valueAt(line, "eventtime="); len(v) > 0 && isNumber(v) {
		return v
	}
	day, clock := valueAt(line, "date="), valueAt(line, "time=")
	if len(day) == 0 || len(clock) == 0 {
		return nil
	}
	from := len(r.scratch)
	r.scratch = append(append(append(r.scratch, day...), ' '), clock...)
	r.scratch = append(r.scratch, valueAt(line, "tz=")...)
	return r.scratch[from:len(r.scratch):len(r.scratch)]
}

// valueAt returns what stands behind a name at the beginning of a word, without the quotation marks around it.
func valueAt(line []byte, name string) []byte {
	for i := 0; ; i++ {
		n := bytes.Index(line[i:], []byte(name))
		if n < 0 {
			return nil
		}
		if i += n; i > 0 && line[i-1] != ' ' && line[i-1] != '>' && line[i-1] != '\t' {
			continue
		}
		v := line[i+len(name):]
		if quoted, ok := bytes.CutPrefix(v, []byte(`"`)); ok {
			v, _, _ = bytes.Cut(quoted, []byte(`"`))
			return v
		}
		v, _, _ = bytes.Cut(v, []byte(" "))
		return v
	}
}
