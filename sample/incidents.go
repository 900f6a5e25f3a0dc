package sample

import "slices"

// incidents are told in plain words; each fact is in one of the reports named, each attribution has its author and its day. An incident
// without claims is one of which nobody has said in public who did it.
var incidents = slices.Concat(before2010, from2010, from2013, from2015, from2017, from2019, from2021, from2023, from2025)
