-- How many reviews affirm any term, by what they are.
SELECT uniqExactIf(platform, product, review, is_default = 0 AND grade = @negative),
       uniqExactIf(platform, product, review, is_default = 0 AND grade != @negative),
       uniqExactIf(platform, product, review, {{template "hidden complaint"}})
FROM mentions
WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed
