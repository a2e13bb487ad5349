-- What came of fetching pictures that reviews carry, by their addresses.
CREATE TABLE picture (
    url     TEXT    PRIMARY KEY,
    hash    BLOB,             -- of what came; NULL: nothing did
    fetched INTEGER NOT NULL, -- or last tried; Unix milliseconds
    tries   INTEGER NOT NULL, -- that came to nothing
    problem TEXT    NOT NULL  -- why there is nothing
) WITHOUT ROWID;
CREATE INDEX picture_hash ON picture (hash);

-- Pictures as they came, and small ones drawn anew.
CREATE TABLE drawing (
    hash  BLOB PRIMARY KEY, -- sha256 of data
    data  BLOB NOT NULL,
    thumb BLOB NOT NULL     -- JPEG
);
