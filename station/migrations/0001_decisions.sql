-- What people of the station decide. Times are Unix milliseconds. Nothing here
-- is ever changed or deleted: a later row replaces an earlier one.

-- Verdicts on the mentions of a term in a review; the last one holds.
CREATE TABLE judgement (
    id       INTEGER PRIMARY KEY,
    platform TEXT    NOT NULL,
    product  TEXT    NOT NULL,
    review   TEXT    NOT NULL,
    term     TEXT    NOT NULL,
    verdict  TEXT    NOT NULL CHECK (verdict IN ('', 'confirmed', 'rejected')),
    note     TEXT    NOT NULL,
    who      TEXT    NOT NULL,
    at       INTEGER NOT NULL
);
CREATE INDEX judgement_of ON judgement (platform, product, review, term, id);

-- Frozen sheets: what was signed. The model is the sheet's JSON; its sha256 is
-- the sheet's identity.
CREATE TABLE sheet (
    id         INTEGER PRIMARY KEY,
    form       TEXT    NOT NULL, -- platform, association, urgent, annual
    period     TEXT    NOT NULL, -- 2026-11; a year for the annual report
    name       TEXT    NOT NULL, -- the watch, when a station has several; or ''
    version    INTEGER NOT NULL, -- 1, 2, ...
    frozen     INTEGER NOT NULL,
    dictionary TEXT    NOT NULL,
    program    TEXT    NOT NULL,
    who        TEXT    NOT NULL,
    reason     TEXT    NOT NULL, -- of a correction; empty for version 1
    hash       TEXT    NOT NULL, -- sha256 of model, hexadecimal
    model      BLOB    NOT NULL,
    UNIQUE (form, period, name, version),
    CHECK (version = 1 OR reason <> '')
);
CREATE TRIGGER sheet_is_immutable BEFORE UPDATE ON sheet BEGIN SELECT raise(ABORT, 'a frozen sheet does not change'); END;
CREATE TRIGGER sheet_stays BEFORE DELETE ON sheet BEGIN SELECT raise(ABORT, 'a frozen sheet is kept'); END;

-- What stations hand in: the file as it came, whatever its format.
CREATE TABLE submission (
    id       INTEGER PRIMARY KEY,
    period   TEXT    NOT NULL,
    station  TEXT    NOT NULL,
    about    TEXT    NOT NULL, -- a description; all that a free format needs
    file     TEXT    NOT NULL,
    hash     TEXT    NOT NULL, -- sha256 of original
    received INTEGER NOT NULL,
    original BLOB    NOT NULL,
    UNIQUE (period, station, hash)
);

-- The rows of a submission in the form's own layout.
CREATE TABLE entry (
    submission INTEGER NOT NULL REFERENCES submission,
    seq        INTEGER NOT NULL,
    content    TEXT    NOT NULL, -- JSON, the fields of sheet A with kind and danger
    PRIMARY KEY (submission, seq)
) WITHOUT ROWID;
