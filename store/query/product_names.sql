-- What every product is called: the product keywords that list it, and its name
-- in the snapshot nearest to the end of the window; of two equally near, the later.
SELECT platform, product, groupUniqArray(keyword), argMin(name, (abs(seen - @end), -seen))
FROM listings FINAL
GROUP BY platform, product
