-- What people made of the leads of the board: a product and a hazard class in
-- what stations handed in for a period. The leads themselves are put together
-- from the entries whenever they are shown, so that a station's correction
-- shows at once; here stands only what somebody has decided, and it holds
-- whatever else is handed in.
CREATE TABLE lead (
    id       INTEGER PRIMARY KEY,
    period   TEXT    NOT NULL,
    product  TEXT    NOT NULL, -- as it was written when somebody first decided
    alike    TEXT    NOT NULL, -- what names that people take for the same have in common
    hazard   TEXT    NOT NULL, -- '' for none
    mark     TEXT    NOT NULL, -- sets leads without a hazard class apart, by their content
    head     INTEGER REFERENCES lead,     -- that it was merged into by hand; NULL: none
    state    TEXT    NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'judging', 'case', 'dismissed')),
    reason   TEXT    NOT NULL DEFAULT '', -- why it is dismissed
    assignee INTEGER REFERENCES account,
    casefile INTEGER REFERENCES casefile,
    version  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (period, alike, hazard, mark),
    CHECK (state <> 'dismissed' OR reason <> ''),
    CHECK (head IS NULL OR head <> id)
);
CREATE INDEX lead_head ON lead (head) WHERE head IS NOT NULL;
CREATE INDEX lead_casefile ON lead (casefile) WHERE casefile IS NOT NULL;
CREATE INDEX lead_assignee ON lead (assignee) WHERE assignee IS NOT NULL;

-- What was done with a lead, append-only.
CREATE TABLE leadnote (
    id      INTEGER PRIMARY KEY,
    lead    INTEGER NOT NULL REFERENCES lead,
    at      INTEGER NOT NULL,
    who     TEXT    NOT NULL,
    action  TEXT    NOT NULL, -- state, assign, merge, split, case, note
    content TEXT    NOT NULL
);
CREATE INDEX leadnote_lead ON leadnote (lead);
CREATE TRIGGER leadnote_is_immutable BEFORE UPDATE ON leadnote BEGIN SELECT raise(ABORT, 'the history does not change'); END;
CREATE TRIGGER leadnote_stays BEFORE DELETE ON leadnote BEGIN SELECT raise(ABORT, 'the history is kept'); END;
