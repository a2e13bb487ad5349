// Package web is the stations' portal: pages in Chinese, rendered on the
// server, that work without a CDN and mostly without JavaScript.
//
// # A page
//
// Everything that can be asked for is one line of the table in routes.go:
//
//	{"GET", "/watches", readers, (*request).watches, "监测任务", data("监测"), "", watchesPage{}}
//
// From it come the mux, the check of roles, the navigation, what is entered
// into the audit log, and the test that walks every route with every role.
// To add a page, add its line, a method on request, a struct of what it shows,
// and a template in the folder of its area, named in pages.go. The line says which fields
// the handler reads; others it cannot read.
//
//	browser ─▶ ServeHTTP ─▶ origin ─▶ mux ─▶ gate ────────▶ handler ─▶ render
//	            headers     check            session,            │
//	            limits                       roles, home, act    └ error ─▶ fault page
//
// The gate is the one place that says who may do what: no handler asks for a
// role, and records that belong to stations are only reached through the
// account's station.Scope.
//
// # Programs
//
// Every route whose line says what comes out is there for programs as well,
// under /api/v1 (api.go): the same handler behind the same gate, a token in
// place of the session, a JSON object in place of the form, and what the page
// shows as JSON in place of the page. The OpenAPI document is made of the
// table (openapi.go), and a test holds every route to it.
//
// # Nothing blocks
//
// What takes long is a job (jobs.go): it runs in the background, one of its
// kind at a time, tells its progress by server-sent events, and can be
// cancelled. What pages show of the store is remembered (memo.go): a page
// that comes too early says so and looks again.
//
// # Nothing is lost
//
// Records carry a version; who changes an older one sees both (conflict). A
// form whose session has expired is parked and comes back after the login; so
// what says which record it is about stands in the form, not in its address.
// Long forms (form.go, annual.go) save themselves as drafts, which count for
// nothing until they are frozen.
//
// # What a browser may do
//
// Scripts and styles come from /assets only, nothing is inline. Forms from
// other origins are refused (http.CrossOriginProtection). Whatever buyers,
// sellers and people write is escaped by html/template.
package web
