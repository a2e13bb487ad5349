package backup

// For the tests of what a restore that was killed has left.
const (
	RestoreFolder = restoreFolder
	MovedName     = movedName
)
