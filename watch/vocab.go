package watch

import (
	"slices"
	"strings"
)

// Vocabulary is a list of words that a property may hold, in the order in which forms show them.
type Vocabulary []Word

// Word is a code with what pages call it.
type Word struct{ Code, Label string }

// Has says whether a code is in the vocabulary.
func (v Vocabulary) Has(code string) bool {
	return slices.ContainsFunc(v, func(w Word) bool { return w.Code == code })
}

// Label is what pages call a code; the code itself when it is not in the vocabulary.
func (v Vocabulary) Label(code string) string {
	if i := slices.IndexFunc(v, func(w Word) bool { return w.Code == code }); i >= 0 {
		return v[i].Label
	}
	return code
}

// The vocabularies of an incident. Determinations and InvestigationStatuses are those of the Incident Core extension.
var (
	Determinations        = Vocabulary{{"suspected", "suspected"}, {"confirmed", "confirmed"}, {"blocked", "blocked"}, {"failed-attempt", "failed attempt"}, {"false-positive", "false alarm"}}
	InvestigationStatuses = Vocabulary{{"new", "new"}, {"open", "open"}, {"closed", "closed"}}
	RecordStates          = Vocabulary{{"draft", "draft"}, {"published", "published"}, {"disputed", "disputed"}, {"corrected", "corrected"}, {"merged", "merged"}, {"retracted", "retracted"}}
	MilestoneKinds        = Vocabulary{{"first_action", "first action"}, {"last_action", "last action"}, {"compromise", "compromise"}, {"exfiltration", "data taken"}, {"discovery", "discovered"}, {"containment", "contained"},
		{"authority_notified", "authority told"}, {"victims_notice_begin", "people affected told"}, {"victims_notice_end", "last people told"}, {"public_disclosure", "made public"},
		{"leak_posted", "leak posted"}, {"first_claim", "first claim"}, {"formal_attribution", "formal attribution"}, {"first_denial", "first denial"}, {"response_measure", "response"}, {"recovered", "recovered"}}
	Reporters      = Vocabulary{{"journalist", "journalists"}, {"researcher", "researchers"}, {"victim", "the victim"}, {"attacker", "the attacker"}, {"government", "a government"}, {"court", "a court"}, {"company", "a company"}}
	Losses         = Vocabulary{{"none", "none"}, {"suspected-loss", "suspected"}, {"contained", "contained"}, {"confirmed-loss", "confirmed"}, {"exploited-loss", "used by others"}}
	ResponseKinds  = Vocabulary{{"sanction", "sanctions"}, {"indictment", "indictment"}, {"expulsion", "expulsion"}, {"protest", "protest"}, {"takedown", "takedown"}, {"arrest", "arrest"}, {"conviction", "conviction"}, {"statement", "statement"}, {"hack-back", "counter-operation"}, {"other", "other"}}
	ActionKinds    = Vocabulary{{"hacking", "hacking"}, {"malware", "malware"}, {"social", "deceiving people"}, {"misuse", "misuse by insiders"}, {"physical", "physical"}, {"error", "error"}, {"environmental", "environment"}, {"unknown", "unknown"}}
	OperationKinds = Vocabulary{{"espionage", "espionage"}, {"data-theft", "theft of data"}, {"leak", "hack and leak"}, {"ransomware", "ransomware"}, {"disruption", "disruption"}, {"destruction", "destruction"}, {"sabotage", "sabotage"}, {"defacement", "defacement"}, {"denial-of-service", "denial of service"}, {"fraud", "fraud"}, {"financial-theft", "theft of money"}, {"hijacking", "hijacking"}, {"doxing", "doxing"}}
)

// Sectors are those of STIX 2.1 (§10.18, industry-sector-ov).
var Sectors = plainWords("agriculture", "aerospace", "automotive", "chemical", "commercial", "communications", "construction", "dams", "defense", "education", "emergency-services", "energy", "entertainment", "financial-services",
	"government", "government-local", "government-national", "government-public-services", "government-regional", "healthcare", "hospitality-leisure", "infrastructure", "insurance", "legal", "manufacturing", "mining", "non-profit", "nuclear",
	"pharmaceuticals", "retail", "technology", "telecommunications", "transportation", "utilities", "water")

// Varieties are the kinds of data of VERIS 1.4.1, by their place in the trio.
var Varieties = plainWords("Secrets", "Copyrighted", "Source code", "Internal", "Bank", "Payment", "Virtual currency", "Classified", "Personal", "Sensitive Personal", "Medical",
	"Credentials", "API key", "Digital certificate", "Multi-factor credential", "Session key", "System", "Other", "Unknown")

// plainWords is a vocabulary whose words pages call by their codes, without hyphens.
func plainWords(codes ...string) (v Vocabulary) {
	for _, c := range codes {
		label := c
		if c == strings.ToLower(c) {
			label = strings.ReplaceAll(c, "-", " ")
		}
		v = append(v, Word{c, label})
	}
	return v
}

