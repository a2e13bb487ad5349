-- The coarser grains: 1 product and month, 2 month, 3 day.
INSERT INTO counts (period, dictionary, grain, level, name, platform, product, day, reviews, negative, hidden, defaults)
SELECT period, dictionary, coarse, level, name, platform, item, moment,
       toUInt32(sum(reviews)), toUInt32(sum(negative)), toUInt32(sum(hidden)), toUInt32(sum(defaults))
FROM (
    SELECT period, dictionary, level, name, platform, toUInt8(arrayJoin([1, 2, 3])) AS coarse,
           if(coarse = 1, toString(product), '') AS item, if(coarse = 3, day, toStartOfMonth(day)) AS moment,
           reviews, negative, hidden, defaults
    FROM counts{{once}}
    WHERE period = @period AND dictionary = @counts AND grain = 0
)
GROUP BY period, dictionary, coarse, level, name, platform, item, moment
