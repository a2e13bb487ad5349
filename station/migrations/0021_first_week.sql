-- Accounts that need the checklist of the first week no more.
CREATE TABLE settled (
    account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL
);
