-- The reviews in which any of the terms is affirmed.
SELECT DISTINCT platform, product, review FROM mentions FINAL
WHERE period = @period AND dictionary = @mentions AND {{template "affirmed" .}} AND term IN @terms
