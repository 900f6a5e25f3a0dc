package web

import (
	"threatwatch/stix"
	"threatwatch/watch"
)

// withdrawals are how a claim stops to stand. What a claimant takes back was said all the same and stays in the ledger; what was recorded in error is
// revoked (STIX 2.1 §3.6), and no version follows.
var withdrawals = watch.Vocabulary{{Code: "withdrawn", Label: "the claimant took it back: it stays, marked as withdrawn"}, {Code: "error", Label: "it was recorded in error: it counts nowhere, for good"}}

func (ed *editing) withdrawalForm(s *sheet) {
	hint := "An answer that was recorded in error counts nowhere any more, for good. What somebody says now is an answer of its own."
	if watch.IsClaim(ed.base.obj.Root) {
		hint = ""
	}
	f := s.set("What is taken back", hint)
	if hint == "" {
		f.one("how", "Why it does not stand", "Choose", withdrawals, "").Need = true
	}
	f.area("why", "Why", "Readers see it; it is kept in the audit trail too.", "").Need = true
}

func (ed *editing) takeWithdrawal(s *sheet) {
	why := sentence(s.get("why"))
	if watch.IsClaim(ed.base.obj.Root) && s.get("how") == "withdrawn" {
		before, after := ed.claim(), ed.claim()
		after.Terms.Status, after.Terms.StateWhy = "withdrawn", why
		ed.revise(before.Object(), after.Object())
		return
	}
	var before, after *stix.Value
	if watch.IsClaim(ed.base.obj.Root) {
		was, is := ed.claim(), ed.claim()
		is.Terms.StateWhy = why
		before, after = was.Object(), is.Object()
	} else {
		was, is := ed.stance(), ed.stance()
		is.Position.StateWhy = why
		before, after = was.Object(), is.Object()
	}
	ed.revise(before, after)
	ed.about().Set("revoked", stix.NewBool(true))
}

// standingSet tells of a claim or an answer whether it stands.
func standingSet(s *sheet, head watch.Head, why string) {
	f := s.set("Whether it stands", "")
	f.check("revoked", "It was recorded in error", head.Revoked)
	f.area("state_why", "Why it does not stand", "", why)
}
