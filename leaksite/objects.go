package leaksite

import (
	"cmp"
	"io"
	"iter"
	"slices"
	"time"

	"threatwatch/draft"
	"threatwatch/stix"
	"threatwatch/watch"
)

// namespace of the identifiers that are made from names.
var namespace = [16]byte{0x91, 0x6e, 0x0d, 0x54, 0x2b, 0xc8, 0x47, 0x03, 0xa6, 0x1f, 0x7d, 0x3a, 0xe5, 0x40, 0x92, 0x6c}

// began is the version of objects that many posts share: no leak site of this kind is older.
const began = "2019-11-01T00:00:00.000Z"

// Objects calls f with every object that the posts of a release become: for each title of a group an incident and the group's claim, and the groups. held
// returns what is held of an identifier, nil when nothing is. What cannot be used is in faults.
func Objects(raw []byte, now string, held func(id string) *stix.Value, f func(*stix.Value) error) (faults []error, err error) {
	posts, faults, err := read(raw)
	if err != nil {
		return nil, err
	}
	b := draft.NewBook(namespace, now, held, f)
	for _, d := range watch.Definitions() {
		b.Put(d, d.Get("created").Text())
	}
	watcher := b.Put(draft.Object("identity", b.ID("identity", "watcher"), draft.Text("name", "Watchers of leak sites"), draft.Text("identity_class", "system"),
		draft.Text("description", "Programs that visit the leak sites of ransomware groups and list what they find.")), began)
	for _, same := range together(posts) {
		id := b.ID("incident", same[0].key())
		write(b, id, watcher, merged(same, held(id)))
		if b.Err() != nil {
			break
		}
	}
	return faults, b.Err()
}

// together puts the posts that tell of one incident together, in the order of their first.
func together(posts []post) (list [][]post) {
	at := map[string]int{}
	for _, p := range posts {
		k := p.key()
		i, ok := at[k]
		if !ok {
			i, at[k] = len(list), len(list)
			list = append(list, nil)
		}
		list[i] = append(list[i], p)
	}
	return list
}

// merged joins the posts with those that an earlier release had: each once, by time.
func merged(posts []post, held *stix.Value) []post {
	if held != nil {
		var before []post
		for _, v := range watch.RecordsOf(held, Format) {
			if p, err := postOf(v); err == nil {
				before = append(before, p)
			}
		}
		posts = append(before, posts...)
	}
	slices.SortStableFunc(posts, func(a, b post) int { return a.at.Compare(b.at) })
	return slices.CompactFunc(posts, func(a, b post) bool { return a.at.Equal(b.at) })
}

// write makes the objects of a title.
func write(b *draft.Book, id, watcher string, posts []post) {
	created, modified := stamp(posts[0].at), stamp(posts[len(posts)-1].at)
	group := b.Put(draft.Object("intrusion-set", b.ID("intrusion-set", posts[0].group), draft.Text("name", posts[0].group), draft.List("labels", []string{"ransomware"}),
		draft.Text("description", "Publishes on a leak site what it says that it took.")), began)
	b.PutAs(incident(id, watcher, posts).Object(), created, modified)
	claim := &watch.Claim{Head: watch.Head{ID: b.ID("relationship", id+" attributed-to "+group), By: watcher}, Act: id, Accused: group, Words: "The group says so itself, on its leak site."}
	claim.Terms = watch.Terms{ClaimantRef: group, Capacity: "attacker", StatedAt: watch.Moment{Time: posts[0].at, Fidelity: watch.Second}, Channel: "leak-site", Kinds: []string{"self"}, Level: "group", EvidenceAccess: "witnessed"}
	b.PutAs(claim.Object(), created, created)
}

func stamp(t time.Time) string { return stix.FormatTime(t.UnixMicro()) }

// incident is what a group says that it did.
func incident(id, watcher string, posts []post) *watch.Incident {
	v := victimOf(posts[0].title)
	in := &watch.Incident{Head: watch.Head{ID: id, By: watcher}, Core: watch.Core{Determination: "suspected"}}
	who := cmp.Or(v.name, "A victim whom the post does not name")
	in.Name = who + ", posted on the leak site of " + posts[0].group
	f := &in.Facts
	f.PublicName, f.Slug = in.Name, watch.Slug(who+" "+posts[0].group, id[len("incident--"):][:8])
	f.ReportedBy, f.Operations = []string{"attacker"}, []string{"ransomware", "data-theft"}
	f.Victims = []watch.Victim{{Name: v.name, Named: v.named}}
	if v.country != "" {
		f.Victims[0].Countries = []string{v.country}
	}
	f.Data = []watch.Data{{Variety: "Unknown", Loss: "suspected-loss"}}
	for _, p := range posts {
		f.Milestones = append(f.Milestones, watch.Milestone{Kind: "leak_posted", Moment: watch.Moment{Time: p.at, Fidelity: watch.Second}})
		f.Original = append(f.Original, watch.Keep(Format, p.record))
	}
	return in
}

// Write writes the posts of the incidents among objects as JSON, in the order of their times.
func Write(objects iter.Seq2[*stix.Value, error], w io.Writer) error {
	var posts []*stix.Value
	for o, err := range objects {
		if err != nil {
			return err
		}
		posts = append(posts, watch.RecordsOf(o, Format)...)
	}
	key := func(v *stix.Value) string {
		return v.Get(foundName).Text() + "\n" + v.Get(groupName).Text() + "\n" + v.Get(titleName).Text()
	}
	slices.SortFunc(posts, func(a, b *stix.Value) int { return cmp.Compare(key(a), key(b)) })
	out := []byte("[")
	for i, p := range posts {
		if i > 0 {
			out = append(out, ',')
		}
		out = p.AppendJSON(append(out, '\n'))
	}
	_, err := w.Write(append(out, "\n]\n"...))
	return err
}
