-- The latest versions that nobody has handed in although an earlier one was:
-- corrections that the centre does not have. What was only noted as filed is what
-- had been frozen by then.
WITH handed AS (
    SELECT sheet.* FROM sheet
    WHERE EXISTS (SELECT 1 FROM submission WHERE submission.sheet = sheet.id)
    OR EXISTS (SELECT 1 FROM receipt WHERE receipt.sheet = sheet.id)
    OR EXISTS (SELECT 1 FROM filing WHERE sheet.station IS NULL AND filing.period = sheet.period AND filing.name = sheet.name AND filing.filed >= sheet.frozen)
)
SELECT sheet.version, max(handed.version), sheet.name
FROM sheet JOIN handed ON handed.form = sheet.form AND handed.period = sheet.period
    AND handed.station IS sheet.station AND handed.name = sheet.name
WHERE sheet.form = ?1 AND sheet.period = ?2 AND coalesce(sheet.station, 0) = ?3
GROUP BY sheet.id
HAVING sheet.version > max(handed.version)
AND sheet.version = (SELECT max(version) FROM sheet later WHERE later.form = sheet.form AND later.period = sheet.period
    AND later.station IS sheet.station AND later.name = sheet.name)
ORDER BY sheet.name
