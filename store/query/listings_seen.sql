SELECT count() FROM listings FINAL WHERE seen = @seen AND (platform, product) IN (@products)
