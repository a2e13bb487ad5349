ALTER TABLE {{local "listings"}} DELETE WHERE seen = @seen AND (platform, product) IN (@products)
