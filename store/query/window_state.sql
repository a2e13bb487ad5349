-- Whatever mining and counting read of a review goes into the fingerprint,
-- and nothing else: a copy that was merely collected again does not change it.
SELECT count(),
       sum(cityHash64(platform, product, id, toUInt32(published), grade, is_default, text, appended))
FROM {{template "window" .}}
