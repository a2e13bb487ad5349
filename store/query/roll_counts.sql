INSERT INTO counts (period, dictionary, grain, level, name, platform, product, day, reviews, negative, hidden, defaults)
SELECT period, dictionary, 1, level, name, platform, product, toStartOfMonth(day) AS month,
       toUInt32(sum(reviews)), toUInt32(sum(negative)), toUInt32(sum(hidden)), toUInt32(sum(defaults))
FROM counts
WHERE period = @period AND dictionary = @dictionary AND grain = 0
GROUP BY period, dictionary, level, name, platform, product, month
