-- Month or period, dictionary and rows of every partition that can be purged,
-- reviews last.
SELECT base, toUInt32OrZero(extract(partition, '([0-9]{6})')) AS number, extract(partition, '\'([^\']*)\'') AS dictionary, toUInt64(sum(rows))
FROM (
    SELECT {{plain "table"}} AS base, partition, rows FROM {{system "parts"}}
    WHERE active AND database = {{database}} AND base IN ('reviews', 'mentions', 'tallies', 'counts')
)
WHERE match(partition, '[0-9]{6}')
GROUP BY base, number, dictionary
ORDER BY base = 'reviews', number, dictionary, base
