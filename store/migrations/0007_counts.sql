-- What questions over years are answered from: per day and product, how many
-- reviews there are (level 0), how many affirm any term (1), a hazard (2), a
-- term (3). Distinct reviews are counted, so levels above 0 may not be added up
-- over names. Grains above 0 repeat it in fewer rows: 1 per product, period and
-- calendar month, which months, periods and years are made of; 2 the same for
-- all products together; 3 per day for all products together. Rebuilt per period
-- and dictionary version, never incremented; built by one statement after the
-- partition was dropped, so that rows come once and are read without FINAL.
-- hidden: positive or default reviews.
CREATE TABLE IF NOT EXISTS {{.Table "counts"}} (
    period     UInt32,
    dictionary {{template "word" .}},
    grain      UInt8,
    level      UInt8,
    name       {{template "word" .}},
    platform   {{template "word" .}},
    product    {{template "word" .}},
    day        Date,
    reviews    UInt32,
    negative   UInt32,
    hidden     UInt32,
    defaults   UInt32
) ENGINE = {{.Engine "counts" ""}}
PARTITION BY (period, dictionary)
ORDER BY (period, dictionary, grain, level, name, platform, product, day){{template "durable" .}};{{.Spread "counts" "cityHash64(platform, product)"}}
