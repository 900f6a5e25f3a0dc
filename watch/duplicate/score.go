package duplicate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"threatwatch/country"
	"threatwatch/watch/index"
)

// Reason is one thing that speaks for a pair, or against it, in plain words. The points of all reasons and [Base] add up to the score.
type Reason struct {
	Kind   string  `json:"kind"` // report, flaw, victim, actor, words, time, country, sector
	Words  string  `json:"words"`
	Points float64 `json:"points"` // below 0: against
}

// How much a likeness speaks for a pair: how much more often it is found in pairs that are the same than in others, as a logarithm. A regression over half
// of the pairs of real catalogues that rest on one report gave nearly these; doc/watch.md tells how good they are.
const (
	Base         = -4.0 // of two records that share nothing but a word
	sameAddress  = 4.0
	sameFlaw     = 2.0
	sameVictim   = 2.0
	sameActor    = 2.0 // one that few incidents name; less for those that many name
	sameWords    = 8.0 // all words the same
	sameDays     = 2.5 // overlapping, both within three months
	sameMonth    = 1.5
	sameYear     = 1.5 // overlapping, both within two years
	sameYears    = 0.2
	sameSector   = 1.0
	sameCountry  = 0.5
	otherCountry = -2.0
	otherTime    = -2.0
)

// Bounds of time: what lies further apart is not compared.
const (
	month    = 31 * 24 * time.Hour
	quarter  = 3 * month
	year     = 366 * 24 * time.Hour
	farthest = 2 * year
)

// scorer holds what of all records the score of two depends on.
type scorer struct {
	lexicon *lexicon
	of      int            // how many records
	holders map[string]int // of an address, an actor: how many records
}

// apart is how much time lies between two records at least; ok is false where one of them has no date.
func apart(a, b *record) (gap time.Duration, ok bool) {
	if a.from.IsZero() || b.from.IsZero() {
		return 0, false
	}
	return max(0, a.from.Sub(b.to), b.from.Sub(a.to)), true
}

// reasons are what speaks for two records being the same and what speaks against it. The order of the two makes no difference.
func (s *scorer) reasons(a, b *record) (list []Reason) {
	add := func(kind string, points float64, format string, args ...any) {
		list = append(list, Reason{kind, fmt.Sprintf(format, args...), math.Round(points*10) / 10})
	}
	if u := shared(a.addresses, b.addresses); len(u) > 0 {
		fewest := slices.MinFunc(u, func(p, q string) int { return cmp.Or(s.holders[p]-s.holders[q], cmp.Compare(p, q)) })
		add("report", sameAddress*s.rare(fewest), "both rest on %s", fewest)
	}
	if f := shared(a.flaws, b.flaws); len(f) > 0 {
		add("flaw", sameFlaw, "both name %s", enumerate(f))
	}
	for name, called := range a.victims {
		if other, ok := b.victims[name]; ok {
			add("victim", sameVictim, "same victim: %s", min(called, other))
			break
		}
	}
	if who := shared(a.accused, b.accused); len(who) > 0 {
		fewest := slices.MinFunc(who, func(p, q string) int { return cmp.Or(s.holders[p]-s.holders[q], cmp.Compare(p, q)) })
		add("actor", sameActor*s.rare(fewest), "both are attributed to %s", actorName(a, b, fewest))
	}
	s.wording(a, b, add)
	timing(a, b, add)
	place(a, b, add)
	if n := shared(a.Sectors(), b.Sectors()); len(n) > 0 {
		add("sector", sameSector, "same sector: %s", strings.ReplaceAll(enumerate(n), "-", " "))
	}
	return list
}

type adder func(kind string, points float64, format string, args ...any)

// rare is 1 for what only two records have, and less the more have it.
func (s *scorer) rare(key string) float64 {
	return max(0, 1-math.Log2(float64(max(s.holders[key], 2))/2)/6)
}

