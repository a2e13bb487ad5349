INSERT INTO lead (period, product, alike, hazard, mark) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (period, alike, hazard, mark) DO UPDATE SET product = product RETURNING id
