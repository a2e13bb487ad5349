SELECT DISTINCT toUInt32OrZero(partition) FROM {{system "parts"}}
WHERE active AND database = {{database}} AND {{plain "table"}} = @table
