package measure

// Level is at which level a claim accuses, in the words of watch-claim.
type Level string

// The levels. [Group], [Organisation] and [State] are those at which a [Method] weighs.
const (
	Cluster       Level = "cluster"
	Person        Level = "person"
	Group         Level = "group"
	Organisation  Level = "organisation"
	StateOrgan    Level = "state-organ"
	State         Level = "state"
	TerritoryOnly Level = "territory-only" // says from where, and accuses nobody
	InsiderLevel  Level = "insider"
	NonState      Level = "non-state"
)

// height orders levels from the finest to the coarsest; 0 for those that are under nothing and over nothing.
func (l Level) height() int {
	switch l {
	case Cluster, Person:
		return 1
	case Group:
		return 2
	case Organisation, StateOrgan:
		return 3
	case State:
		return 4
	}
	return 0
}

// Insiders is the actor that all insiders are: no two incidents have the same.
const Insiders = "insiders"

// Actor is what is known of a name.
type Actor struct {
	SameAs string // the name that it is an alias of
	Parent string // whom it belongs to: a group to an organisation, an organisation to a state
	Level  Level
}

// Names holds actors by id or name. What is not in it stands for itself.
type Names map[string]Actor

// Resolve follows aliases to the name that stands for all.
func (n Names) Resolve(name string) string {
	for range len(n) {
		a, ok := n[name]
		if !ok || a.SameAs == "" {
			return name
		}
		name = a.SameAs
	}
	return name
}

// parent is whom a name belongs to; "" when nobody is known.
func (n Names) parent(name string) string {
	p := n[name].Parent
	if p == "" {
		return ""
	}
	return n.Resolve(p)
}

// roll is the name under which an actor is weighed at a level: itself, or the nearest of those above it that is of that level. Where nobody that
// high is known it is the highest that is known and not above the level. stated is the level that the claim gives.
func (n Names) roll(name string, stated, at Level) string {
	if stated == InsiderLevel {
		return Insiders
	}
	name = n.Resolve(name)
	level := n[name].Level
	if level == "" {
		level = stated
	}
	for range len(n) {
		up := n.parent(name)
		if height := n[up].Level.height(); level.height() >= at.height() || height == 0 || height > at.height() {
			return name
		}
		name, level = up, n[up].Level
	}
	return name
}

// under says whether a belongs to b, directly or through others.
func (n Names) under(a, b string) bool {
	for range len(n) {
		if a = n.parent(a); a == "" {
			return false
		}
		if a == b {
			return true
		}
	}
	return false
}
