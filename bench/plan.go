package main

import "time"

// plan says how large the measurements are.
type plan struct {
	command string // that runs this plan

	rounds   int
	budget   time.Duration // of one figure in one round; work that has begun is always finished
	patience time.Duration // a figure that would take longer is left out, with a note
	clients  []int         // how many ask at once; the first is 1, and tells how long the others would take
	exchange []int         // objects in each collection when exchanges are compared
	imports  []int         // objects in each imported bundle
	held     int           // objects in the store that is read
}

var quick = plan{
	command: "make bench-quick",
	rounds:  2, budget: 200 * time.Millisecond, patience: 5 * time.Second,
	clients: []int{1, 8}, exchange: []int{200},
	imports: []int{10_000, 50_000}, held: 50_000,
}

var whole = plan{
	command: "make bench",
	rounds:  3, budget: 2 * time.Second, patience: time.Minute,
	clients: []int{1, 8, 64}, exchange: []int{1_000, 10_000},
	imports: []int{10_000, 100_000, 1_000_000}, held: 1_000_000,
}
