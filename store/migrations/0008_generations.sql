-- Which partitions of mentions, counts and tallies hold. What is made of a
-- period is written under a new number and holds once all of it is there
-- (stage 2); before that (1) and after it was dropped (3) nobody reads it. Of
-- several the highest number holds. The order is the store's own; no clock has
-- a part in it. The column dictionary of those tables is version~number; the
-- rows of number 0 were written before there were numbers, under the version.
--
-- source: of mentions, the state of the window that was mined; of rejections, the
-- partition of the mentions; of counts and tallies, the partition of the
-- rejections that were left out. facts: of rejections, the state of what people
-- have judged; of tallies, that of the listings. rows: at least as many are in
-- the partition.
CREATE TABLE IF NOT EXISTS {{.Table "generations"}} (
    part       String,
    period     UInt32,
    dictionary String,
    number     UInt64,
    stage      UInt8,
    source     String,
    facts      String,
    rows       UInt64,
    reviews    UInt64,
    affirmed   UInt64
) ENGINE = {{.Engine "generations" "stage"}}
ORDER BY (period, dictionary, part, number){{template "durable" .}};{{.Spread "generations" "cityHash64(period)"}}

-- Affirmed mentions that a person has rejected, per period and partition: what is
-- counted leaves them out.
CREATE TABLE IF NOT EXISTS {{.Table "rejections"}} (
    period     UInt32,
    dictionary String,
    platform   String,
    product    String,
    review     String,
    term       String
) ENGINE = {{.Engine "rejections" ""}}
PARTITION BY (period, dictionary)
ORDER BY (period, dictionary, platform, product, review, term){{template "durable" .}};{{.Spread "rejections" "cityHash64(platform, product)"}}

-- Who is writing what on a server or cluster, see store/lease.go; until is in
-- Unix seconds of the server's clock.
CREATE TABLE IF NOT EXISTS {{.Table "leases"}} (
    name    String,
    holder  String,
    until   Int64,
    version Int64
) ENGINE = {{.Engine "leases" "version"}}
ORDER BY (name, holder){{template "durable" .}};{{.Spread "leases" "cityHash64(name)"}}

-- What was finished before there were numbers.
INSERT INTO generations (part, period, dictionary, number, stage, source, facts, rows, reviews, affirmed)
SELECT 'mentions', period, dictionary, 0, 2, state, '',
       visitParamExtractUInt(counts, 'mentions'), visitParamExtractUInt(counts, 'reviews'), visitParamExtractUInt(counts, 'affirmed')
FROM (
    SELECT period, dictionary, state, counts, finished, error FROM runs FINAL
    WHERE stage = 'mine'
    ORDER BY started DESC, id DESC
    LIMIT 1 BY period, dictionary
)
WHERE finished > 0 AND error = '' AND state != '';

INSERT INTO generations (part, period, dictionary, number, stage, source, facts, rows, reviews, affirmed)
SELECT 'rejections', period, dictionary, 0, 2, dictionary, '', 0, 0, affirmed
FROM generations FINAL WHERE part = 'mentions' AND number = 0;

INSERT INTO generations (part, period, dictionary, number, stage, source, facts, rows, reviews, affirmed)
SELECT DISTINCT 'counts', period, dictionary, 0, 2, toString(dictionary), '', 0, 0, 0 FROM counts;

INSERT INTO generations (part, period, dictionary, number, stage, source, facts, rows, reviews, affirmed)
SELECT DISTINCT 'tallies', period, dictionary, 0, 2, toString(dictionary), '', 0, 0, 0 FROM tallies;
