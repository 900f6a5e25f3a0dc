// Package measure computes what the watch may say of claims: how far an attribution is supported, who is most active and persistent, and how
// long things took. Its functions are pure: plain values in, plain values out, the same for the same input whatever its order.
//
//	method := measure.Method{Weights: measure.DefaultWeights(), Names: names, Level: measure.Group}
//	w := method.Weigh(incident)                  // p of each actor, unknown, conflict
//	badges := method.Badges(incident)            // Claimed, Denied, Contested, …
//	ranking := method.Rank(incidents, window)    // one reading; three of them stand side by side
//
// # What is weighed
//
// The unit is the [Claim]. Its weight is the smaller of what the credibility of the information gives and what the reliability of the source
// admits. Claims that rest on one origin count as the strongest of them: of all claims those are taken that weigh most together and of which no
// two share an id of their lineage. Rivals lower each other and make nobody louder; what they take from each
// other is the conflict. A denial tells nothing of the truth, since it is to be expected either way: it changes no number, and it changes badges.
//
// # Readings
//
// Every ranking is computed three times and shown side by side, see [Readings]; a fourth counts what actors say of themselves. A reading is a
// filter on claims: [AllClaims] admits every one; [Independent] leaves out what the attackers and the media say; [Governments] keeps the words of
// governments, of international bodies and of courts. The last is not part of the second: a confession before a court is both.
//
// For the data of EuRepoC the readings are told apart by attribution_basis and attribution_type, which are lists that run in parallel to
// attributed_initiator, separated by semicolons outside parentheses:
//
//   - self: the basis is "Attacker confirms";
//   - media: the basis is "Media-based attribution";
//   - governments: the basis is "Attribution by receiver government / state entity", "Attribution by EU institution/agency" or "Attribution by
//     international organization", or the type contains "Domestic legal action" or "indictment / sanctions".
//
// Aliases are merged by the first name of a list, which is the text before the first slash: "Lazarus Group/Labyrinth Chollima/…" and "Lazarus
// Group" are one, and so are "Anonymous" and "Anonymous/4Chan". "Not available", "Unknown" and "None" name nobody. A group and the organ that runs it
// (Fancy Bear, GRU) stay two names. The order and the counts of version 1.1 that follow are held by a test.
//
// # What is left out
//
// There is no composite of activity and persistence, and nothing is computed per head or per country of the accused.
package measure
