package mail

import (
	"embed"
	htmltemplate "html/template"
	"strings"
	"text/template"
	"unicode/utf8"
)

//go:embed templates
var files embed.FS

var (
	texts = template.Must(template.New("").Funcs(template.FuncMap{"wrap": wrap, "upper": strings.ToUpper, "plain": plain}).ParseFS(files, "templates/*.txt"))
	pages = htmltemplate.Must(htmltemplate.New("").ParseFS(files, "templates/*.html"))
)

// write fills in the text and the page of a message.
func (d *Desk) write(m Message, l *letter) Message {
	m.Text, m.HTML = filled("letter", l)
	return m
}

// filled executes the two templates of a name. They are tested with all that they are given; they cannot fail on what is read.
func filled(name string, data any) (text, page string) {
	var t, h strings.Builder
	if err := texts.ExecuteTemplate(&t, name+".txt", data); err != nil {
		panic(err)
	}
	if err := pages.ExecuteTemplate(&h, name+".html", data); err != nil {
		panic(err)
	}
	return t.String(), h.String()
}

// columns is how wide a plain text is.
const columns = 72

// wrap breaks a text into lines with an indent. A word that is longer than a line stays whole: it may be an address.
func wrap(indent int, s string) string {
	pad := strings.Repeat(" ", indent)
	var b strings.Builder
	at := 0
	for _, w := range strings.Fields(plain(s)) {
		n := utf8.RuneCountInString(w)
		switch {
		case at == 0:
		case at+1+n > columns:
			b.WriteString("\n" + pad)
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		if at == 0 {
			at = indent
		}
		b.WriteString(w)
		at += n
	}
	return b.String()
}

// plain leaves out what moves the cursor of a terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}
