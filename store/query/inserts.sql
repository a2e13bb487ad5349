{{- if clustered -}}
-- As below; but parts of two shards have the same numbers, so that merges
-- change it too. The moment tells a table from one of that name before.
SELECT toUInt64(count()), sum(cityHash64(partition, name, toUInt32(modification_time))), toUInt64(0) FROM {{system "parts"}}
WHERE active AND database = {{database}} AND {{plain "table"}} = 'reviews'
{{- else -}}
-- Changes with every insert into reviews and every mutation, not with merges: a
-- mutation takes a number after those of the blocks there are. The moment of the
-- table's making tells it from one of that name before.
SELECT toUInt64(count()), sum(cityHash64(partition, newest)),
       (SELECT toUInt64(max(metadata_modification_time)) FROM system.tables WHERE database = currentDatabase() AND name = 'reviews')
FROM (
    SELECT partition, greatest(max(max_block_number), max(data_version)) AS newest FROM system.parts
    WHERE active AND database = currentDatabase() AND table = 'reviews'
    GROUP BY partition
)
{{- end}}
