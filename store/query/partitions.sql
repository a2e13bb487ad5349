-- Month or period, and dictionary, of every partition that can be purged.
SELECT table, partition, toUInt32OrZero(extract(partition, '([0-9]{6})')), extract(partition, '\'([^\']*)\'')
FROM (
    SELECT DISTINCT table, partition FROM system.parts
    WHERE active AND database = currentDatabase() AND table IN ('reviews', 'mentions', 'tallies', 'counts')
)
WHERE match(partition, '[0-9]{6}')
ORDER BY table, partition
