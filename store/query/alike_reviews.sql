-- Reviews that came without an ID, of products and a window, with a trace of their
-- text: all copies but those of one run. Content IDs begin so.
SELECT product, id, published, rating, grade, rule, halfMD5(text), version
FROM reviews
WHERE platform = @platform AND product IN (@products) AND startsWith(id, 'sha256-') AND run != @run
  AND {{template "inside"}}
