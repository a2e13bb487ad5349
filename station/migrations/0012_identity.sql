-- Stations are referred to by id: what they are called may change. Go code
-- (identity.go) has found out before which station each name meant, and which
-- versions file names told: in the temporary tables named and told.

-- Frozen sheets: name is the watch of a sheet of reviews. A station's own
-- sheets have none, but for those that were frozen under another of its names
-- beside a sheet of the same version.
CREATE TABLE sheet_new (
    id         INTEGER PRIMARY KEY,
    form       TEXT    NOT NULL, -- platform, association, urgent, annual
    period     TEXT    NOT NULL, -- 2026-11; a year for the annual report
    station    INTEGER REFERENCES station, -- that filled it in; NULL: counted from the installation's reviews
    name       TEXT    NOT NULL, -- the watch, when there are several; or ''
    version    INTEGER NOT NULL, -- 1, 2, ...
    frozen     INTEGER NOT NULL,
    dictionary TEXT    NOT NULL,
    program    TEXT    NOT NULL,
    who        TEXT    NOT NULL,
    reason     TEXT    NOT NULL, -- of a correction; empty for version 1
    hash       TEXT    NOT NULL, -- sha256 of model, hexadecimal
    model      BLOB    NOT NULL,
    CHECK (version = 1 OR reason <> '')
);
INSERT INTO sheet_new (id, form, period, station, name, version, frozen, dictionary, program, who, reason, hash, model)
    SELECT s.id, s.form, s.period, n.station,
        CASE WHEN n.station IS NOT NULL AND (s.name = station.name OR NOT EXISTS (
            SELECT * FROM sheet o JOIN named m ON m.name = o.name
            WHERE o.form = s.form AND o.period = s.period AND o.version = s.version AND o.id <> s.id AND m.station = n.station)) THEN '' ELSE s.name END,
        s.version, s.frozen, s.dictionary, s.program, s.who, s.reason, s.hash, s.model
    FROM sheet s LEFT JOIN named n ON n.name = s.name AND s.name <> '' AND s.form <> 'platform' LEFT JOIN station ON station.id = n.station;
CREATE TABLE receipt_new (
    sheet    INTEGER PRIMARY KEY REFERENCES sheet_new,
    centre   TEXT    NOT NULL, -- address
    number   INTEGER NOT NULL, -- of the submission there
    received INTEGER NOT NULL  -- as the centre says
);
INSERT INTO receipt_new SELECT sheet, centre, number, received FROM receipt;

-- What stations hand in: the file as it came, whatever its format.
CREATE TABLE submission_new (
    id            INTEGER PRIMARY KEY,
    period        TEXT    NOT NULL, -- 2026-11; a year for the annual report
    station       INTEGER NOT NULL REFERENCES station,
    form          TEXT    NOT NULL, -- platform, association, annual; '' for other material
    name          TEXT    NOT NULL, -- the watch, when the station has several; or ''
    version       INTEGER NOT NULL, -- of the frozen sheet; 0 where nobody said so
    sheet         INTEGER REFERENCES sheet_new, -- which, if it was frozen in this installation
    superseded_by INTEGER REFERENCES submission_new, -- NULL: it counts
    about         TEXT    NOT NULL, -- a description; all that a free format needs
    file          TEXT    NOT NULL, -- what its sender calls it
    hash          TEXT    NOT NULL, -- sha256 of original
    received      INTEGER NOT NULL,
    original      BLOB    NOT NULL
);
INSERT INTO submission_new (id, period, station, form, name, version, about, file, hash, received, original)
    SELECT s.id, s.period, n.station,
        CASE WHEN length(s.period) = 4 THEN 'annual'
            ELSE coalesce((SELECT iif(json_valid(content), iif(json_type(content, '$.term') IS NULL, 'association', 'platform'), 'association') FROM entry WHERE submission = s.id ORDER BY seq LIMIT 1),
                CASE WHEN t.version IS NULL THEN '' WHEN station.kind = 'platform' THEN 'platform' ELSE 'association' END) END,
        coalesce(t.name, ''), coalesce(t.version, 0), s.about, s.file, s.hash, s.received, s.original
    FROM submission s JOIN named n ON n.name = s.station JOIN station ON station.id = n.station LEFT JOIN told t ON t.submission = s.id;
UPDATE submission_new SET superseded_by = replaced.by FROM replaced WHERE replaced.submission = id;
UPDATE submission_new SET sheet = (SELECT o.id FROM sheet_new o WHERE o.form = submission_new.form AND o.period = submission_new.period AND o.version = submission_new.version AND o.name = submission_new.name
        AND (o.station = submission_new.station OR o.station IS NULL AND o.hash = submission_new.hash))
    WHERE version > 0;
CREATE TABLE entry_new (
    submission INTEGER NOT NULL REFERENCES submission_new,
    seq        INTEGER NOT NULL,
    content    TEXT    NOT NULL, -- JSON, the fields of sheet A with kind and danger
    PRIMARY KEY (submission, seq)
) WITHOUT ROWID;
INSERT INTO entry_new SELECT submission, seq, content FROM entry;

-- That a report of the home station was filed, for reminders and the
-- assessment (R31).
CREATE TABLE filing_new (
    period  TEXT    NOT NULL,
    station INTEGER REFERENCES station, -- NULL: noted before the installation had one
    name    TEXT    NOT NULL, -- the watch, or ''
    filed   INTEGER NOT NULL,
    who     TEXT    NOT NULL,
    note    TEXT    NOT NULL
);
CREATE UNIQUE INDEX filing_once ON filing_new (period, coalesce(station, 0), name);
INSERT OR IGNORE INTO filing_new (period, station, name, filed, who, note)
    SELECT f.period, home.id, iif(f.name <> '' AND n.station = home.id, '', f.name), f.filed, f.who, f.note
    FROM filing f LEFT JOIN (SELECT station.id FROM station JOIN setting ON setting.name = 'home' AND station.id = CAST(setting.value AS INTEGER)) home
        LEFT JOIN named n ON n.name = f.name ORDER BY f.filed;

DROP TABLE entry;
DROP TABLE submission;
DROP TABLE receipt;
DROP TABLE sheet;
DROP TABLE filing;
ALTER TABLE sheet_new RENAME TO sheet;
ALTER TABLE receipt_new RENAME TO receipt;
ALTER TABLE submission_new RENAME TO submission;
ALTER TABLE entry_new RENAME TO entry;
ALTER TABLE filing_new RENAME TO filing;
CREATE INDEX submission_of ON submission (period, station);
CREATE UNIQUE INDEX sheet_once ON sheet (form, period, coalesce(station, 0), name, version);
CREATE TRIGGER sheet_is_immutable BEFORE UPDATE ON sheet BEGIN SELECT raise(ABORT, 'a frozen sheet does not change'); END;
CREATE TRIGGER sheet_stays BEFORE DELETE ON sheet BEGIN SELECT raise(ABORT, 'a frozen sheet is kept'); END;
CREATE TRIGGER sheet_is_not_replaced BEFORE INSERT ON sheet
WHEN EXISTS (SELECT * FROM sheet WHERE id = NEW.id OR (form, period, coalesce(station, 0), name, version) = (NEW.form, NEW.period, coalesce(NEW.station, 0), NEW.name, NEW.version))
BEGIN SELECT raise(ABORT, 'a frozen sheet does not change'); END;

-- Other stations may take a name that a station no longer has.
DROP VIEW called;
DROP TABLE named;
DROP TABLE told;
DROP TABLE replaced;
