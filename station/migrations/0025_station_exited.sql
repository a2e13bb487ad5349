-- When a station left the list, in Unix milliseconds; 0: it has not, or nobody
-- knows. What it owed before stays owed.
ALTER TABLE station ADD COLUMN exited INTEGER NOT NULL DEFAULT 0;
