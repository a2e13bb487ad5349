-- Imports, and undoings of imports, that have not come to a good end: those that
-- go on, that were killed, and that failed.
SELECT id, stage, period, dictionary, state, started, finished, counts, error, updated
FROM runs FINAL
WHERE stage IN ('import', 'undo') AND (finished = 0 OR error != '')
ORDER BY updated DESC, id DESC
