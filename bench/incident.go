package main

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"threatwatch/stix"
	"threatwatch/watch"
)

// chronicle makes incidents with a claim each, in the shape of the catalogues that are imported: few groups, few who say so, most of it within one country and
// sector. The same seed gives the same bytes.
type chronicle struct {
	r                *rand.Rand
	seed             uint64
	groups, speakers []string // ids
}

// Those of whom a chronicle tells.
const (
	groupsTold   = 60
	speakersTold = 20
)

// everybody is TLP:CLEAR (OASIS, "TLP 2.0 marking definitions for STIX 2.1").
const everybody = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"

// newChronicle tells of the same groups and speakers under every seed, and of other incidents.
func newChronicle(seed uint64) *chronicle {
	c := &chronicle{r: rand.New(rand.NewPCG(seed, 13)), seed: seed}
	for i := range groupsTold {
		c.groups = append(c.groups, idOf("intrusion-set", fmt.Sprint(i)))
	}
	for i := range speakersTold {
		c.speakers = append(c.speakers, idOf("identity", fmt.Sprint(i)))
	}
	return c
}

var space = uuid.MustParse("0b9a4f0e-6a37-4f5d-8f0b-9d0f7a1e2c34")

// idOf is the id of something by its name.
func idOf(typ, name string) string {
	return typ + "--" + uuid.NewSHA1(space, []byte(typ+" "+name)).String()
}

// cast are those of whom it tells.
func (c *chronicle) cast() (objects []string) {
	for i, id := range slices.Concat(c.groups, c.speakers) {
		typ, _ := stix.SplitID(id)
		objects = append(objects, c.marked(stix.NewDict(stix.Member{Name: "type", Value: stix.NewString(typ)}, stix.Member{Name: "spec_version", Value: stix.NewString("2.1")},
			stix.Member{Name: "id", Value: stix.NewString(id)}, stix.Member{Name: "name", Value: stix.NewString(fmt.Sprint("Somebody ", i))})))
	}
	return objects
}

// all are those of whom it tells, and n incidents with their claims.
func (c *chronicle) all(n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, o := range c.cast() {
			if !yield(o) {
				return
			}
		}
		for i := range n {
			incident, claim := c.next(i)
			if !yield(incident) || !yield(claim) {
				return
			}
		}
	}
}

// next is the nth incident and its claim, under more markings where there are any.
func (c *chronicle) next(n int, markings ...string) (incident, claim string) {
	day := time.Date(2010, 1, 1+c.r.IntN(5400), 0, 0, 0, 0, time.UTC)
	moment := func(days int) watch.Moment { return watch.Moment{Time: day.AddDate(0, 0, days), Fidelity: watch.Day} }
	of := func(list ...string) []string { return []string{list[c.r.IntN(len(list))]} }
	in := watch.Incident{Head: c.head("incident", n), Name: fmt.Sprintf("Generated incident %d of %d", n, c.seed), Facts: watch.Facts{Slug: c.slug(n),
		Milestones: []watch.Milestone{{Kind: "first_action", Moment: moment(0)}, {Kind: "public_disclosure", Moment: moment(c.r.IntN(200))}},
		Operations: of("data-theft", "disruption", "ransomware"),
		Victims:    []watch.Victim{{Words: fmt.Sprint("an organisation, ", n), Countries: of("US", "GB", "DE", "FR", "UA", "JP", "BR", "IN"), Sectors: of("energy", "healthcare", "financial-services", "education")}}}}
	cl := watch.Claim{Head: c.head("relationship", n), Act: in.ID, Accused: c.groups[c.r.IntN(groupsTold)], Words: "generated",
		Terms: watch.Terms{ClaimantRef: c.speakers[c.r.IntN(speakersTold)], StatedAt: moment(200), Kinds: of("technical", "self"), Level: "group"}}
	return c.marked(in.Object(), markings...), c.marked(cl.Object(), markings...)
}

func (c *chronicle) slug(n int) string { return fmt.Sprintf("generated-%d-%d", c.seed, n) }

func (c *chronicle) head(typ string, n int) watch.Head { return watch.Head{ID: idOf(typ, c.slug(n))} }

func (c *chronicle) marked(o *stix.Value, markings ...string) string {
	const then = "2026-01-01T00:00:00.000Z"
	o.Set("created", stix.NewString(then))
	o.Set("modified", stix.NewString(then))
	o.Set("object_marking_refs", stix.NewStrings(append([]string{everybody}, markings...)))
	return string(o.AppendJSON(nil))
}
