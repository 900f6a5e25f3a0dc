package measure

// Incident is what the measures need to know of one.
type Incident struct {
	ID      string
	When    Date // when it began, as far as that is known
	Claims  []Claim
	Stances []Stance

	Insider   bool // the record says that somebody from within had a part in it
	Withholds bool // the victim says that it does not say who did it

	Victims, Sectors, Countries []string // whom it hit: ids or names, sectors, countries
	Data                        []string // kinds of data that were taken

	Milestones map[string]Date     // when it reached a [Milestone]
	Given      map[string]Interval // days that a source gives in place of dates, see [Since]
	Explained  map[string]string   // why a lag is negative, by its name: "the attacker announced it first"
}

// Claim is somebody's word that an actor did it. The words are those of the extension watch-claim.
type Claim struct {
	ID          string
	Actor       string // id or name of the accused
	Level       Level  // at which level it accuses; [Names] has precedence
	Claimant    string
	Capacity    string   // victim, victim-state, other-state, accused-state, vendor, media, court, attacker, international-body, …
	Kinds       []string // technical, political, legal, self, media
	Channel     string   // court-judgment, …
	Evidence    string   // what was published of it: none, summary, indicators, full, court-tested
	Lineage     []string // ids of what it rests on; two claims that share one rest on one origin. Without any it rests on itself
	Reliability string   // of the source, A to F; "" is F
	Credibility int      // of the information, 1 to 6; 0: nobody judged it
	Status      string   // standing, superseded, withdrawn, court-rejected; "" is standing
	Stated      Date
}

// Stance is what somebody answers to a claim, or says of an incident. The words are those of the extension watch-stance.
type Stance struct {
	ID          string
	Claims      []string // ids of the claims that it answers; none when it answers the incident as a whole
	Holder      string
	Capacity    string // as of claims; also accused
	Stance      string // deny, deny-knowledge, reject-evidence, doubt, alternative-named, concur, …
	Alternative string // whom it names in place of the accused
	Level       Level  // of the alternative
	Evidence    string // what was published of its reasons, as of claims
	Lineage     []string
	Reliability string
	Credibility int
	Stated      Date
}

// onlyInsider says whether the record tells of an insider and no claim of anybody.
func (in *Incident) onlyInsider() bool {
	return in.Insider && len(Method{}.admitted(in)) == 0
}

// The milestones between which lags are measured.
const (
	Compromise  = "compromise"
	Discovery   = "discovery"
	Containment = "containment"
	Notice      = "victims_notice_begin"
	Public      = "public_disclosure"
	FirstClaim  = "first_claim"
	FirstAnswer = "first_denial"
)

// Standing says whether nobody took the claim back, replaced or refused it.
func (c *Claim) Standing() bool { return c.Status == "" || c.Status == "standing" }

// attributes says whether the claim says who did it, and not only from where.
func (c *Claim) attributes() bool { return c.Level != TerritoryOnly && c.Actor != "" }

// is says whether the claim is of a kind.
func (c *Claim) is(kind string) bool {
	for _, k := range c.Kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// Denies says whether the stance denies: whoever holds it says that it did not do it, or the accused calls the evidence false.
func (s *Stance) Denies() bool {
	return s.Stance == "deny" || s.Stance == "deny-knowledge" || s.Stance == "reject-evidence" && s.fromAccused()
}

// Dissents says whether somebody other than the accused holds the claim to be wrong and shows why.
func (s *Stance) Dissents() bool {
	return (s.Stance == "doubt" || s.Stance == "reject-evidence") && !s.fromAccused() && s.Evidence != "" && s.Evidence != "none"
}

func (s *Stance) fromAccused() bool { return s.Capacity == "accused" || s.Capacity == "accused-state" }

// rival is the claim that an opinion makes by naming somebody else.
func (s *Stance) rival() (c Claim, ok bool) {
	if s.Stance != "alternative-named" || s.Alternative == "" {
		return Claim{}, false
	}
	c = Claim{ID: s.ID, Actor: s.Alternative, Level: s.Level, Claimant: s.Holder, Capacity: s.Capacity, Evidence: s.Evidence,
		Lineage: s.Lineage, Reliability: s.Reliability, Credibility: s.Credibility, Stated: s.Stated}
	return c, true
}
