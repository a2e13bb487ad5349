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
