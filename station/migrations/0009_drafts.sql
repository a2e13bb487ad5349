-- Forms that people are filling in, one a form, period and station.
CREATE TABLE draft (
    id      INTEGER PRIMARY KEY,
    form    TEXT    NOT NULL, -- association, annual, figures (of the annual report)
    period  TEXT    NOT NULL, -- 2026-11; a year for the annual report
    station INTEGER NOT NULL REFERENCES station,
    content TEXT    NOT NULL, -- JSON
    who     TEXT    NOT NULL, -- saved it last
    saved   INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (form, period, station)
);
