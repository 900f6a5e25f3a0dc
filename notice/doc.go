// Package notice tells people and programs what is new in the watch: every filtered list of incidents is also a feed (Atom, JSON Feed, CSV, STIX) and
// a stream of events. One filter grammar serves all of them, see watch/index. What each reader gets is what its view shows at that moment.
package notice
