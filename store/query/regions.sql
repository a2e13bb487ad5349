-- Every region that a listing has given for its company.
SELECT DISTINCT region FROM listings