// The vocabularies of a claim.
var (
	Capacities = Vocabulary{{"victim", "victim"}, {"victim-state", "state of the victim"}, {"other-state", "another state"}, {"accused-state", "accused state"}, {"vendor", "security company"}, {"media", "media"},
		{"court", "court"}, {"ngo", "non-governmental organisation"}, {"academic", "researchers"}, {"attacker", "the attacker"}, {"anonymous-official", "officials who are not named"}, {"international-body", "international body"}, {"accused", "the accused"}, {"other", "other"}}
	Channels = Vocabulary{{"technical-report", "technical report"}, {"official-statement", "official statement"}, {"speech", "speech"}, {"indictment", "indictment"}, {"sanction-notice", "sanction notice"},
		{"court-judgment", "judgment"}, {"media-named", "media, source named"}, {"media-anonymous", "media, source not named"}, {"leak-site", "leak site"}, {"social", "social media"}, {"in-the-act", "in the act itself"}, {"legal-action", "legal action"}, {"private-via-rfa", "in answer to a request"}}
	ClaimKinds       = Vocabulary{{"technical", "technical"}, {"political", "political"}, {"legal", "legal"}, {"self", "by the attacker"}, {"media", "media"}}
	Levels           = Vocabulary{{"cluster", "cluster of activity"}, {"person", "person"}, {"group", "group"}, {"organisation", "organisation"}, {"state-organ", "organ of a state"}, {"state", "state"}, {"territory-only", "from a territory"}, {"insider", "insider"}, {"non-state", "not a state"}}
	Responsibilities = Vocabulary{{"state-prohibited", "prohibited by the state"}, {"state-prohibited-but-inadequate", "prohibited, but not enough done"}, {"state-ignored", "ignored by the state"}, {"state-encouraged", "encouraged by the state"}, {"state-shaped", "shaped by the state"},
		{"state-coordinated", "coordinated by the state"}, {"state-ordered", "ordered by the state"}, {"state-rogue-conducted", "done by rogue elements of the state"}, {"state-executed", "done by the state"}, {"state-integrated", "done by the state with others"}}
	EvidenceAccess    = Vocabulary{{"witnessed", "witnessed"}, {"deduced", "deduced"}, {"induced", "induced"}, {"told", "told by others"}}
	EvidencePublished = Vocabulary{{"none", "no evidence published"}, {"summary", "summary published"}, {"indicators", "indicators published"}, {"full", "full report published"}, {"court-tested", "tested in court"}}
	Reliabilities     = Vocabulary{{"A", "A completely reliable"}, {"B", "B usually reliable"}, {"C", "C fairly reliable"}, {"D", "D not usually reliable"}, {"E", "E unreliable"}, {"F", "F cannot be judged"}}
	Credibilities     = Vocabulary{{"1", "1 confirmed"}, {"2", "2 probably true"}, {"3", "3 possibly true"}, {"4", "4 doubtful"}, {"5", "5 improbable"}, {"6", "6 cannot be judged"}}
	ClaimStatuses     = Vocabulary{{"standing", "standing"}, {"superseded", "superseded"}, {"withdrawn", "withdrawn"}, {"court-rejected", "rejected by a court"}}
	Asked             = Vocabulary{{"yes", "yes"}, {"no", "no"}, {"unknown", "unknown"}}
	Considered        = Vocabulary{{"technical", "technical attributes"}, {"scope", "scope, scale and impact"}, {"context", "the larger context"}, {"consultations", "consultations between the states"}}
)

// Checklist is the list of twelve statements about a claim that anybody can check.
var Checklist = Vocabulary{
	{"named_source", "The source is named"}, {"no_interest", "No direct interest in the outcome"}, {"no_party", "No party to the dispute"}, {"track_record", "No false claims known from before"},
	{"fact_from_judgement", "The wording separates fact from judgement"}, {"confidence_stated", "Confidence is stated"}, {"alternatives", "Alternatives are discussed"}, {"method", "The method is shown"},
	{"open_data", "Indicators or data are open"}, {"unique_evidence", "Evidence that only this source could have is described"}, {"independent", "Confirmed independently"}, {"accused_asked", "The accused was asked, or answered"},
}

// Stances are what somebody can say of a claim or an incident, as a verb that follows who says it.
var Stances = Vocabulary{{"deny", "denies"}, {"deny-knowledge", "denies knowledge"}, {"no-comment", "does not comment"}, {"reject-evidence", "rejects the evidence"}, {"counter-accuse", "accuses in turn"},
	{"request-evidence", "asks for evidence"}, {"offer-cooperation", "offers cooperation"}, {"concur", "agrees"}, {"partly-concur", "agrees in part"}, {"doubt", "doubts"}, {"alternative-named", "names somebody else"},
	{"admit", "admits"}, {"gravity-higher", "holds it to be graver"}, {"gravity-lower", "holds it to be less grave"}, {"correct-fact", "corrects a fact"}}

// opinions are the stances that are opinions in STIX 2.1 (§4.16, opinion-enum); the others are notes.
var opinions = map[string]string{"deny": "strongly-disagree", "reject-evidence": "strongly-disagree", "doubt": "disagree", "alternative-named": "disagree", "gravity-higher": "disagree", "gravity-lower": "disagree",
	"partly-concur": "neutral", "concur": "agree", "admit": "strongly-agree"}
