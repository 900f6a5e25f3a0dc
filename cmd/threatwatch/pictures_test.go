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

var (
	csvLinks = regexp.MustCompile(`href="(/(?:trends|actors|map)\.csv[^"]*)"`)
	figures  = regexp.MustCompile(`(?s)<figure.*?</figure>`)
)

// TestPictures: every picture of the watch is an image with a title and a description, has its table and its file, and the parts of every line of a
// file add up to what it says is all.
func TestPictures(t *testing.T) {
	s := newSite(t)
	s.tell()
	c := s.browser()
	files := 0
	for _, page := range []string{"/", "/actors", "/trends", "/map"} {
		_, body, _ := s.get(c, page)
		pictures := figures.FindAllString(body, -1)
		if len(pictures) == 0 {
			t.Errorf("%s has no picture", page)
		}
		for _, p := range pictures {
			for _, want := range []string{`role="img"`, "aria-labelledby=", "<desc id="} {
				if !strings.Contains(p, want) {
					t.Errorf("a picture of %s lacks %s", page, want)
				}
			}
			if strings.Contains(p, "map") {
				continue // its table follows it
			}
			if strings.Contains(p, ">Median</th>") != strings.Contains(p, "Where the median") {
				t.Errorf("a picture of %s has a column of medians and no medians, or the reverse: %.200s", page, p)
			}
			if !strings.Contains(p, "<table") || !csvLinks.MatchString(p) {
				t.Errorf("a picture of %s has no table, or no file: %.200s", page, p)
			}
		}
		for _, link := range csvLinks.FindAllStringSubmatch(body, -1) {
			files++
			code, file, _ := s.get(c, strings.ReplaceAll(link[1], "&amp;", "&"))
			rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
			if code != http.StatusOK || err != nil || len(rows) < 2 {
				t.Fatalf("%s: %d, %v, %d rows", link[1], code, err, len(rows))
			}
			addsUp(t, link[1], rows)
		}
	}
	if files < 12 {
		t.Errorf("%d files under the pictures", files)
	}
	for _, path := range []string{"/trends.csv", "/trends.csv?picture=nothing", "/actors.csv?reading=mine"} {
		if code, _, _ := s.get(c, path); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}

// addsUp checks the lines of a file that has a column of all.
func addsUp(t *testing.T, name string, rows [][]string) {
	t.Helper()
	all := -1
	for i, column := range rows[0] {
		if column == "all" {
			all = i
		}
	}
	for _, row := range rows[1:] {
		sum := 0.0
		for i := 1; i < all; i++ {
			n, err := strconv.ParseFloat(row[i], 64)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			sum += n
		}
		if all < 0 {
			continue
		}
		if want, _ := strconv.ParseFloat(row[all], 64); math.Abs(sum-want) > 1e-4 {
			t.Errorf("%s: %v adds up to %v", name, row, sum)
		}
	}
}
