package duplicate

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"threatwatch/watch/index"
	"threatwatch/watch/measure"
)

// record is what of an entry is compared.
type record struct {
	*index.Entry
	words     []weighed // by number
	victims   map[string]string
	addresses []string
	flaws     []string // CVE numbers
	accused   []string // what the measures take for one is one
	from, to  time.Time
	known     measure.Names
}

// weighed is a word by its number in the lexicon, with how much it tells: what stands in the title tells more than what stands in the text.
type weighed struct {
	word   int32
	weight float64
}

// How much a word tells by where it stands, beside how rare it is.
const (
	inTitle = 1.0
	inText  = 0.5
)

// lexicon numbers words and counts in how many records each stands.
type lexicon struct {
	number map[string]int32
	count  []int
	word   []string
}

func (l *lexicon) of(word string) int32 {
	n, ok := l.number[word]
	if !ok {
		n = int32(len(l.count))
		l.number[word], l.count, l.word = n, append(l.count, 0), append(l.word, word)
	}
	return n
}

// rarity is how much a word tells: nothing if it stands in many records, as "and" does.
func (l *lexicon) rarity(word int32, of int) float64 {
	n := math.Log(float64(of))
	return max(0, n-math.Log(float64(l.count[word]))-n/5)
}

var cve = regexp.MustCompile(`CVE-\d{4}-\d{4,}`)

// read prepares an entry. Words are only counted here; they are weighed when all are known.
func (l *lexicon) read(x *index.Index, e *index.Entry) *record {
	r := &record{Entry: e, victims: map[string]string{}, known: x.Known}
	places := map[int32]float64{}
	add := func(words []string, weight float64) {
		for _, w := range words {
			n := l.of(w)
			places[n] = max(places[n], weight)
		}
	}
	add(titleWords(e.Title()), inTitle)
	add(wordsOf(e.Text), inText)
	for _, v := range e.Facts.Victims {
		add(wordsOf(v.Name), inTitle)
		add(wordsOf(v.Words), inText)
		if name := nameOf(v.Name); name != "" {
			r.victims[name] = v.Name
		}
	}
	for n, weight := range places {
		l.count[n]++
		r.words = append(r.words, weighed{n, weight})
	}
	slices.SortFunc(r.words, func(a, c weighed) int { return int(a.word) - int(c.word) })
	for _, ref := range e.References {
		if a := addressOf(ref.URL); a != "" {
			r.addresses = append(r.addresses, a)
		}
		r.flaws = append(r.flaws, cve.FindAllString(ref.ExternalID, -1)...)
	}
	r.flaws = distinct(append(r.flaws, cve.FindAllString(e.Title()+" "+e.Text, -1)...))
	r.addresses = distinct(r.addresses)
	for _, c := range own(e) {
		r.accused = append(r.accused, x.Known.Resolve(c.Claim.Accused))
	}
	r.accused = distinct(r.accused)
	r.from, r.to = span(e)
	return r
}

// weigh gives the words of a record their weights, of which the squares add up to 1.
func (l *lexicon) weigh(r *record, of int) {
	sum := 0.0
	for i := range r.words {
		w := &r.words[i]
		w.weight *= l.rarity(w.word, of)
		sum += w.weight * w.weight
	}
	if sum == 0 {
		return
	}
	for i := range r.words {
		r.words[i].weight /= math.Sqrt(sum)
	}
}

// span is the time in which an incident lies, from its first step to the last one that is told; the zero times when none is.
func span(e *index.Entry) (from, to time.Time) {
	for _, m := range e.Facts.Milestones {
		if !m.Known() {
			continue
		}
		lo, hi := m.Span()
		if from.IsZero() || lo.Before(from) {
			from = lo
		}
		if hi.After(to) {
			to = hi
		}
	}
	return from, to
}

// addressOf is a web address as it is compared: without scheme, www and fragment. The front page of a site is no source.
func addressOf(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
		return ""
	}
	a := strings.TrimPrefix(strings.ToLower(u.Host), "www.") + strings.TrimRight(u.Path, "/")
	if u.RawQuery != "" {
		a += "?" + u.RawQuery
	}
	return a
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
