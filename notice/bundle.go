package notice

import (
	"context"
	"io"

	"threatwatch/release"
	"threatwatch/watch/index"
)

// gather takes the objects of the items from a view by which they may leave.
func (f *feed) gather(ctx context.Context, view *release.View) (err error) {
	entries := make([]*index.Entry, len(f.items))
	for i, it := range f.items {
		entries[i] = it.Entry
	}
	f.objects, err = index.Objects(ctx, view, entries)
	return err
}

// bundle writes the objects as a bundle (STIX 2.1 §8.1): the incidents, what is said of them, who says it and whom it names.
func (f *feed) bundle(w io.Writer) error { return index.WriteBundle(w, f.objects) }
