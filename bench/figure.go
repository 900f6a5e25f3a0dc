package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// figure is what one round found about one thing of one system.
type figure struct {
	rate          float64 // units a second
	mbps          float64 // MB/s of answers
	p50, p95, p99 time.Duration
	slowest       time.Duration // request
	cut           bool          // ended before the work was, because it took too long
	own           float64       // how much of a core the load generator itself used
	done, failed  int           // requests
	err           error         // why the last one failed
}

// summarise makes a figure of the requests of one round.
func summarise(times []time.Duration, units int, bytes int64, took time.Duration) figure {
	f := figure{done: len(times), rate: float64(units) / took.Seconds(), mbps: float64(bytes) / 1e6 / took.Seconds()}
	if len(times) > 0 {
		slices.Sort(times)
		at := func(q float64) time.Duration { return times[int(math.Ceil(q*float64(len(times))))-1] }
		f.p50, f.p95, f.p99, f.slowest = at(.50), at(.95), at(.99), at(1)
	}
	return f
}

// median is the middle of the values, the mean of the two in the middle when they are even in number.
func median(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	if n == 0 {
		return 0
	}
	return (v[(n-1)/2] + v[n/2]) / 2
}

// spread is half of the distance from lowest to highest as a share of the median.
func spread(values []float64) float64 {
	if len(values) == 0 || median(values) == 0 {
		return 0
	}
	return (slices.Max(values) - slices.Min(values)) / 2 / median(values)
}

// medianOf is the median of one property of figures.
func medianOf(figures []figure, of func(figure) float64) float64 {
	var v []float64
	for _, f := range figures {
		v = append(v, of(f))
	}
	return median(v)
}

// number prints three digits that count, with thousands apart.
func number(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x < 10:
		return fmt.Sprintf("%.2g", x)
	case x < 1000:
		return fmt.Sprintf("%.0f", x)
	}
	digits := math.Pow(10, math.Floor(math.Log10(x))-2)
	return thousands(int(math.Round(x/digits) * digits))
}

// thousands prints 1234567 as 1,234,567.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// short prints a duration in the unit that suits it.
func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.2f ms", d.Seconds()*1e3)
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func seconds(x float64) time.Duration { return time.Duration(x * float64(time.Second)) }

func durations(list []float64) (d []time.Duration) {
	for _, x := range list {
		d = append(d, seconds(x))
	}
	return d
}
