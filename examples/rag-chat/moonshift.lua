-- The database comes from DATABASE_URL, in the environment or in .env.
return {}
