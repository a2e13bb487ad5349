-- What was learnt from decisions; the last version holds, '' takes back what was
-- learnt. Weights and report are JSON.
CREATE TABLE learning (
    version INTEGER PRIMARY KEY, -- 1, 2, ...
    at      INTEGER NOT NULL,
    who     TEXT    NOT NULL,
    adapter TEXT    NOT NULL, -- version of the adapter, a hash of its weights
    base    TEXT    NOT NULL, -- of the miner that it was learnt for
    weights TEXT    NOT NULL,
    report  TEXT    NOT NULL
);
CREATE TRIGGER learning_is_immutable BEFORE UPDATE ON learning BEGIN SELECT raise(ABORT, 'what was learnt does not change'); END;
CREATE TRIGGER learning_stays BEFORE DELETE ON learning BEGIN SELECT raise(ABORT, 'what was learnt is kept'); END;

-- What the second reader says of a mention, and by which text it was asked: the
-- same text is not asked again. Verdict '' is an answer that says nothing usable.
CREATE TABLE opinion (
    platform TEXT    NOT NULL,
    product  TEXT    NOT NULL,
    review   TEXT    NOT NULL,
    term     TEXT    NOT NULL,
    model    TEXT    NOT NULL,
    asked    TEXT    NOT NULL, -- sha256 of the question
    verdict  TEXT    NOT NULL CHECK (verdict IN ('', 'affirmed', 'negated', 'hypothetical', 'other')),
    reason   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (platform, product, review, term, model)
) WITHOUT ROWID;
CREATE INDEX opinion_asked ON opinion (asked, model);
