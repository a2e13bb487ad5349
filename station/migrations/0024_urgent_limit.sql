-- How many hours after it was found an urgent report might come when it was
-- filed; 0: there was no limit. Another limit changes nothing of earlier reports.
ALTER TABLE urgent ADD COLUMN hours INTEGER NOT NULL DEFAULT 0;
UPDATE urgent SET hours = coalesce((SELECT json_extract(value, '$.urgent_hours') FROM setting WHERE name = 'rules'), 0)
    WHERE station IS NOT NULL;
