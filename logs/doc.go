// Package logs reads log files as records: which values were seen, in which part of which record, and when.
//
// It knows formats and nothing of indicators. A Scanner looks at one record at a time and names the fields whose meaning it knows; what it
// does not need it steps over without decoding. Values are slices of the record's own bytes wherever the format allows it, and are good
// until the next record is scanned.
package logs
