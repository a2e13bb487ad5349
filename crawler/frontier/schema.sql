-- Queues of one machine. Times are Unix milliseconds.

CREATE TABLE queue (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE,
    open    INTEGER NOT NULL DEFAULT 0, -- items neither done nor dead
    dead    INTEGER NOT NULL DEFAULT 0,
    touched INTEGER NOT NULL            -- last opened
);

-- Keys that were ever added, as 128 bits of hash: a done item leaves nothing
-- else behind.
CREATE TABLE known (
    queue INTEGER NOT NULL REFERENCES queue ON DELETE CASCADE,
    hash  BLOB    NOT NULL,
    PRIMARY KEY (queue, hash)
) WITHOUT ROWID;

CREATE TABLE item (
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- first come, first served
    queue    INTEGER NOT NULL REFERENCES queue ON DELETE CASCADE,
    state    INTEGER NOT NULL, -- 0 waiting, 1 leased, 2 waiting for its time
    key      TEXT    NOT NULL,
    host     TEXT    NOT NULL,
    rank     INTEGER NOT NULL,
    task     BLOB    NOT NULL,
    due      INTEGER NOT NULL, -- state 1: end of the lease; state 2: not before
    token    INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    snoozes  INTEGER NOT NULL,
    losses   INTEGER NOT NULL
);
CREATE INDEX item_waiting ON item (queue, host, rank, id) WHERE state = 0;
CREATE INDEX item_leased  ON item (due, host) WHERE state = 1;
CREATE INDEX item_later   ON item (queue, due) WHERE state = 2;

CREATE TABLE dead (
    id     INTEGER PRIMARY KEY,
    queue  INTEGER NOT NULL REFERENCES queue ON DELETE CASCADE,
    key    TEXT    NOT NULL,
    host   TEXT    NOT NULL,
    rank   INTEGER NOT NULL,
    task   BLOB    NOT NULL,
    reason TEXT    NOT NULL
);
CREATE INDEX dead_queue ON dead (queue, id);

CREATE TABLE counter (
    queue INTEGER NOT NULL REFERENCES queue ON DELETE CASCADE,
    name  TEXT    NOT NULL,
    n     INTEGER NOT NULL,
    PRIMARY KEY (queue, name)
) WITHOUT ROWID;

CREATE TABLE note (
    id    INTEGER PRIMARY KEY,
    queue INTEGER NOT NULL REFERENCES queue ON DELETE CASCADE,
    text  TEXT    NOT NULL
);
CREATE INDEX note_queue ON note (queue, id);

-- What all queues keep to.
CREATE TABLE host (
    name    TEXT PRIMARY KEY,
    pace    INTEGER NOT NULL DEFAULT 0, -- delay that holds in place of a shorter one of the policy
    next    INTEGER NOT NULL DEFAULT 0, -- not before
    blocked INTEGER NOT NULL DEFAULT 0, -- not before, either
    reason  TEXT    NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- What one collection leaves for the next.
CREATE TABLE mark (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
