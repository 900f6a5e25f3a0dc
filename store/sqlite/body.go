package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"threatwatch/store"
)

// A body is kept as received, or, if its source says so ([store.Source].Compress), as a zstd frame against a dictionary of the source: a
// selection of its first large batch. A frame begins with the byte 0x28, which no object does, and names its dictionary.
const (
	zstdMagic       = 0x28
	dictionaryBytes = 64 << 10
	dictionaryRows  = 200     // a batch of fewer objects teaches little
	dictionaryBase  = 1 << 16 // zstd reserves lower numbers (RFC 8878 §6.1)
)

// packers hold, for the writing connection, the encoder of each source; nil: none as yet.
type packers map[store.SourceID]*packer

type packer struct {
	dict int64 // number of the dictionary
	enc  *zstd.Encoder
}

// pack returns what is to be stored of a body and the number of its dictionary, 0 when it is stored as it came.
func (t *tx) pack(rows []row, i int) ([]byte, int64, error) {
	r := &rows[i]
	on, err := t.compresses(r.Source)
	if err != nil || !on {
		return r.Raw, 0, err
	}
	p, err := t.packer(r.Source, rows)
	if err != nil || p == nil {
		return r.Raw, 0, err
	}
	return p.enc.EncodeAll(r.Raw, nil), p.dict, nil
}

// compresses says whether a source wants its bodies compressed.
func (t *tx) compresses(id store.SourceID) (bool, error) {
	if t.compressing == nil {
		all, err := t.Sources(bg)
		if err != nil {
			return false, err
		}
		t.compressing = map[store.SourceID]bool{}
		for _, s := range all {
			t.compressing[s.ID] = s.Compress
		}
	}
	return t.compressing[id], nil
}

// packer finds the encoder of a source, or makes one of the rows at hand when they are many.
func (t *tx) packer(id store.SourceID, rows []row) (*packer, error) {
	if p, ok := t.c.packers[id]; ok {
		return p, nil
	}
	p := &packer{}
	var dict []byte
	err := t.c.one("SELECT id, body FROM dictionary WHERE source = ? ORDER BY id DESC LIMIT 1", []any{int64(id)}, &p.dict, &dict)
	if errors.Is(err, sql.ErrNoRows) {
		if dict = selection(id, rows); dict == nil {
			return nil, nil
		}
		if err = t.c.exec("INSERT INTO dictionary(source, body) VALUES (?, ?)", int64(id), dict); err == nil {
			err = t.c.one("SELECT max(id) FROM dictionary", nil, &p.dict)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("dictionary of source %d: %w", id, err)
	}
	p.enc, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithEncoderDictRaw(uint32(dictionaryBase+p.dict), dict))
	if err != nil {
		return nil, fmt.Errorf("dictionary of source %d: %w", id, err)
	}
	t.c.packers[id] = p
	return p, nil
}

// selection takes objects of a source evenly from all rows until the dictionary is full; nil when there are few.
func selection(id store.SourceID, rows []row) []byte {
	var bodies [][]byte
	total := 0
	for _, r := range rows {
		if r.Source == id {
			bodies = append(bodies, r.Raw)
			total += len(r.Raw)
		}
	}
	if len(bodies) < dictionaryRows {
		return nil
	}
	step := max(1, total/dictionaryBytes)
	var dict []byte
	for i := 0; i < len(bodies) && len(dict) < dictionaryBytes; i += step {
		dict = append(dict, bodies[i]...)
	}
	return dict[:min(len(dict), dictionaryBytes)]
}

// unpack returns the body of what was stored: the same bytes, or others written into buf, which is returned for use again.
func (c *conn) unpack(stored, buf []byte) (body, again []byte, err error) {
	if len(stored) == 0 || stored[0] != zstdMagic {
		return stored, buf, nil
	}
	for range 2 { // a dictionary may have come since they were read
		if c.dec != nil {
			if buf, err = c.dec.DecodeAll(stored, buf[:0]); !errors.Is(err, zstd.ErrUnknownDictionary) {
				break
			}
		}
		if err = c.readDictionaries(); err != nil {
			break
		}
	}
	if err != nil {
		return nil, buf, fmt.Errorf("unpack a body: %w", err)
	}
	return buf, buf, nil
}

func (c *conn) readDictionaries() error {
	opts := []zstd.DOption{zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true)}
	err := c.each("SELECT id, body FROM dictionary", nil, func(r *sql.Rows) error {
		var id int64
		var body []byte
		err := r.Scan(&id, &body)
		opts = append(opts, zstd.WithDecoderDictRaw(uint32(dictionaryBase+id), body))
		return err
	})
	if err != nil {
		return err
	}
	if c.dec != nil {
		c.dec.Close()
	}
	c.dec, err = zstd.NewReader(nil, opts...)
	return err
}
