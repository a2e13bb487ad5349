-- The reviews in which any of the terms is affirmed.
SELECT DISTINCT platform, product, review FROM mentions
WHERE period = @period AND dictionary = @dictionary AND assertion = @affirmed AND term IN @terms
