-- The reviews of a platform that have a text and a day in common with others, where
-- a run brought one of them: of a part of the texts, those of some length, which
-- two buyers hardly write alike. The trace decides which part.
SELECT any(text),
       groupArray(40)(concat(product, '\n', id, '\n', toString(toUnixTimestamp(published))))
FROM reviews
WHERE platform = @platform AND {{template "inside"}}
  AND lengthUTF8(text) >= 6 AND halfMD5(text) % @parts = 0
GROUP BY halfMD5(text), toDate(published)
HAVING uniq(product, id) > 1 AND max(run = @run) = 1
LIMIT 20000
