-- The lead of the board that a case began with: '' for none.
ALTER TABLE casefile ADD COLUMN period  TEXT NOT NULL DEFAULT '';
ALTER TABLE casefile ADD COLUMN product TEXT NOT NULL DEFAULT '';
ALTER TABLE casefile ADD COLUMN hazard  TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX casefile_origin ON casefile (period, product, hazard) WHERE period <> '';
