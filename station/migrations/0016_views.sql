-- Views of tables that people have saved, each under a name of its own. The
-- query is what stands in the address; what it means is not looked into here.
CREATE TABLE view (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    list    TEXT    NOT NULL, -- the table
    name    TEXT    NOT NULL,
    query   TEXT    NOT NULL,
    saved   INTEGER NOT NULL,
    UNIQUE (account, list, name)
);

-- Lists that are sorted and filtered here.
CREATE INDEX audit_at ON audit (at);
