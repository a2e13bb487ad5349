-- Failed attempts are counted in memory: strangers write nothing.
DROP TABLE attempt;

-- Devices from which an account's owner has logged in, and where they were.
CREATE TABLE device (
    hash    BLOB    NOT NULL, -- sha256 of the cookie
    account INTEGER NOT NULL REFERENCES account,
    source  TEXT    NOT NULL,
    seen    INTEGER NOT NULL,
    PRIMARY KEY (hash, account)
) WITHOUT ROWID;
CREATE INDEX device_account ON device (account);

-- Forms are kept for known devices only.
ALTER TABLE parked ADD COLUMN device BLOB NOT NULL DEFAULT x'';

-- What a station was called before. Its reports are kept under the name they
-- came with; so no other station may have it.
CREATE TABLE former (
    name    TEXT    NOT NULL,
    station INTEGER NOT NULL REFERENCES station,
    PRIMARY KEY (name, station)
) WITHOUT ROWID;
CREATE VIEW called AS SELECT id, name FROM station UNION ALL SELECT station, name FROM former;
CREATE TRIGGER station_was_called AFTER UPDATE OF name ON station WHEN OLD.name <> NEW.name
BEGIN INSERT OR IGNORE INTO former (name, station) VALUES (OLD.name, OLD.id); END;

-- What is append-only is not replaced either: REPLACE deletes without asking
-- the triggers that refuse deletes.
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT * FROM audit WHERE id = NEW.id)
BEGIN SELECT raise(ABORT, 'the audit log does not change'); END;
CREATE TRIGGER sheet_is_not_replaced BEFORE INSERT ON sheet WHEN EXISTS (SELECT * FROM sheet WHERE id = NEW.id OR (form, period, name, version) = (NEW.form, NEW.period, NEW.name, NEW.version))
BEGIN SELECT raise(ABORT, 'a frozen sheet does not change'); END;
CREATE TRIGGER lexicon_is_not_replaced BEFORE INSERT ON lexicon WHEN EXISTS (SELECT * FROM lexicon WHERE version = NEW.version)
BEGIN SELECT raise(ABORT, 'a version does not change'); END;
CREATE TRIGGER casenote_is_not_replaced BEFORE INSERT ON casenote WHEN EXISTS (SELECT * FROM casenote WHERE id = NEW.id)
BEGIN SELECT raise(ABORT, 'the history does not change'); END;
CREATE TRIGGER bulletin_is_not_replaced BEFORE INSERT ON bulletin WHEN EXISTS (SELECT * FROM bulletin WHERE id = NEW.id)
BEGIN SELECT raise(ABORT, 'what was issued does not change'); END;
