-- When jobs run next, and what became of their runs. Unix milliseconds.
CREATE TABLE schedule (
    job  TEXT    PRIMARY KEY,
    spec TEXT    NOT NULL, -- cron expression; a new one begins anew
    next INTEGER NOT NULL
) WITHOUT ROWID;

-- A run belongs to the moment it was planned for: there is one a job and slot.
CREATE TABLE run (
    id       INTEGER PRIMARY KEY,
    job      TEXT    NOT NULL,
    slot     INTEGER NOT NULL,
    manual   INTEGER NOT NULL DEFAULT 0,
    started  INTEGER NOT NULL, -- first attempt
    attempts INTEGER NOT NULL DEFAULT 0,
    due      INTEGER NOT NULL, -- next attempt
    finished INTEGER NOT NULL DEFAULT 0,
    error    TEXT    NOT NULL DEFAULT '',
    UNIQUE (job, slot)
);
CREATE INDEX run_open ON run (due) WHERE finished = 0;

-- Steps that are done are not done again when the run is taken up.
CREATE TABLE step (
    run      INTEGER NOT NULL REFERENCES run,
    name     TEXT    NOT NULL,
    started  INTEGER NOT NULL,
    finished INTEGER NOT NULL DEFAULT 0,
    error    TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (run, name)
);

-- That a report was filed, for reminders and the assessment (R31).
CREATE TABLE filing (
    period TEXT    NOT NULL,
    name   TEXT    NOT NULL, -- the watch, or ''
    filed  INTEGER NOT NULL,
    who    TEXT    NOT NULL,
    note   TEXT    NOT NULL,
    PRIMARY KEY (period, name)
) WITHOUT ROWID;
