-- Is another row as soon as a run has ended or a generation of counts is whole.
SELECT sum(n), max(run), max(generation)
FROM (
    SELECT uniqExact(id) AS n, toUInt64(max(finished)) AS run, toUInt64(0) AS generation
    FROM runs WHERE finished > 0
    UNION ALL
    SELECT uniqExact(part, period, dictionary, number) AS n, toUInt64(0) AS run, max(number) AS generation
    FROM generations WHERE stage = @whole
)
