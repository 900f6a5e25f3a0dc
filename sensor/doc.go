// Package sensor finds the indicators of a TAXII collection in logs as they are written, for weeks, whatever happens to the network and to itself.
//
//	err := sensor.Run(ctx, sensor.Config{
//		Collection: sensor.Remote{URL: "https://cti.example/api1/collections/…/", TokenFile: "token"},
//		Dir:        "/var/lib/threatwatch-sensor", Logs: []string{"/var/log/suricata/eve.json"}, Follow: true,
//	})
//
// Four things go on beside each other: the collection is polled and what is new enters the index ([match.Index.Update]); logs are read; what was
// found in them is gathered, and written to the spool a window at a time; and the spool is sent. Each works when the others cannot.
//
// # What is kept
//
//	DIR/lock            held while a sensor runs
//	DIR/copy            journal: the indicators and identities of the collection as received, and how far it was read
//	DIR/spool           journal: windows that are not yet acknowledged, and how far each log was read
//	DIR/refused.ndjson  objects that the exchange did not take, with its reasons
//	DIR/status.json     how things stand, for people and monitoring
//
// A journal is records with checksums, each on disk before it counts; what was being written when the process or the machine died is cut off at
// the next start. It is written anew when most of it no longer counts. An embedded store would do more than is needed: nothing is asked of the copy but to be read
// once at a start, it can always be fetched again, and an object that the door of a store would refuse may still hold a pattern to look for.
//
// # What is promised
//
// A window and the places up to which the logs were read for it are one record. So a record of a log is counted in exactly one window, wherever the process
// is killed, as long as the log still exists. A hit is told as soon as it is found and again after a kill that came before the end of its window: at least once.
// The ids of sightings follow from the window, so that a window that is sent again changes nothing.
//
// The collection is what the sensor believes. TAXII does not say when an object has been withheld or deleted, so the manifest is compared with the
// copy now and then (Config.Recheck); it is not believed alone, see poller.forget. Of an object that comes in several versions the last counts: who may write to the collection can end an indicator.
package sensor
