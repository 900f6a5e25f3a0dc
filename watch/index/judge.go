package index

import "threatwatch/watch"

// Badges say at a glance how things stand with who did it. They are not exclusive.
var Badges = watch.Vocabulary{
	{Code: "unattributed", Label: "Unattributed"}, {Code: "claimed", Label: "Claimed"}, {Code: "self-claimed", Label: "Self-claimed"}, {Code: "independently-supported", Label: "Independently supported"}, {Code: "court-tested", Label: "Court-tested"},
	{Code: "contested", Label: "Contested"}, {Code: "denied", Label: "Denied"}, {Code: "victim-withholds", Label: "Victim withholds attribution"}, {Code: "withdrawn", Label: "Withdrawn"},
}
