// Package engine runs ClickHouse inside the process: libchdb, loaded without
// cgo, behind the HTTP interface that clickhouse-go already speaks.
//
// # How it is put together
//
//	store ── clickhouse-go (HTTP mode) ── Engine.RoundTrip ─┬─ owner:  libchdb in this process
//	                                                        └─ client: unix socket ── the owner's RoundTrip
//
// clickhouse-go in HTTP mode takes an http.RoundTripper. An [Engine] is one:
// it takes the request apart, hands the statement to libchdb and returns the
// answer as an HTTP response. No port is opened. The same statements, batches
// and scans therefore run here and on a ClickHouse server.
//
//	statement                  C interface                        response
//	INSERT ... FORMAT Native   chdb_stream_insert, append, done   empty
//	SELECT                     chdb_stream_query, fetch, cancel   streamed in Native format
//	all others                 chdb_query                         Native format
//
// A statement runs on a connection of its own for as long as its response is
// open. Connections are cheap and work side by side, so that an insert may run
// while a SELECT streams. What a SELECT returns is held one chunk at a time.
// Errors of the engine become status 500 with ClickHouse's own text, which the
// driver turns into *clickhouse.Exception; an error in mid-stream is framed as
// ClickHouse frames it. A cancelled context kills the statement.
//
// # The hello, and why revision 0
//
// The driver opens every connection with
//
//	SELECT displayName(), version(), revision(), timezone()
//
// and decodes that one answer at the driver's own protocol revision, in which
// a Native block begins with block info and every column carries one byte for
// its serialization. From then on it decodes at the revision that the answer
// names. libchdb, which knows nothing of a client revision, writes Native
// blocks as of revision 0: no block info, no extra byte. So the hello is
// answered in Go, by the driver's own encoder, and names revision 0.
//
// # One owner for a data directory
//
// libchdb serves one data path in a process, and one process on a data path.
// Whoever holds the lock on engine.lock owns the directory, and serves the
// same round tripper on a unix socket that only its user may open. Whoever
// comes later works through that socket:
//
//	           lock is free                     lock is held
//	Open ─┬──────────────────▶ owner      ┌─────────────────▶ ask the owner named in engine.lock
//	      │                               │                      │ answers        │ does not (yet)
//	      └───────────────────────────────┘                      ▼                ▼
//	                                                          client      try again, then say who holds it
//
// The lock dies with its process, so a killed owner leaves nothing to clean
// up: the next one takes over its files. A client whose owner ends opens anew,
// and so may become the owner itself; only a statement that was under way fails. The lock is the kernel's (flock);
// the pid in the file only serves messages.
package engine
