package chaping

import (
	"errors"
	"strings"
)

// An Advice is what to do about an error where that differs from face to face:
// the command line names a command, the portal a page. Each face has words for
// every code; Params fill them in.
type Advice struct {
	Code   AdviceCode
	Params []any
}

// An AdviceCode names an advice. A face words it with the parameters that the
// code's comment lists.
type AdviceCode string

// The codes.
const (
	AdviceAddress        AdviceCode = "address"         // say where people reach the portal
	AdviceDrainAgain     AdviceCode = "drain-again"     // no more batches can wait
	AdviceEvidence       AdviceCode = "evidence"        // look at which pages are kept
	AdviceRestore        AdviceCode = "restore"         // a restore was not finished
	AdviceEmptyDir       AdviceCode = "empty-dir"       // a restore needs an empty directory
	AdviceColumns        AdviceCode = "columns"         // a file of labelled texts lacks a column
	AdviceDrain          AdviceCode = "drain"           // batches wait in the data directory for the database
	AdviceSiteOff        AdviceCode = "site-off"        // the administrator has switched the site off
	AdviceDataDir        AdviceCode = "data-dir"        // the data directory cannot be written
	AdviceShareStore     AdviceCode = "share-store"     // machines that share a collection need a ClickHouse server
	AdviceShareQueues    AdviceCode = "share-queues"    // and a Redis server
	AdviceOtherPort      AdviceCode = "other-port"      // the port is taken
	AdviceHighPort       AdviceCode = "high-port"       // ports below 1024 need a right
	AdvicePlans          AdviceCode = "plans"           // there is no such plan
	AdviceLeave          AdviceCode = "leave"           // the site needs a leave in writing: name of the shipped profile
	AdviceCentre         AdviceCode = "centre"          // the research centre's address is to be set
	AdviceReason         AdviceCode = "reason"          // a correction needs its reason
	AdviceDraft          AdviceCode = "draft"           // a person is to verify an entry that the program drafted
	AdviceMentions       AdviceCode = "mentions"        // look at which mentions there are
	AdviceSender         AdviceCode = "sender"          // say whose form it is
	AdviceRuns           AdviceCode = "runs"            // look at which runs there were
	AdviceVersions       AdviceCode = "versions"        // look at which versions were frozen
	AdvicePurged         AdviceCode = "purged"          // the period's reviews were removed; what was frozen before can be had
	AdviceUnfinished     AdviceCode = "unfinished"      // end the import, take it back, or say why the sheet is frozen without it
	AdviceEmptyPeriod    AdviceCode = "empty-period"    // collect or import first, or have somebody verify that there is no review
	AdviceServerBackup   AdviceCode = "server-backup"   // a server is backed up by its own means
	AdviceQueryTime      AdviceCode = "query-time"      // ask for less, or allow more time
	AdviceQueryMemory    AdviceCode = "query-memory"    // ask for less, or allow more memory
	AdviceQueryLimits    AdviceCode = "query-limits"    // limits are set beside the statement
	AdviceQueryFunctions AdviceCode = "query-functions" // which functions may be used
)

// Explain words an error for a user: what has happened, and what to do about
// it. words gives the face's words for an advice.
func Explain(err error, words func(Advice) string) string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, e := range joined.Unwrap() {
			lines = append(lines, Explain(e, words))
		}
		return strings.Join(lines, "\n")
	}
	text := err.Error()
	if a, ok := adviceOf(err); ok {
		text += "。处理办法：" + words(a)
	}
	return text
}

// adviceOf is the first advice in the chain of err.
func adviceOf(err error) (Advice, bool) {
	for ; err != nil; err = errors.Unwrap(err) {
		var a Advice
		switch e := err.(type) {
		case *Error:
			a = e.Advice
		case *InputError:
			a = e.Advice
		}
		if a.Code != "" {
			return a, true
		}
	}
	return Advice{}, false
}
