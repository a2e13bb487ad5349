SELECT 1 FROM reviews WHERE {{template "inside"}} LIMIT 1
