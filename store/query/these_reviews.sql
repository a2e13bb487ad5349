{{- /* Reviews by many keys, which are bound as three columns: as tuples, thousands of
them take longer to be understood than to be found. Few are found faster as tuples. */ -}}

{{define "these reviews"}}(platform, product, id) IN (
    SELECT p, q, r FROM (SELECT 1) ARRAY JOIN @platforms AS p, @products AS q, @ids AS r
){{end}}
