-- What people say to each other about a record, append-only. One table for all
-- kinds of records: kind and subject name it.
CREATE TABLE comment (
    id      INTEGER PRIMARY KEY,
    kind    TEXT    NOT NULL CHECK (kind IN ('submission', 'lead', 'case', 'bulletin')),
    subject INTEGER NOT NULL, -- its id
    at      INTEGER NOT NULL,
    account INTEGER REFERENCES account, -- NULL: a program
    who     TEXT    NOT NULL,
    station INTEGER REFERENCES station, -- whose it is, or whom it is for; NULL: all who see the record
    content TEXT    NOT NULL,
    key     TEXT    UNIQUE -- of its sender, so that sending it twice does no harm; NULL: written here
);
CREATE INDEX comment_subject ON comment (kind, subject);
CREATE TRIGGER comment_is_immutable BEFORE UPDATE ON comment BEGIN SELECT raise(ABORT, 'what was said does not change'); END;
CREATE TRIGGER comment_stays BEFORE DELETE ON comment BEGIN SELECT raise(ABORT, 'what was said is kept'); END;

-- Files that go with comments. Each content is kept once.
CREATE TABLE content (
    hash TEXT PRIMARY KEY, -- sha256, hexadecimal
    data BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE attachment (
    id      INTEGER PRIMARY KEY,
    comment INTEGER NOT NULL REFERENCES comment,
    name    TEXT    NOT NULL, -- what its sender calls it
    hash    TEXT    NOT NULL REFERENCES content,
    size    INTEGER NOT NULL
);
CREATE INDEX attachment_comment ON attachment (comment);

-- That a station has taken note of a bulletin: the first of its people who said
-- so.
CREATE TABLE taken_note (
    bulletin INTEGER NOT NULL REFERENCES bulletin,
    station  INTEGER NOT NULL REFERENCES station,
    at       INTEGER NOT NULL,
    who      TEXT    NOT NULL,
    PRIMARY KEY (bulletin, station)
) WITHOUT ROWID;

-- What somebody should know of. The key makes it one notice, however often the
-- reason is looked at.
CREATE TABLE notice (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    key     TEXT    NOT NULL,
    kind    TEXT    NOT NULL CHECK (kind IN ('mention', 'assigned', 'answer', 'bulletin', 'due')),
    at      INTEGER NOT NULL,
    text    TEXT    NOT NULL,
    path    TEXT    NOT NULL, -- of the page that it is about
    seen    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, key)
);
CREATE INDEX notice_unseen ON notice (account) WHERE seen = 0;
