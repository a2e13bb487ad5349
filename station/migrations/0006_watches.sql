-- What the home station monitors (监测任务). Lists are JSON arrays of strings.
CREATE TABLE watch (
    id       INTEGER PRIMARY KEY,
    name     TEXT    NOT NULL UNIQUE,
    keywords TEXT    NOT NULL,
    terms    TEXT    NOT NULL,
    sources  TEXT    NOT NULL,
    version  INTEGER NOT NULL DEFAULT 1
);

-- Versions of the station's changes to the shipped dictionary, each complete.
-- The last one holds.
CREATE TABLE lexicon (
    version INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    who     TEXT    NOT NULL,
    note    TEXT    NOT NULL,
    edits   TEXT    NOT NULL -- JSON
);
CREATE TRIGGER lexicon_is_immutable BEFORE UPDATE ON lexicon BEGIN SELECT raise(ABORT, 'a version does not change'); END;
CREATE TRIGGER lexicon_stays BEFORE DELETE ON lexicon BEGIN SELECT raise(ABORT, 'a version is kept'); END;
