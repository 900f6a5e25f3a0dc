package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"threatwatch"
	"threatwatch/account"
	"threatwatch/notice/mail"
	"threatwatch/notice/subscribe"
	"threatwatch/watch/index"
)

// subscribeForm is the form by which somebody asks for mail, with what is wrong with it.
type subscribeForm struct {
	Address string
	Fixed   bool // a member's mail goes to the address of the account
	Filter  string
	Words   string // the filter, for people
	List    string // the page that it selects
	Cadence subscribe.Cadence
	Hour    int
	Day     time.Weekday
	Zone    string
	Field   string // what is wrong, and of which field; "" when nothing is
	Error   string
}

// Hours and Days are what the form offers.
func (subscribeForm) Hours() (list []int) {
	for h := range 24 {
		list = append(list, h)
	}
	return list
}

// Days begins the week on Monday (ISO 8601).
func (subscribeForm) Days() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

// Zones are suggestions: one for each offset that many people live by. Any other zone of the IANA database can be typed.
func (subscribeForm) Zones() []string {
	return []string{"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires", "America/Bogota", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Mexico_City",
		"America/New_York", "America/Sao_Paulo", "America/Toronto", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Taipei", "Asia/Tehran",
		"Asia/Tokyo", "Australia/Perth", "Australia/Sydney", "Europe/Athens", "Europe/Berlin", "Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Moscow", "Europe/Paris", "Europe/Rome", "Europe/Stockholm",
		"Europe/Warsaw", "Pacific/Auckland", "Pacific/Honolulu"}
}

// errNoMail is what an exchange without a relay answers.
var errNoMail = threatwatch.Errorf(threatwatch.NotFound, "This exchange sends no mail. Every list is a feed: Atom, JSON Feed and CSV stand below it.")

func (s *site) subscribeForm(v *visit) error {
	if s.Mail == nil {
		return errNoMail
	}
	f := subscribeForm{Cadence: subscribe.Daily, Hour: 8, Day: time.Monday, Zone: "UTC"}
	filter, err := index.ParseFilter(v.r.URL.Query())
	if err != nil {
		return err
	}
	f.Filter = filter.Query().Encode()
	return v.askForMail(http.StatusOK, f)
}

// askForMail shows the form.
func (v *visit) askForMail(code int, f subscribeForm) error {
	f.Words, f.List = inWords(f.Filter), "/incidents"
	if f.Filter != "" {
		f.List += "?" + f.Filter
	}
	if v.caller.Person != nil {
		f.Address, f.Fixed = v.caller.Person.Email, true
	}
	return v.show(code, "subscribe", "Subscribe by mail", badge{}, f)
}

// subscribe sends the link that makes a subscription of it. What it answers is the same for every address.
func (s *site) subscribe(v *visit) error {
	if s.Mail == nil {
		return errNoMail
	}
	if err := v.r.ParseForm(); err != nil {
		return threatwatch.Errorf(threatwatch.Invalid, "The form could not be read: %w", err)
	}
	f := readSubscribeForm(v.r.PostForm)
	w := mail.Wish{Address: f.Address, Filter: f.Filter, Cadence: f.Cadence, At: subscribe.TimeOfDay{Zone: f.Zone, Hour: f.Hour, Day: f.Day}}
	if v.caller.Person != nil {
		w.Address, w.Person = v.caller.Person.Email, v.caller.Person.Email
	}
	switch err := s.Mail.Ask(v.r.Context(), w, account.Network(v.r)); threatwatch.KindOf(err) {
	case threatwatch.Invalid:
		f.Field, f.Error, _ = strings.Cut(threatwatch.Message(err), ": ")
		f.Error = sentence(f.Error)
		return v.askForMail(http.StatusUnprocessableEntity, f)
	case threatwatch.Unavailable:
		f.Error = threatwatch.Message(err)
		return v.askForMail(http.StatusTooManyRequests, f)
	default:
		if err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, "subscribed", "Look into your mailbox", badge{}, subscribedPage{Step: "asked", Address: w.Address})
}

// readSubscribeForm takes what was typed. A number that is none is one that no clock shows.
func readSubscribeForm(p url.Values) subscribeForm {
	number := func(key string) int {
		n, err := strconv.Atoi(p.Get(key))
		if err != nil {
			return -1
		}
		return n
	}
	return subscribeForm{Address: strings.TrimSpace(p.Get("address")), Filter: p.Get("filter"), Cadence: subscribe.Cadence(p.Get("cadence")), Hour: number("hour"), Day: time.Weekday(number("day")), Zone: strings.TrimSpace(p.Get("zone"))}
}

// subscribedPage tells how far a subscription came.
type subscribedPage struct {
	Step    string // asked, confirm, confirmed, leave, left
	Token   string
	Address string
	When    string
	Words   string // the filter, for people
	Person  string // in whose view; "": the public's
}

// confirmForm shows what a link from a mailbox asks for. Looking at it does nothing: programs look at links before people do.
func (s *site) confirmForm(v *visit) error {
	if s.Mail == nil {
		return errNoMail
	}
	token := v.r.URL.Query().Get("t")
	w, err := s.Mail.Wished(v.r.Context(), token)
	if err != nil {
		return err
	}
	return v.private("subscribed", "Confirm your subscription", subscribedPage{Step: "confirm", Token: token, Address: w.Address, When: mail.When(w.Cadence, w.At), Words: inWords(w.Filter), Person: w.Person})
}

func (s *site) confirm(v *visit) error {
	if s.Mail == nil {
		return errNoMail
	}
	sub, err := s.Mail.Confirm(v.r.Context(), v.r.PostFormValue("t"))
	if err != nil {
		return err
	}
	return v.private("subscribed", "You are subscribed", subscribedOf("confirmed", "", sub))
}

func subscribedOf(step, token string, sub subscribe.Subscription) subscribedPage {
	return subscribedPage{Step: step, Token: token, Address: sub.To, When: mail.When(sub.Cadence, sub.At), Words: inWords(sub.Filter), Person: sub.Person}
}

// leaveForm shows what would be ended. Looking at it ends nothing (RFC 8058 §3.1).
func (s *site) leaveForm(v *visit) error {
	if s.Mail == nil {
		return errNoMail
	}
	token := v.r.URL.Query().Get("t")
	sub, err := s.Mail.Leaving(v.r.Context(), token)
	if threatwatch.KindOf(err) == threatwatch.NotFound {
		return v.private("subscribed", "There is no such subscription", subscribedPage{Step: "left"})
	}
	if err != nil {
		return err
	}
	return v.private("subscribed", "End the subscription", subscribedOf("leave", token, sub))
}

// leave ends a subscription at once. It is asked by mailboxes too, which bring no cookie and say nothing but List-Unsubscribe=One-Click (RFC 8058 §3.2):
// the token stands in the address then, and in the form else.
func (s *site) leave(v *visit) error {
	if s.Mail == nil {
		return errNoMail
	}
	token := v.r.URL.Query().Get("t")
	if token == "" {
		token = v.r.PostFormValue("t")
	}
	if err := s.Mail.Leave(v.r.Context(), token); err != nil {
		return err
	}
	return v.private("subscribed", "The subscription has ended", subscribedPage{Step: "left"})
}

// private shows a page that is for who holds a link: nobody keeps it.
func (v *visit) private(name, title string, body any) error {
	h := v.w.Header()
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
	if err := v.show(http.StatusOK, name, title, badge{}, body); err != nil {
		return err
	}
	return nil
}
