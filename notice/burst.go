package notice

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"threatwatch"
	"threatwatch/stix"
	"threatwatch/watch/index"
)

// Who asks for burst=N gets at most N items an hour: an import of thousands of records is one line to somebody who reads. Programs that want all do not ask
// for it. In a feed the hours are those of the clock, so that the same incidents always give the same feed; in a stream an hour is the sixty minutes before
// an event.

// mostAnHour reads burst=N; 0: all.
func mostAnHour(q url.Values) (int, error) {
	v := q.Get("burst")
	if v == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, threatwatch.Errorf(threatwatch.Invalid, "burst=%s: write how many items an hour are told one by one, at least 1", v)
	}
	return n, nil
}

// burst is an hour in which more changed than is told one by one.
type burst struct {
	hour    time.Time
	updated time.Time // the last change in it
	n       int
	highest stix.Level // the strictest marking of what is counted
}

func (b burst) title() string {
	return fmt.Sprintf("%d incidents came in or changed between %s and %s UTC on %s", b.n, b.hour.Format("15:04"), b.hour.Add(time.Hour).Format("15:04"), b.hour.Format("2 January 2006"))
}

// id is the same for ever, whatever changes: the address of the feed and the hour.
func (b burst) id(f *feed) string { return f.first() + "#" + b.hour.Format("2006-01-02T15") }

// collapse takes the entries of full hours out of a list, of which the last changed stands first.
func collapse(list []*index.Entry, most int) (kept []*index.Entry, bursts []burst) {
	for i := 0; i < len(list); {
		b := burst{hour: list[i].Changed().UTC().Truncate(time.Hour), updated: list[i].Changed()}
		for i+b.n < len(list) && !list[i+b.n].Changed().Before(b.hour) {
			b.highest = max(b.highest, list[i+b.n].Highest)
			b.n++
		}
		if b.n > most {
			bursts = append(bursts, b)
		} else {
			kept = append(kept, list[i:i+b.n]...)
		}
		i += b.n
	}
	return kept, bursts
}

// rate lets through what a stream tells one by one.
type rate struct {
	most int         // an hour; 0: all
	told []time.Time // when what was told came in
	full bool        // the reader knows that more came in
}

// admits says whether an event is told; else whether it is the first that is not.
func (r *rate) admits(e Event) (told, first bool) {
	if r.most == 0 {
		return true, false
	}
	for len(r.told) > 0 && !r.told[0].After(e.At.Add(-time.Hour)) {
		r.told = r.told[1:]
	}
	if len(r.told) < r.most {
		r.told, r.full = append(r.told, e.At), false
		return true, false
	}
	first, r.full = !r.full, true
	return false, first
}

// limited writes events to a reader who asked for at most so many an hour: of what goes beyond that, one that leads to the list.
func (s *stream) limited(r *rate, filter *index.Filter) func(Event) error {
	return func(e Event) error {
		told, first := r.admits(e)
		switch {
		case told:
			return s.event(e)
		case !first:
			return nil
		}
		q := filter.Query()
		q.Set("by", "added")
		data, err := json.Marshal(map[string]string{"type": "burst", "timestamp": Moment(e.At), "url": s.base + "/incidents" + encoded(q),
			"text": fmt.Sprintf("More than %d events came within an hour. Those that follow are not told one by one.", r.most)})
		if err != nil {
			return err
		}
		return s.write(fmt.Sprintf("id: %s\nevent: burst\ndata: %s\n\n", e.Cursor, data))
	}
}
