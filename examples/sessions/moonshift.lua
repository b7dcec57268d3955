-- The database comes from POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DB, POSTGRES_USER and
-- POSTGRES_PASSWORD, in the environment or in .env.
return {}
