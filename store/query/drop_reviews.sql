ALTER TABLE {{local "reviews"}} DROP PARTITION @month
