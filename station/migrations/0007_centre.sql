-- What the research centre does with what stations hand in. Times are Unix
-- milliseconds, 0 for none.

-- Cases of coordinated disposal (风险信息协同处置).
CREATE TABLE casefile (
    id          INTEGER PRIMARY KEY,
    kind        TEXT    NOT NULL CHECK (kind IN ('product', 'industry')),
    title       TEXT    NOT NULL,
    station     INTEGER REFERENCES station, -- whose lead it was; NULL for the centre's own
    urgent      INTEGER REFERENCES urgent,  -- the urgent report that it began with
    lead        TEXT    NOT NULL,           -- what was found, and where it is written
    responsible TEXT    NOT NULL,           -- producers and operators
    deadline    INTEGER NOT NULL,           -- 00:00 of the last day
    found       INTEGER NOT NULL,
    judged      INTEGER NOT NULL DEFAULT 0,
    warned      INTEGER NOT NULL DEFAULT 0,
    disposed    INTEGER NOT NULL DEFAULT 0,
    outcome     TEXT    NOT NULL DEFAULT '',
    created     INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX casefile_urgent ON casefile (urgent) WHERE urgent IS NOT NULL;

-- What happened in a case, append-only.
CREATE TABLE casenote (
    id       INTEGER PRIMARY KEY,
    casefile INTEGER NOT NULL REFERENCES casefile,
    at       INTEGER NOT NULL,
    who      TEXT    NOT NULL,
    measure  TEXT    NOT NULL, -- '' for a remark
    done     INTEGER NOT NULL, -- whether the measure was carried out, or urged
    content  TEXT    NOT NULL
);
CREATE INDEX casenote_casefile ON casenote (casefile);
CREATE TRIGGER casenote_is_immutable BEFORE UPDATE ON casenote BEGIN SELECT raise(ABORT, 'the history does not change'); END;
CREATE TRIGGER casenote_stays BEFORE DELETE ON casenote BEGIN SELECT raise(ABORT, 'the history is kept'); END;

-- Bulletins, feedback to one station, consultations; append-only.
CREATE TABLE bulletin (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    who     TEXT    NOT NULL,
    kind    TEXT    NOT NULL CHECK (kind IN ('bulletin', 'feedback', 'consultation')),
    station INTEGER REFERENCES station, -- to whom; NULL for all
    title   TEXT    NOT NULL,
    content TEXT    NOT NULL
);
CREATE TRIGGER bulletin_is_immutable BEFORE UPDATE ON bulletin BEGIN SELECT raise(ABORT, 'what was issued does not change'); END;
CREATE TRIGGER bulletin_stays BEFORE DELETE ON bulletin BEGIN SELECT raise(ABORT, 'what was issued is kept'); END;
