-- Which of some values a column of the listings has.
SELECT DISTINCT {{.}} FROM listings WHERE {{.}} IN @values
