UPDATE received SET gone = ?3 WHERE centre = ?1 AND gone = 0
AND NOT EXISTS (SELECT * FROM json_each(?2) WHERE value = kind || '-' || number)
