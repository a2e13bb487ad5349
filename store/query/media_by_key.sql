-- What the latest copies of reviews carry, whenever they were published.
SELECT platform, product, id, argMax(media, version)
FROM media
WHERE (platform, product, id) IN (@keys)
GROUP BY platform, product, id
