-- The stations whose leads a case was opened of, beside the first, which is
-- casefile.station: each sees the case, and is credited with it.
CREATE TABLE case_station (
    casefile INTEGER NOT NULL REFERENCES casefile (id),
    station  INTEGER NOT NULL REFERENCES station (id),
    PRIMARY KEY (casefile, station)
) WITHOUT ROWID;
