package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"threatwatch/store"
)

// The index of words lies in generations, each a table of its own: [textTable]. A word that is still being typed is a prefix, for which FTS5
// merges the rows of all words that begin with it before it gives the first; in the newest generation most searches find what a page
// shows, so that the cost does not grow with what is held. See schema/004_words.sql.

// defaultSpan is after how many assertions a generation of words is full. It ends with a transaction.
const defaultSpan store.OID = 1 << 17

// textTable is the name of the generation that begins with an assertion; the first one was there before there were several.
func textTable(first store.OID) string {
	if first == 0 {
		return "text"
	}
	return fmt.Sprintf("text_%d", first)
}

// textGenerations lists the first assertions of the generations, the newest first.
func (c *conn) textGenerations() (list []store.OID, err error) {
	err = c.each("SELECT first FROM text_generation ORDER BY first DESC", nil, func(r *sql.Rows) error {
		var first int64
		if err := r.Scan(&first); err != nil {
			return err
		}
		list = append(list, store.OID(first))
		return nil
	})
	return list, err
}

// nextTexts begins a generation when the newest is full. It is done where a transaction begins: a table cannot be undone by a savepoint.
func (t *tx) nextTexts() error {
	var newest, last int64
	if err := t.c.one("SELECT (SELECT max(first) FROM text_generation), ifnull((SELECT max(oid) FROM assertion), 0)", nil, &newest, &last); err != nil {
		return err
	}
	if t.texts = store.OID(newest); store.OID(last+1)-t.texts < t.span {
		return nil
	}
	t.texts = store.OID(last + 1)
	name := textTable(t.texts)
	for _, text := range []string{
		"CREATE VIRTUAL TABLE " + name + ` USING fts5(body, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2")`,
		"INSERT INTO " + name + "(" + name + ", rank) VALUES ('automerge', 16)",
		fmt.Sprintf("INSERT INTO text_generation(first) VALUES (%d)", t.texts),
	} {
		if _, err := t.c.c.ExecContext(bg, text); err != nil {
			return fmt.Errorf("begin %s: %w", name, err)
		}
	}
	return nil
}

// putTexts writes row by row: a statement of several rows would have a savepoint of its own, and full text is flushed at each.
func (t *tx) putTexts(rows []row) error {
	for _, r := range rows {
		if r.Text == "" {
			continue
		}
		if err := t.c.exec("INSERT INTO "+textTable(t.texts)+"(rowid, body) VALUES (?, ?)", int64(r.OID), r.Text); err != nil {
			return err
		}
	}
	return nil
}

// deleteText takes an assertion out of the generation that it is in.
func (t *tx) deleteText(oid store.OID) error {
	gens, err := t.c.textGenerations()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(gens, func(first store.OID) bool { return first <= oid })
	return t.c.exec("DELETE FROM "+textTable(gens[i])+" WHERE rowid = ?", int64(oid))
}

// Search finds text: all words, the last as a prefix.
func (s *snapshot) Search(_ context.Context, ls store.Labels, query string, types []string, f func(*store.Row) error) error {
	match := matchText(query)
	if match == "" {
		return nil
	}
	gens, err := s.c.textGenerations()
	if err != nil {
		return err
	}
	ended := false
	seen := map[string]bool{}
	each := func(r *store.Row) error {
		if r.Flags&(store.Several|store.Check) == store.Several { // of those with Check only the caller knows under which id they are shown
			if seen[r.ID] {
				return nil
			}
			seen[r.ID] = true
		}
		err := f(r)
		ended = errors.Is(err, store.Stop)
		return err
	}
	for _, first := range gens {
		name := textTable(first)
		w, err := s.textWhere(name, match, types)
		if err != nil || w == nil {
			return err
		}
		if err := s.listed(w, ls, name+" CROSS JOIN assertion a ON a.oid = "+name+".rowid", name+".rowid", each); err != nil || ended {
			return err
		}
	}
	return nil
}

// listed reads what an index of words found, newest first.
func (s *snapshot) listed(w *where, ls store.Labels, from, oid string, f func(*store.Row) error) error {
	if !w.labels(ls, "a.label") {
		return nil
	}
	sc := newScanner(s.c, true)
	return stopped(s.c.each("SELECT "+headColumns+", a.added, a.raw FROM "+from+" WHERE"+w.String()+"ORDER BY "+oid+" DESC", w.args, func(r *sql.Rows) error {
		if err := sc.scan(r); err != nil {
			return err
		}
		return f(&sc.row)
	}))
}

// textWhere are the conditions of a search in one generation; nil when nothing can match.
func (s *snapshot) textWhere(name, match string, types []string) (*where, error) {
	w := &where{}
	w.add(name+" MATCH ?", match)
	w.add(fmt.Sprintf("a.flags & %d = 0", store.Quarantined))
	if types == nil {
		return w, nil
	}
	codes, err := s.codesOf(types)
	if err != nil || len(codes) == 0 {
		return nil, err
	}
	w.add("EXISTS (SELECT 1 FROM member m WHERE m.oid = a.oid AND m.type IN (" + ints(codes) + "))")
	return w, nil
}

// matchText turns what a person typed into an FTS5 expression without operators: each word quoted, the last one a prefix.
func matchText(query string) string {
	words := strings.FieldsFunc(query, func(r rune) bool { return r <= ' ' || r == '"' })
	if len(words) > 16 {
		words = words[:16]
	}
	for i, w := range words {
		words[i] = `"` + w + `"`
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, " ") + "*"
}
