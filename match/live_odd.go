package match

import (
	"context"
	"sync"
	"time"

	"threatwatch"
	"threatwatch/release"
)

// odds are the objects that are not shown in the same way to everyone who sees one of their labels: parts of them, or what they refer to, may be stricter,
// or there are versions under several labels. Each view is asked about them.
type odds struct {
	ids    []string         // that are or were odd; the place is the number
	is     []bool           // of a number
	number map[string]int32 // of an id
	of     map[int64]int32  // key of an assertion to the number
	news   []int32          // numbers to which something happened, in order
	era    int              // rises when news begin anew
}

// reading is how far a view knows the news.
type reading struct{ era, n int }

// maxNews is how many news are kept for views that lag behind.
const maxNews = 1 << 16

func newOdds() odds { return odds{number: map[string]int32{}, of: map[int64]int32{}, era: 1} }

func (o *odds) idOf(key int64) (string, bool) {
	n, ok := o.of[key]
	if !ok {
		return "", false
	}
	return o.ids[n], true
}

// put takes in which objects are odd now, of those that were placed.
func (o *odds) put(p *places) {
	for _, name := range p.struck {
		delete(o.of, name.key)
	}
	for id := range p.several {
		keys, odd := p.odd[id]
		n, known := o.number[id]
		if !odd && !known {
			continue
		}
		if !known {
			n = int32(len(o.ids))
			o.number[id] = n
			o.ids, o.is = append(o.ids, id), append(o.is, false)
		}
		o.is[n] = odd
		for _, key := range keys {
			o.of[key] = n
		}
		o.news = append(o.news, n)
	}
	if len(o.news) > maxNews {
		o.news, o.era = nil, o.era+1
	}
}

// question is what a view is to be asked.
type question struct {
	anew    bool // about everything
	numbers []int32
	ids     []string
	struck  []claimName // what it said before
	read    reading
}

// since asks about the news behind a reading, or about everything.
func (o *odds) since(r reading, all bool) question {
	q := question{anew: all || r.era != o.era, read: reading{o.era, len(o.news)}}
	ask := func(n int32) {
		if o.is[n] {
			q.numbers, q.ids = append(q.numbers, n), append(q.ids, o.ids[n])
		}
	}
	if q.anew {
		for n := range o.ids {
			ask(int32(n))
		}
		return q
	}
	seen := map[int32]bool{}
	for _, n := range o.news[r.n:] {
		if !seen[n] {
			seen[n] = true
			q.struck = append(q.struck, claimName{key: keyOf(n)})
			ask(n)
		}
	}
	return q
}

// keyOf is the key of claims of an odd object.
func keyOf(number int32) int64 { return int64(number) + 1 }

// own is what a view shows of what is odd.
type own struct {
	mu    sync.Mutex // protects what follows; taken before that of a Live
	state *state
	read  reading
	asked time.Time     // when it was last asked about everything
	took  time.Duration // and how long that took
	used  time.Time     // protected by the mutex of owns
	owns  *owns
}

// old says that everything is to be asked about again: what others did, or the clock, may have changed what the view shows of an object to which
// nothing happened.
func (o *own) old() bool { return time.Since(o.asked) > o.owns.stands(o.took) }

// learn asks a view.
func (o *own) learn(ctx context.Context, v *release.View, q question) error {
	began := time.Now()
	s := o.state
	if q.anew {
		s = &state{}
	}
	l := NewLoader(Policy{})
	if err := v.ShowEach(ctx, q.ids, func(which int, it *release.Item) error { return l.item(it, keyOf(q.numbers[which])) }); err != nil {
		return err
	}
	if err := l.c.seal(); err != nil {
		return err
	}
	s = s.without(q.struck).with(l.c)
	if from := s.due(0, mergeAtOnce); from >= 0 {
		var err error
		if s, err = s.merged(from); err != nil {
			return err
		}
	}
	if o.state, o.read = s, q.read; q.anew {
		o.asked, o.took = began, time.Since(began)
	}
	return nil
}

// owns are those of the views that asked last.
type owns struct {
	stands func(took time.Duration) time.Duration // how long what a view said is good, by how long it took to say it

	mu sync.Mutex // protects what follows
	by map[string]*own
}

// keptOwns bounds them.
const keptOwns = 64

func newOwns() owns { return owns{stands: stands, by: map[string]*own{}} }

// stands is a second, and so long that asking takes a tenth of the time at most.
func stands(took time.Duration) time.Duration { return max(time.Second, 10*took) }

// of finds or makes that of a view, in place of the one that was not used for longest.
func (x *owns) of(v *release.View) *own {
	key := v.Key()
	x.mu.Lock()
	defer x.mu.Unlock()
	o := x.by[key]
	if o == nil {
		if len(x.by) == keptOwns {
			oldest := ""
			for k, e := range x.by {
				if oldest == "" || e.used.Before(x.by[oldest].used) {
					oldest = k
				}
			}
			delete(x.by, oldest)
		}
		o = &own{state: &state{}, owns: x}
		x.by[key] = o
	}
	o.used = time.Now()
	return o
}

// doubts are what a view says of the odd indicators that were found, once each: it may have ceased to show one since it was asked about all.
type doubts struct {
	mu    sync.Mutex                 // protects what follows
	named map[string]map[string]bool // by id: values, and patterns
	err   error
}

// settle says whether the view shows an indicator that names a value.
func (d *doubts) settle(ctx context.Context, v *release.View, c *Claim, value string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	named, known := d.named[c.ID]
	if !known {
		named = map[string]bool{}
		l := NewLoader(Policy{})
		if err := v.Get(ctx, c.ID, l.Item); err != nil && threatwatch.KindOf(err) != threatwatch.NotFound {
			d.err = err
			return false
		}
		for said := range l.All() {
			text := said.String()
			if said.rule == below {
				text = "*." + text
			}
			named[text] = true
		}
		for p := range l.Compounds() {
			named[p.Text] = true
		}
		d.named[c.ID] = named
	}
	c.Key = 0
	return named[value]
}

func (d *doubts) failed() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}
