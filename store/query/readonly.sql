-- What stands in front of a user's statement: tables of which editions are made,
-- as they hold now. dictionary is the version; what a person has rejected is
-- "rejected" where mining said "affirmed".
WITH
    _whole AS (
        SELECT part, period, dictionary, number, source,
               if(number = 0, dictionary, concat(dictionary, '~', toString(number))) AS partition
        FROM {{.}}.generations FINAL WHERE stage = 2
    ),
    _mentions AS (
        SELECT period, argMax(partition, number) AS held FROM _whole WHERE part = 'mentions' GROUP BY period, dictionary
    ),
    _rejections AS (
        SELECT period, argMax(partition, number) AS held FROM _whole
        WHERE part = 'rejections' AND (period, source) IN (SELECT period, held FROM _mentions) GROUP BY period, source
    ),
    _derived AS (
        SELECT period, part, argMax(partition, number) AS held FROM _whole
        WHERE part IN ('counts', 'tallies') AND (period, source) IN (SELECT period, held FROM _rejections) GROUP BY period, part, source
    ),
    rejections AS (
        SELECT * REPLACE (splitByChar('~', toString(dictionary))[1] AS dictionary) FROM (
            SELECT * FROM {{.}}.rejections
            WHERE (period, dictionary) IN (SELECT period, held FROM _rejections)
        )
    ),
    mentions AS (
        SELECT * REPLACE (
            splitByChar('~', toString(dictionary))[1] AS dictionary,
            if(assertion = 'affirmed' AND (period, splitByChar('~', toString(dictionary))[1], platform, product, review, term) IN (
                SELECT period, dictionary, platform, product, review, term FROM rejections), 'rejected', toString(assertion)) AS assertion)
        FROM (
            SELECT * FROM {{.}}.mentions FINAL
            WHERE (period, dictionary) IN (SELECT period, held FROM _mentions)
        )
    ),
    counts AS (
        SELECT * REPLACE (splitByChar('~', toString(dictionary))[1] AS dictionary) FROM (
            SELECT * FROM {{.}}.counts
            WHERE (period, dictionary) IN (SELECT period, held FROM _derived WHERE part = 'counts')
        )
    ),
    tallies AS (
        SELECT * REPLACE (splitByChar('~', toString(dictionary))[1] AS dictionary) FROM (
            SELECT * FROM {{.}}.tallies FINAL
            WHERE (period, dictionary) IN (SELECT period, held FROM _derived WHERE part = 'tallies')
        )
    )
