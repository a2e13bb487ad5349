ALTER TABLE {{local .}} DROP PARTITION @month
