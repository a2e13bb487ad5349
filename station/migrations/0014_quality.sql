-- Why a mention was rejected, and which judgements were made at once: a decision
-- is named after the first of its rows.
ALTER TABLE judgement ADD COLUMN reason TEXT NOT NULL DEFAULT ''
    CHECK (reason IN ('', 'negated', 'hypothetical', 'other_goods', 'other_meaning', 'service'));
ALTER TABLE judgement ADD COLUMN decision INTEGER NOT NULL DEFAULT 0;
UPDATE judgement SET decision = id;
CREATE INDEX judgement_at_once ON judgement (decision);

-- What people made of reviews without an affirmed mention; the last one holds,
-- '' withdraws it.
CREATE TABLE reading (
    id       INTEGER PRIMARY KEY,
    platform TEXT    NOT NULL,
    product  TEXT    NOT NULL,
    review   TEXT    NOT NULL,
    verdict  TEXT    NOT NULL CHECK (verdict IN ('', 'none', 'problem')),
    marks    TEXT    NOT NULL, -- JSON, spans of bytes of the review's body
    who      TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    decision INTEGER NOT NULL
);
CREATE INDEX reading_of ON reading (platform, product, review, id);
CREATE INDEX reading_at_once ON reading (decision);

-- The samples that were drawn for people to judge. The last row of a period
-- holds; its seed is that of the first.
CREATE TABLE sample (
    id     INTEGER PRIMARY KEY,
    period TEXT    NOT NULL, -- 2026-11
    seed   INTEGER NOT NULL,
    margin REAL    NOT NULL, -- half of the interval that was asked for, as a share
    who    TEXT    NOT NULL,
    at     INTEGER NOT NULL
);
CREATE INDEX sample_of ON sample (period, id);

-- The latest statement of quality of each period, as it was computed from the
-- store and the decisions that source names.
CREATE TABLE quality (
    period  TEXT    PRIMARY KEY,
    source  TEXT    NOT NULL,
    content TEXT    NOT NULL, -- JSON
    at      INTEGER NOT NULL
) WITHOUT ROWID;
