-- Urgent reports that people write: whose it is, and when the station learnt
-- of the matter. NULL and 0 for what the program suggested from the home
-- station's reviews.
ALTER TABLE urgent ADD COLUMN station INTEGER REFERENCES station;
ALTER TABLE urgent ADD COLUMN found INTEGER NOT NULL DEFAULT 0;

-- When a station was added (0: with the installation), and the first period
-- that the centre assesses it for, 2026-11 ('': as the installation has it).
ALTER TABLE station ADD COLUMN added INTEGER NOT NULL DEFAULT 0;
ALTER TABLE station ADD COLUMN since TEXT NOT NULL DEFAULT '';
