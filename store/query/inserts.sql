{{- if clustered -}}
-- As below; but parts of two shards have the same numbers, so that merges
-- change it too. The moment tells a table from one of that name before.
SELECT toUInt64(count()), sum(cityHash64(partition, name, toUInt32(modification_time))), toUInt64(0) FROM {{system "parts"}}
WHERE active AND database = {{database}} AND {{plain "table"}} = 'reviews'
{{- else -}}

{{- end}}
