-- Which of the reviews and terms have affirmed mentions.
SELECT DISTINCT platform, product, review, term FROM mentions
WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed
  AND (platform, product, review, term) IN (@keys)
