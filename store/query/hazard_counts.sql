-- Reviews that affirm a hazard, per product × hazard. A review counts once a
-- hazard, with the gravest of its terms; it is an injured one when any of its
-- terms, of whatever hazard, names an injury.
SELECT platform, product, hazard,
       count() AS affirmed1, countIf(severity >= 2) AS affirmed2,
       countIf(severity >= 3) AS affirmed3, countIf(severity >= 4) AS affirmed4,
       countIf(hurt) AS injuries,
       groupUniqArrayArray(terms) AS names
FROM (
    SELECT platform, product, review,
           groupArray(hazard) AS hazards, groupArray(severity) AS severities, groupArray(terms) AS term_lists,
           has(hazards, @injury) AS hurt
    FROM (
        SELECT platform, product, review,
               transform(term, @names, @hazards, '') AS hazard,
               max(transform(term, @names, @severities, 0)) AS severity,
               groupUniqArray(term) AS terms
        FROM mentions
        WHERE period = @period AND dictionary = @mentions AND {{template "affirmed" .}} AND term IN @terms
        GROUP BY platform, product, review, hazard
    )
    GROUP BY platform, product, review
)
ARRAY JOIN hazards AS hazard, severities AS severity, term_lists AS terms
GROUP BY platform, product, hazard
ORDER BY platform, product, hazard
