package history

// FlushAt makes a Writer write after so many rows.
func (w *Writer) FlushAt(rows int) { w.flushAt = rows }
