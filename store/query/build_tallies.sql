-- One row per product keyword × term × product with an affirmed mention, also
-- where people have rejected all of them.
-- Distinct reviews are counted, so that neither a second mention nor a row
-- sent twice changes a number. A product that was never listed under a keyword has ''.
INSERT INTO tallies (
    period, dictionary, keyword, term, platform, product,
    name, url, price_low, price_high, shop_id, shop, region,
    negative_reviews, reviews, all_negative_reviews, reviews_without_default,
    hidden_complaints, affirmed_reviews)
SELECT
    @period, @tallies, keyword, term, platform, product,
    name, url, price_low, price_high, shop_id, shop, region,
    negative_reviews, reviews, all_negative_reviews, reviews_without_default,
    hidden_complaints, affirmed_reviews
FROM (
    SELECT term, platform, product, negative_reviews, hidden_complaints, affirmed_reviews,
           all_reviews AS reviews, all_negative_reviews, reviews_without_default
    FROM (
        SELECT term, platform, product,
               sum(is_negative) AS negative_reviews, sum(is_hidden) AS hidden_complaints, sum(is_kept) AS affirmed_reviews
        FROM (
            SELECT term, platform, product, review,
                   max(kept AND grade = @negative) AS is_negative,
                   max(kept AND {{template "hidden complaint"}}) AS is_hidden,
                   max(kept) AS is_kept
            FROM (
                SELECT term, platform, product, review, grade, is_default, {{template "not rejected" .}} AS kept FROM mentions
                WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed
            )
            GROUP BY term, platform, product, review
        )
        GROUP BY term, platform, product
    ) AS affirming ANY LEFT JOIN (
        -- All reviews of a product have been counted by day: the months of those.
        SELECT platform, product,
               sum(reviews) AS all_reviews,
               sum(negative) AS all_negative_reviews,
               toUInt64(sum(reviews) - sum(defaults)) AS reviews_without_default
        FROM counts{{once}}
        WHERE period = @period AND dictionary = @counts AND grain = 1 AND level = 0
        GROUP BY platform, product
    ) AS counted USING (platform, product)
) AS rows ALL LEFT JOIN (
    -- As the period knows its products, see known.sql.
    SELECT platform, product, keyword, name, url, price_low, price_high, shop_id, shop, region
    FROM {{template "listings as known" .}}
    ORDER BY {{template "rank" .}}
    LIMIT 1 BY platform, product, keyword
) AS facts USING (platform, product)
