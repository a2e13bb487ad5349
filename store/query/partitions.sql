-- Month or period, dictionary version, rows and names of the partitions that can
-- be purged, reviews last.
SELECT base, toUInt32OrZero(extract(partition, '([0-9]{6})')) AS number, extract(partition, '\'([^\'~]*)') AS version,
       toUInt64(sum(rows)), groupUniqArray(extract(partition, '\'([^\']*)\''))
FROM (
    SELECT {{plain "table"}} AS base, partition, rows FROM {{system "parts"}}
    WHERE active AND database = {{database}} AND base IN ('reviews', 'mentions', 'rejections', 'tallies', 'counts')
)
WHERE match(partition, '[0-9]{6}')
GROUP BY base, number, version
ORDER BY base = 'reviews', number, version, base
