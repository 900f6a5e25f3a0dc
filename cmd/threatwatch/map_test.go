package main

import (
	"encoding/csv"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestMap: the map's table and its file add up to the incidents of the list, filtered or not, and rows lead to lists that are as long as they say.
func TestMap(t *testing.T) {
	s := newSite(t)
	s.tell()
	c := s.browser()
	total := regexp.MustCompile(`<tr><th scope="row">All</th><td class="n">([0-9,]+)</td>`)
	for _, query := range []string{"", "?country=DE", "?q=hospital+group+vendor", "?status=denied&by=added"} {
		code, body, _ := s.get(c, "/map"+query)
		all := total.FindStringSubmatch(body)
		if code != http.StatusOK || all == nil {
			t.Fatalf("%s: %d", query, code)
		}
		want, _ := strconv.ParseFloat(strings.ReplaceAll(all[1], ",", ""), 64)
		_, file, _ := s.get(c, "/map.csv"+query)
		rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, row := range rows[1:] {
			share, err := strconv.ParseFloat(row[3], 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += share
		}
		if want < 1 || math.Abs(sum-want) > .001 {
			t.Errorf("%s: shares add up to %v, want %v", query, sum, want)
		}
	}
	_, body, _ := s.get(c, "/map?q=hospital+group+vendor")
	for _, want := range []string{`<a href="/incidents?country=DE&amp;q=hospital&#43;group&#43;vendor">Germany</a>`, ">Group A</a> 1", "Most often hit: Germany, in 1 of 1 incidents", `<a href="/map.csv?q=hospital&#43;group&#43;vendor">`, `<p class="paper">` + s.url + `/map?q=hospital&#43;group&#43;vendor</p>`} {
		if !strings.Contains(body, want) {
			t.Errorf("the map lacks %q", want)
		}
	}
	if _, body, _ := s.get(c, "/search?q=secret"); strings.Contains(body, `class="paper"`) {
		t.Error("what was searched for is printed")
	}
	if code, body, _ := s.get(c, "/map?country=Germany"); code != http.StatusBadRequest || !strings.Contains(body, `id="e-country"`) || !strings.Contains(body, `action="/map"`) {
		t.Errorf("a country that is none: %d", code)
	}
	if code, _, _ := s.get(c, "/map.csv?colour=red"); code != http.StatusBadRequest {
		t.Errorf("a key that is none: %d", code)
	}
}