// wording compares the words: the cosine of the two, with what is rare weighing most.
func (s *scorer) wording(a, b *record, add adder) {
	type told struct {
		word   string
		weight float64
	}
	var words []told
	sum := 0.0
	for _, w := range a.words {
		if p := w.weight * b.weightOf(w.word); p > 0 {
			sum += p
			words = append(words, told{s.lexicon.word[w.word], p})
		}
	}
	if sum == 0 {
		return
	}
	slices.SortFunc(words, func(p, q told) int { return cmp.Or(cmp.Compare(q.weight, p.weight), cmp.Compare(p.word, q.word)) })
	var most []string
	for _, w := range words {
		if len(most) < enumerated && !joinedOf(w.word, func(part string) bool { return slices.ContainsFunc(words, func(o told) bool { return o.word == part }) }) {
			most = append(most, w.word)
		}
	}
	add("words", sameWords*math.Sqrt(sum), "words that both tell: %s", enumerate(most))
}

// joinedOf says whether a word is two others written as one.
func joinedOf(word string, known func(string) bool) bool {
	for i := 1; i < len(word)-1; i++ {
		if known(word[:i]) && known(word[i:]) {
			return true
		}
	}
	return false
}

func timing(a, b *record, add adder) {
	gap, ok := apart(a, b)
	longest := max(a.to.Sub(a.from), b.to.Sub(b.from))
	switch {
	case !ok:
	case gap == 0 && longest <= quarter:
		add("time", sameDays, "their dates overlap")
	case gap == 0 && longest <= farthest:
		add("time", sameYear, "their dates overlap, within %s", spanWords(longest))
	case gap == 0: // long campaigns overlap with much
		add("time", sameYears, "their dates overlap, within %s", spanWords(longest))
	case gap <= month:
		add("time", sameMonth, "%s apart", days(gap))
	case gap > year:
		add("time", otherTime, "more than a year apart")
	}
}

// spanWords says how long something took, in months or years.
func spanWords(d time.Duration) string {
	if d > farthest {
		return fmt.Sprint(int(d/year), " years")
	}
	return fmt.Sprint(int(math.Ceil(float64(d)/float64(month))), " months")
}

func days(gap time.Duration) string {
	n := int(math.Ceil(gap.Hours() / 24))
	if n == 1 {
		return "one day"
	}
	return fmt.Sprint(n, " days")
}

func place(a, b *record, add adder) {
	p, q := a.Countries(), b.Countries()
	if len(p) == 0 || len(q) == 0 {
		return
	}
	both := shared(p, q)
	if len(both) == 0 {
		add("country", otherCountry, "victims in different countries: %s, %s", country.Name(min(p[0], q[0])), country.Name(max(p[0], q[0])))
		return
	}
	for i := range both {
		both[i] = country.Name(both[i])
	}
	add("country", sameCountry, "victims in the same country: %s", enumerate(both))
}

// shared is what two lists have in common, ascending.
func shared(p, q []string) (list []string) {
	for _, s := range p {
		if slices.Contains(q, s) {
			list = append(list, s)
		}
	}
	slices.Sort(list)
	return list
}

// enumerated bounds what a reason names.
const enumerated = 5

func enumerate(list []string) string {
	if more := len(list) - enumerated; more > 0 {
		return strings.Join(list[:enumerated], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(list, ", ")
}

// actorName is what the two call an actor that the measures know by an id.
func actorName(a, b *record, id string) string {
	var names []string
	for _, r := range []*record{a, b} {
		for _, c := range own(r.Entry) {
			if r.known.Resolve(c.Claim.Accused) == id {
				names = append(names, c.Accused.Label())
			}
		}
	}
	slices.SortFunc(names, func(p, q string) int { return cmp.Or(len(p)-len(q), cmp.Compare(p, q)) })
	return names[0]
}

// Pair is two incidents of different sources that may be the same event.
type Pair struct {
	A, B    *index.Entry // A has the smaller id
	Score   float64
	Reasons []Reason // what tells most first
}

// Band is how likely a score is, in one word.
func (p Pair) Band() string {
	switch {
	case p.Score >= strong:
		return "likely"
	case p.Score >= fair:
		return "possible"
	}
	return "faint"
}
