-- Month or period, and dictionary, of every partition that can be purged.
SELECT base, partition, toUInt32OrZero(extract(partition, '([0-9]{6})')), extract(partition, '\'([^\']*)\'')
FROM (
    SELECT DISTINCT {{plain "table"}} AS base, partition FROM {{system "parts"}}
    WHERE active AND database = {{database}} AND base IN ('reviews', 'mentions', 'tallies', 'counts')
)
WHERE match(partition, '[0-9]{6}')
ORDER BY base, partition
