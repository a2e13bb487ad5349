-- What programs are let in with. Times are Unix milliseconds, 0 for none.

CREATE TABLE token (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL,
    role    TEXT    NOT NULL,
    station INTEGER REFERENCES station, -- NULL for centre, bureau, administrator
    permits TEXT    NOT NULL,           -- comma-separated
    hash    BLOB    NOT NULL UNIQUE,    -- sha256 of the token
    key     BLOB    NOT NULL UNIQUE,    -- public key of what the token signs, ed25519
    who     TEXT    NOT NULL,           -- made it
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    used    INTEGER NOT NULL DEFAULT 0,
    revoked INTEGER NOT NULL DEFAULT 0
);

-- What the centre said of a frozen sheet that was sent to it.
CREATE TABLE receipt (
    sheet    INTEGER PRIMARY KEY REFERENCES sheet,
    centre   TEXT    NOT NULL, -- address
    number   INTEGER NOT NULL, -- of the submission there
    received INTEGER NOT NULL  -- as the centre says
);
