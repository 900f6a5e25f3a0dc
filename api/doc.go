// Package api answers programs in JSON: what is known of values, and which indicators stand in log records.
//
//	POST /api/v1/lookup   {"values":["evil[.]example","198.51.100.7"],"wider":true}
//	POST /api/v1/match    a log as it is, or {"records":[{…},…]}
//
// Every answer is made through a [release.View] of the caller, as over TAXII, so that nothing the caller may not see has a part in it: a lookup is
// a query of the view; matching uses what a [match.Live] shows the view. Errors are problem details (RFC 9457). doc/api.md tells the rest.
package api
