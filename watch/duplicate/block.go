package duplicate

import (
	"cmp"
	"slices"
)

// Bounds of what is compared. Each record is held against those with which it shares the rarest words; what more than common records share leads to
// nobody, so that the work grows with the number of records and not with its square.
const (
	common  = 150
	fellows = 12
)

// pairOf are two records by number, the smaller first.
type pairOf struct{ a, b int32 }

// block finds the pairs worth a look: those that share an address, the name of a victim or rare words.
func block(list []*record, words int) []pairOf {
	found := map[pairOf]bool{}
	byWord := make([][]int32, words)
	byKey := map[string][]int32{}
	for i, r := range list {
		for _, w := range r.words {
			byWord[w.word] = append(byWord[w.word], int32(i))
		}
		for _, k := range r.keys() {
			byKey[k] = append(byKey[k], int32(i))
		}
	}
	take := func(i, k int32) {
		if comparable(list[i], list[k]) {
			found[pairOf{min(i, k), max(i, k)}] = true
		}
	}
	for _, held := range byKey {
		if len(held) > common {
			continue
		}
		for i, a := range held {
			for _, c := range held[:i] {
				take(a, c)
			}
		}
	}
	weights := make([]float64, len(list))
	var touched []int32
	for i, r := range list {
		for _, w := range r.words {
			held := byWord[w.word]
			if len(held) > common {
				continue
			}
			for _, k := range held {
				if !comparable(r, list[k]) {
					continue
				}
				if weights[k] == 0 {
					touched = append(touched, k)
				}
				weights[k] += w.weight * list[k].weightOf(w.word)
			}
		}
		slices.SortFunc(touched, func(a, c int32) int {
			return cmp.Or(cmp.Compare(weights[c], weights[a]), cmp.Compare(list[a].ID, list[c].ID))
		})
		for _, k := range touched[:min(len(touched), fellows)] {
			take(int32(i), k)
		}
		for _, k := range touched {
			weights[k] = 0
		}
		touched = touched[:0]
	}
	pairs := make([]pairOf, 0, len(found))
	for p := range found {
		pairs = append(pairs, p)
	}
	return pairs
}

// comparable says whether two records are of different sources and may be of one time.
func comparable(a, b *record) bool {
	if a.Source == b.Source {
		return false
	}
	gap, _ := apart(a, b)
	return gap <= farthest
}

// keys are what leads to a record besides words.
func (r *record) keys() (list []string) {
	for name := range r.victims {
		list = append(list, "victim "+name)
	}
	for _, a := range r.addresses {
		list = append(list, "address "+a)
	}
	return list
}

func (r *record) weightOf(word int32) float64 {
	i, ok := slices.BinarySearchFunc(r.words, word, func(w weighed, n int32) int { return cmp.Compare(w.word, n) })
	if !ok {
		return 0
	}
	return r.words[i].weight
}
