package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// python reads the first collection and fills the second with the client that most others use.
func (v *visit) python(ctx context.Context) error {
	for _, limit := range pageSizes {
		limit = min(limit, len(v.sets[0]))
		v.runPython(ctx, fmt.Sprintf("taxii2-client, all pages of %s", thousands(limit)), 0,
			"read", strconv.Itoa(limit), fmt.Sprint(v.budget.Seconds()))
	}
	size := min(1000, len(v.sets[1]))
	file := filepath.Join(v.dir, "envelopes.ndjson")
	if err := os.WriteFile(file, bytes.Join(v.sets[1].envelopes(size), []byte("\n")), 0o644); err != nil {
		return err
	}
	v.runPython(ctx, "taxii2-client, add, envelopes of "+thousands(size), 1, "add", file)
	return nil
}

// runPython runs peers/taxii2_client.py on a collection.
func (v *visit) runPython(ctx context.Context, what string, collection int, args ...string) {
	r := row{what: what, unit: "objects/s", clients: 1}
	if v.over(r) {
		return
	}
	f, err := v.pythonFigure(ctx, collection, args)
	if err != nil {
		v.skip(r, err.Error())
		return
	}
	v.t.add(r, v.system, f)
}

func (v *visit) pythonFigure(ctx context.Context, collection int, args []string) (figure, error) {
	bin, err := v.venv(ctx, "taxii2-client")
	if err != nil {
		return figure{}, err
	}
	program, err := script(v.dir, "taxii2_client.py")
	if err != nil {
		return figure{}, err
	}
	args = append([]string{program, v.x.collection(collection), v.x.authorization}, args...)
	within, cancel := context.WithTimeout(ctx, 2*v.most)
	defer cancel()
	text, err := output(within, nil, filepath.Join(bin, "python"), args...)
	if within.Err() != nil {
		return figure{}, fmt.Errorf("no end within %s", short(2*v.most))
	}
	if err != nil {
		return figure{}, err
	}
	var got struct {
		Objects int
		Seconds float64
		Times   []float64
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		return figure{}, err
	}
	return summarise(durations(got.Times), got.Objects, 0, seconds(got.Seconds)), nil
}
