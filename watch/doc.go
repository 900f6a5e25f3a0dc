// Package watch is the model of the watch in STIX 2.1 terms: incidents with dated milestones, claims of who did it, and what the accused and
// others answer.
//
//	incident                       what happened, to whom, what was taken; extension watch-incident
//	relationship attributed-to     a claim: somebody said that an actor did it; extension watch-claim
//	opinion, note                  a stance on a claim or an incident: denial, doubt, concurrence, no comment; extension watch-stance
//
// The unit is the claim and not the field: "X said on D, on basis B, with confidence C, that Y did Z". created_by_ref is always who recorded
// it; who spoke is claimant_ref or holder_ref, so that a denial that was written down by others does not pass for one that the accused signed.
//
// What other producers write without the extensions is read as far as it goes. [Definitions] are the extension definitions, with their schemas.
package watch
