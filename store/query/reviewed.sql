-- Which of some values a column of the reviews has.
SELECT DISTINCT {{.}} FROM reviews WHERE {{.}} IN @values
