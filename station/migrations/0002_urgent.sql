-- Suggested urgent reports (重要风险信息) and what a person made of them.
CREATE TABLE urgent (
    id        INTEGER PRIMARY KEY,
    event     TEXT    NOT NULL, -- rule and product: see package incident
    first     TEXT    NOT NULL, -- period in which it was raised
    last      TEXT    NOT NULL, -- period in which it was last seen
    raised    INTEGER NOT NULL,
    candidate TEXT    NOT NULL, -- JSON; no longer changed once decided
    status    TEXT    NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'confirmed', 'dismissed')),
    who       TEXT    NOT NULL DEFAULT '',
    reason    TEXT    NOT NULL DEFAULT '',
    decided   INTEGER NOT NULL DEFAULT 0,
    CHECK (status = 'open' OR (who <> '' AND reason <> '' AND decided > 0))
);
CREATE INDEX urgent_event ON urgent (event, id);
CREATE TRIGGER urgent_decided BEFORE UPDATE OF candidate, status, who, reason, decided ON urgent WHEN old.status <> 'open'
BEGIN SELECT raise(ABORT, 'a decision stands'); END;
