package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"threatwatch/pattern"
	"threatwatch/pattern/vectors"
	"threatwatch/stix"
)

const theMatcher = "stix2-matcher"

// patternTask is patterns that are asked of the same objects: for every observation that matches, or whether some do.
type patternTask struct {
	Patterns []string          `json:"patterns"`
	Objects  []json.RawMessage `json:"objects"`
	All      bool              `json:"all"`
}

// patternAnswer is what the matcher of OASIS says of one pattern, and how many seconds it took.
type patternAnswer struct {
	Read, Asked float64
	Found       *int
	Why         string
}

// measurePattern asks patterns of observations, side by side with the reference matcher of OASIS.
func (b *bench) measurePattern(ctx context.Context) error {
	t := newTable("Patterns", "Patterns are read once, observations are in memory as each library wants them: ours as `pattern.Observation`, theirs as Python's dictionaries, "+
		"which its interface makes it look through for each pattern. Timed is what is left: asking. Patterns of one bracket are asked for every observation that matches, vectors "+
		fmt.Sprintf("for the first binding, both in processor time, collecting garbage included. What it refuses, answers otherwise, or needs more than %g s for is left out on both sides; of many patterns it is given as many as it has time for.", b.patience.Seconds()),
		"Threatwatch", theMatcher)
	b.report.add(t)
	given, err := vectorTasks()
	if err != nil {
		return err
	}
	many, one := sightings(b.sightings[0]), sightings(b.sightings[1])
	for _, m := range []struct {
		what  string
		tasks []patternTask
	}{
		{fmt.Sprintf("asking, %s vectors of chapter 9", thousands(len(given))), given},
		{fmt.Sprintf("asking, 1,000 patterns of %s observations each", thousands(b.sightings[0])), []patternTask{{oneBracket(1000), many, true}}},
		{fmt.Sprintf("asking, one pattern of %s observations", thousands(b.sightings[1])), []patternTask{{oneBracket(1), one, true}}},
	} {
		for round := range b.rounds {
			if err := b.askBoth(ctx, t, m.what, m.tasks, round == 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// askBoth asks the peer, and then us what it could answer.
func (b *bench) askBoth(ctx context.Context, t *table, what string, tasks []patternTask, first bool) error {
	answers, err := b.askMatcher(ctx, tasks)
	if err != nil {
		t.absent[theMatcher] = err.Error()
	}
	var ours, theirs asked
	differ := 0
	for i, task := range tasks {
		observations, err := observationsOf(task.Objects)
		if err != nil {
			return err
		}
		var list []string
		for k, text := range task.Patterns {
			if answers == nil {
				list = append(list, text)
				continue
			}
			if k == len(answers[i]) {
				break
			}
			a := answers[i][k]
			if a.Found == nil {
				continue
			}
			if p, err := pattern.Compile(text); err != nil || found(p, observations, task.All) != *a.Found {
				differ++
				continue
			}
			list = append(list, text)
			theirs.add(1, len(observations), a.Read, a.Asked)
		}
		if err := ours.ask(list, observations, task.All, b.budget/time.Duration(len(tasks))); err != nil {
			return err
		}
	}
	if answers != nil && first {
		t.text += fmt.Sprintf(" Of %s %s were answered alike in time, %d otherwise.", thousands(countPatterns(tasks)), thousands(int(theirs.patterns)), differ)
	}
	ours.report(t, what, t.systems[0], countPatterns(tasks))
	theirs.report(t, what, theMatcher, countPatterns(tasks))
	return nil
}

func countPatterns(tasks []patternTask) (n int) {
	for _, t := range tasks {
		n += len(t.Patterns)
	}
	return n
}

// asked is how much was asked, and in how many seconds.
type asked struct{ patterns, observations, read, asked float64 }

func (s *asked) add(patterns, observations int, read, asked float64) {
	s.patterns, s.observations, s.read, s.asked = s.patterns+float64(patterns), s.observations+float64(patterns*observations), s.read+read, s.asked+asked
}

// ask reads patterns, again and again for half a while, then asks them for the other half.
func (s *asked) ask(texts []string, observations []pattern.Observation, all bool, while time.Duration) (err error) {
	if len(texts) == 0 {
		return nil
	}
	runtime.GC() // what others threw away is not theirs to collect
	times := 1 + 1000/(len(texts)*len(observations))
	list := make([]*pattern.Pattern, len(texts))
	read := pass(while/2, times, func() {
		for i, text := range texts {
			var fault error
			list[i], fault = pattern.Compile(text)
			err = cmp.Or(err, fault)
		}
	})
	if err != nil {
		return err
	}
	asked := pass(while/2, times, func() {
		for _, p := range list {
			found(p, observations, all)
		}
	})
	s.add(len(texts), len(observations), read, asked)
	return nil
}

// pass says how many seconds of processor time f takes, the mean of as many as fit in a while: so many between two looks at the clock that
// these, a system call each, are not what is measured. What counts is one pass, so that patterns that are quickly answered count no more than others.
func pass(while time.Duration, times int, f func()) float64 {
	begun, start, passes := time.Now(), processorTime(), 0
	for passes == 0 || time.Since(begun) < while {
		for range times {
			f()
		}
		passes += times
	}
	return (processorTime() - start).Seconds() / float64(passes)
}

// report adds what was found; the time to read one pattern alone is too short to be told.
func (s *asked) report(t *table, what, system string, texts int) {
	if s.patterns > 0 {
		t.add(row{what: what, unit: "observations/s"}, system, figure{rate: s.observations / s.asked})
		if texts > 1 {
			t.add(row{what: what + ", reading them", unit: "patterns/s"}, system, figure{rate: s.patterns / s.read})
		}
	}
}

// found is how many observations match, or 1 when some do together.
func found(p *pattern.Pattern, observations []pattern.Observation, all bool) (n int) {
	if !all {
		if p.Match(observations).Answer == pattern.Yes {
			n = 1
		}
		return n
	}
	for i := range observations {
		if p.MatchOne(&observations[i]) == pattern.Yes {
			n++
		}
	}
	return n
}

func observationsOf(objects []json.RawMessage) ([]pattern.Observation, error) {
	values := make([]*stix.Value, len(objects))
	for i, raw := range objects {
		var err error
		if values[i], err = stix.ParseValue(raw); err != nil {
			return nil, err
		}
	}
	list, faults := pattern.Observations(values)
	return list, errors.Join(faults...)
}

// askMatcher runs peers/stix2_matcher.py.
func (b *bench) askMatcher(ctx context.Context, tasks []patternTask) (answers [][]patternAnswer, err error) {
	bin, err := b.venv(ctx, theMatcher)
	if err != nil {
		return nil, err
	}
	program, err := script(b.dir, "stix2_matcher.py")
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(tasks)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(b.dir, "patterns.json")
	if err := os.WriteFile(file, raw, 0o644); err != nil {
		return nil, err
	}
	text, err := output(ctx, nil, filepath.Join(bin, "python"), program, file, fmt.Sprint(10*b.budget.Seconds()), fmt.Sprint(b.patience.Seconds()))
	if err != nil {
		return nil, err
	}
	return answers, json.Unmarshal([]byte(text), &answers)
}

// vectorTasks are the vectors of this repository and those of the folder of public test data, when it lies beside the checkout.
func vectorTasks() (list []patternTask, err error) {
	root := or(os.Getenv("THREATWATCH_DATA"), filepath.Join("..", "shared", "data"))
	files, err := filepath.Glob(filepath.Join(root, "..", "vectors", "stix-patterns", "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range append(files, filepath.Join("pattern", "testdata", "chapter9.json")) {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		suite, err := vectors.Read(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, v := range suite.Vectors {
			objects := suite.Observations[v.Observations]
			if _, err := observationsOf(objects); err == nil && len(objects) > 0 {
				list = append(list, patternTask{Patterns: []string{v.Pattern}, Objects: objects})
			}
		}
	}
	return list, nil
}

// sightings are n observed-data, each with an address and a connection from it: a sensor's day.
func sightings(n int) (list []json.RawMessage) {
	r := rand.New(rand.NewPCG(3, 3))
	for i := range n {
		address, traffic := fmt.Sprintf("ipv4-addr--00000000-0000-4000-8000-%012d", i), fmt.Sprintf("network-traffic--00000000-0000-4000-8000-%012d", i)
		list = append(list,
			json.RawMessage(fmt.Sprintf(`{"type":"ipv4-addr","id":%q,"value":"10.%d.%d.%d"}`, address, r.IntN(4), r.IntN(256), r.IntN(256))),
			json.RawMessage(fmt.Sprintf(`{"type":"network-traffic","id":%q,"src_ref":%q,"dst_port":%d,"protocols":["tcp",%q]}`, traffic, address, r.IntN(1024), []string{"http", "tls"}[r.IntN(2)])),
			json.RawMessage(fmt.Sprintf(`{"type":"observed-data","spec_version":"2.1","id":"observed-data--00000000-0000-4000-8000-%012d","created":"2026-03-01T00:00:00.000Z",`+
				`"modified":"2026-03-01T00:00:00.000Z","first_observed":"2026-03-01T%02d:%02d:%02dZ","last_observed":"2026-03-01T23:59:59Z","number_observed":1,"object_refs":[%q,%q]}`,
				i, i/3600%24, i/60%60, i%60, address, traffic)))
	}
	return list
}

// oneBracket are n patterns as feeds hold them: values, networks, a few conditions together.
func oneBracket(n int) (list []string) {
	r := rand.New(rand.NewPCG(4, 4))
	for i := range n {
		address := fmt.Sprintf("10.%d.%d.%d", r.IntN(4), r.IntN(256), r.IntN(256))
		switch i % 4 {
		case 0:
			list = append(list, fmt.Sprintf("[network-traffic:src_ref.value LIKE '10.%d.%%' AND network-traffic:dst_port < %d AND network-traffic:protocols[*] = 'tls']", r.IntN(4), r.IntN(1024)))
		case 1:
			list = append(list, "[ipv4-addr:value = '"+address+"']")
		case 2:
			list = append(list, "[ipv4-addr:value ISSUBSET '"+address+"/20']")
		case 3:
			list = append(list, fmt.Sprintf("[ipv4-addr:value IN ('%s', '10.1.2.3') OR network-traffic:dst_port = %d]", address, r.IntN(1024)))
		}
	}
	return list
}
