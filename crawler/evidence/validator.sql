-- What tells whether an address still answers with a body that is kept here.
CREATE TABLE validator (
    url      TEXT    PRIMARY KEY,
    hash     BLOB    NOT NULL REFERENCES response ON DELETE CASCADE,
    etag     TEXT    NOT NULL,
    modified TEXT    NOT NULL, -- Last-Modified
    read     INTEGER NOT NULL  -- when the body came; Unix milliseconds
) WITHOUT ROWID;
CREATE INDEX validator_hash ON validator (hash);
