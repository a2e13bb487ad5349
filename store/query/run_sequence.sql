-- Run records are ordered by what the store gives, not by clocks: one that was
-- written later counts more than all there were.
SELECT greatest(greatest(max(updated), max(started)), max(finished)) + 1 FROM runs
