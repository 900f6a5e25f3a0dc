// Package logs reads log files as records: which values were seen, in which part of which record, and when.
//
// It knows formats and nothing of indicators. A Reader finds out what a log is and cuts it into blocks of whole records, which may be read by
// several goroutines. The Scanner of a block looks at one record at a time and names the fields whose meaning it knows; what it does not need it
// steps over without decoding. Values are slices of the record's own bytes wherever the format allows it, and are good until the next record is
// scanned.
//
//	r, err := logs.NewReader(file, logs.Options{})
//	for {
//		block, err := r.Next() // io.EOF at the end
//		go func() {
//			var rec logs.Record // one a goroutine
//			for entry, number, ok := block.Next(); ok; entry, number, ok = block.Next() {
//				if err := block.Scan(entry, &rec); err != nil { ... } // count it, go on
//				for _, f := range rec.Fields { ... }
//			}
//			block.Release()
//		}()
//	}
//
// What a log says of its form (Zeek's header lines) goes with the block. Formats, their fields and limits are listed in doc/logs.md.
package logs
