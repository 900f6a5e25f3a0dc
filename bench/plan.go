package main

import "time"

// plan says how large the measurements are.
type plan struct {
	rounds     int
	budget     time.Duration // of one figure in one round; a pass over a collection that has begun is finished
	most       time.Duration // but not after so long; what one request of each client would need longer for is left out, with a note
	stay       time.Duration // with one exchange in one round; rows that are not reached in it are left out, with a note
	patience   time.Duration // half of what one answer may take
	clients    []int         // how many ask at once; the first is 1, and tells how long the others would take
	exchange   []int         // objects in each collection when exchanges are compared
	writes     int           // envelopes of each of eight writers beside a poller
	imports    []int         // objects in each imported bundle
	held       []int         // objects in each store that is read, and indicators in each that is asked by programs
	remembered int           // rows of the history that is hunted in, those of names above others not counted
	sightings  [2]int        // observations of many patterns, and of one
	logged     int64         // bytes of each log that is matched
	indicators []int         // values of each list that is looked for in logs
	matched    int           // of these, the one for all logs
	compared   int           // and the one for programs that look for strings

	catalogues    int           // how many catalogues of incidents are imported,
	incidents     int           // or how many incidents are generated where there are none
	looked        time.Duration // how long pages of the watch are asked for, at rest and while something comes in
	organisations int           // whose members ask for them after that
}

// timeout is when a client stops waiting for an answer.
func (p plan) timeout() time.Duration { return 2 * p.patience }

// tenMillion is what -huge adds: it takes two hours and 40 GB of disk.
const tenMillion = 10_000_000

var quick = plan{
	rounds: 1, budget: 200 * time.Millisecond, most: 5 * time.Second, stay: 30 * time.Second, patience: 5 * time.Second,
	clients: []int{1, 8}, exchange: []int{200}, writes: 5,
	imports: []int{10_000, 50_000}, held: []int{50_000}, remembered: 1_000_000,
	sightings: [2]int{100, 10_000},
	logged:    50e6, indicators: []int{10_000, 100_000}, matched: 100_000, compared: 10_000,
	catalogues: 1, incidents: 7_000, looked: 5 * time.Second, organisations: 10,
}

var whole = plan{
	rounds: 2, budget: time.Second, most: 10 * time.Second, stay: 75 * time.Second, patience: time.Minute,
	clients: []int{1, 8, 64}, exchange: []int{1_000, 10_000}, writes: 10,
	imports: []int{10_000, 100_000, 1_000_000}, held: []int{1_000_000}, remembered: 60_000_000,
	sightings: [2]int{1_000, 100_000},
	logged:    1e9, indicators: []int{10_000, 100_000, 1_000_000, 10_000_000}, matched: 1_000_000, compared: 100_000,
	catalogues: len(catalogues), incidents: 27_500, looked: time.Minute, organisations: 50,
}
