{{- /* Each grain has a grouping of its own: one grouping of every row three times
over, by the grain as well, takes twice as long. */ -}}

{{define "rolled"}}
           toUInt32(sum(reviews)) AS reviews_, toUInt32(sum(negative)) AS negative_,
           toUInt32(sum(hidden)) AS hidden_, toUInt32(sum(defaults)) AS defaults_
    FROM counts{{once}}
    WHERE period = @period AND dictionary = @counts AND grain = 0
    GROUP BY level, name, platform, {{end}}

{{- /* The coarser grains: 1 product and month, 2 month, 3 day. */ -}}

INSERT INTO counts (period, dictionary, grain, level, name, platform, product, day, reviews, negative, hidden, defaults)
SELECT @period, @counts, coarse, level, name, platform, item, moment, reviews_, negative_, hidden_, defaults_
FROM (
    SELECT toUInt8(1) AS coarse, level, name, platform, toString(product) AS item, toStartOfMonth(day) AS moment,
    {{- template "rolled"}}item, moment
    UNION ALL
    SELECT toUInt8(2) AS coarse, level, name, platform, '' AS item, toStartOfMonth(day) AS moment,
    {{- template "rolled"}}moment
    UNION ALL
    SELECT toUInt8(3) AS coarse, level, name, platform, '' AS item, day AS moment,
    {{- template "rolled"}}day
)
