SELECT 1 FROM reviews WHERE platform <> @platform LIMIT 1
