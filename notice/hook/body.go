package hook

import (
	"encoding/json"
	"strings"

	"threatwatch"
	"threatwatch/notice"
	"threatwatch/notice/deliver"
	"threatwatch/notice/subscribe"
)

// maxBody is how long a body may be (Standard Webhooks 1.0, "Payload size").
const maxBody = 20_000

// body is what is posted: a "thin" payload, with the address at which all of it stands for those who may see it.
type body struct {
	Type string `json:"type"`
	At   string `json:"timestamp"` // when it happened, not when it is sent
	Data any    `json:"data"`
}

func newBody(m *deliver.Message, base string) ([]byte, error) {
	if m.Type == subscribe.TypeTest {
		return json.Marshal(body{m.Type, notice.Moment(m.Now), struct{}{}})
	}
	e := m.Events[0]
	gist := notice.NewGist(e, base)
	for {
		b, err := json.Marshal(body{e.Type, notice.Moment(e.At), gist})
		if err != nil || len(b) < maxBody {
			return b, err
		}
		if !shorten(&gist, len(b)-maxBody+1) {
			return nil, threatwatch.Errorf(threatwatch.Internal, "an event of %s does not fit into a message", gist.Incident)
		}
	}
}

// shorten takes some bytes off what is long, at most half of it, since what is written with escapes is shorter than it looks. It says whether there
// was anything left to take.
func shorten(g *notice.Gist, excess int) bool {
	for _, text := range []*string{&g.Words, &g.Title} {
		if n := len(*text); n > len("…") {
			*text = cut(*text, max(n-excess-len("…"), n/2-len("…")))
			return true
		}
	}
	return false
}

// cut is the first n bytes of a text, less what would be half a letter.
func cut(text string, n int) string {
	if n <= 0 {
		return ""
	}
	return strings.ToValidUTF8(text[:n], "") + "…"
}
