-- Dashboards that people arrange of saved views and of the figures of the home
-- page, and show to roles. What a tile shows is asked for by whoever looks, with
-- the rights of that account; here is only what it asks.
CREATE TABLE dashboard (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name    TEXT    NOT NULL,
    roles   TEXT    NOT NULL, -- JSON list of those that it is shown to
    changed INTEGER NOT NULL,
    UNIQUE (account, name)
);

CREATE TABLE tile (
    id        INTEGER PRIMARY KEY,
    dashboard INTEGER NOT NULL REFERENCES dashboard (id) ON DELETE CASCADE,
    place     INTEGER NOT NULL,
    title     TEXT    NOT NULL,
    list      TEXT    NOT NULL, -- the table of a saved view; empty for a figure of the home page
    view      INTEGER REFERENCES view (id) ON DELETE SET NULL,
    figure    TEXT    NOT NULL,
    shape     TEXT    NOT NULL CHECK (shape IN ('number', 'table', 'chart')),
    width     INTEGER NOT NULL CHECK (width BETWEEN 1 AND 3)
);
CREATE INDEX tile_of ON tile (dashboard, place);
