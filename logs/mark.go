package logs

import "io"

// Mark is a place between two records of a log, from which another Reader can go on: see Options.From. It is written as JSON.
type Mark struct {
	Offset int64  `json:"offset"` // bytes before it, of the log as it is read: decompressed and as UTF-8
	Number int64  `json:"number"` // of the record behind it
	Format Format `json:"format"`
	Spread bool   `json:"spread,omitempty"` // JSON is an array, or objects over several lines
	List   string `json:"list,omitempty"`   // name of the list in which the records stand
	Head   string `json:"head,omitempty"`   // header text that holds for the records behind it
}

// mark is where the Reader has handed everything out.
func (r *Reader) mark() Mark {
	_, spread := r.frame.(valueFraming)
	envelope, _ := r.frame.(envelopeFraming)
	m := Mark{Offset: r.taken - int64(len(r.carry)), Number: r.next, Format: r.format, Spread: spread, List: envelope.list, Head: r.head}
	if r.o.From != nil {
		m.Offset += r.o.From.Offset
	}
	return m
}

// goOn takes what is known of the log from Options.From.
func (r *Reader) goOn(src io.Reader) {
	from := r.o.From
	r.src, r.format, r.next = src, from.Format, from.Number
	r.frame = framingOf(r.format, nil)
	if from.Spread {
		r.frame = valueFraming{}
	}
	if from.List != "" {
		r.frame = envelopeFraming{from.List}
	}
	r.header = r.format.header(r.o.Mapping)
	r.scan, r.facts = r.format.scanners(r.o.Mapping)
	if r.header != nil && from.Head != "" {
		r.header.read([]byte(from.Head), r)
		r.next, r.head = from.Number, from.Head
	}
	r.last = r.mark()
}

// End is the place behind the last record of the block, also when its records have been taken.
func (b *Block) End() Mark { return b.end }
