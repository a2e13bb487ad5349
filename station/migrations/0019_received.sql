-- What the research centre has for this station, as its installation said when
-- it was asked last: copies to read, and to answer. What is not mentioned any
-- more is kept, and marked.
CREATE TABLE received (
    id      INTEGER PRIMARY KEY,
    centre  TEXT    NOT NULL, -- address
    kind    TEXT    NOT NULL CHECK (kind IN ('bulletin', 'case')),
    number  INTEGER NOT NULL, -- there
    hash    TEXT    NOT NULL, -- sha256 of content
    content TEXT    NOT NULL, -- JSON
    changed INTEGER NOT NULL, -- when it came, or came with something new
    gone    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (centre, kind, number)
);
