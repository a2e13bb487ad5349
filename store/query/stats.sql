SELECT {{plain "table"}} AS base, toUInt64(count()), toUInt64(sum(rows)), toUInt64(sum(bytes_on_disk)), toUInt64(sum(data_uncompressed_bytes)),
       min(partition), max(partition)
FROM {{system "parts"}}
WHERE active AND database = {{database}}
GROUP BY base
ORDER BY base
