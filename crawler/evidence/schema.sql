-- Raw responses. Times are Unix milliseconds.
CREATE TABLE response (
    hash    BLOB    PRIMARY KEY, -- sha256 of the body as it came
    url     TEXT    NOT NULL,
    type    TEXT    NOT NULL,    -- Content-Type
    fetched INTEGER NOT NULL,    -- first
    seen    INTEGER NOT NULL,    -- last
    size    INTEGER NOT NULL,    -- of the body
    stored  INTEGER NOT NULL,    -- of data
    pinned  TEXT    NOT NULL DEFAULT '', -- why it is kept
    data    BLOB    NOT NULL     -- the body, zstd
);
CREATE INDEX response_age ON response (pinned, seen);

-- Which reviews stand on which response.
CREATE TABLE shows (
    platform TEXT NOT NULL,
    product  TEXT NOT NULL,
    review   TEXT NOT NULL,
    hash     BLOB NOT NULL REFERENCES response ON DELETE CASCADE,
    PRIMARY KEY (platform, product, review, hash)
) WITHOUT ROWID;
CREATE INDEX shows_hash ON shows (hash);
