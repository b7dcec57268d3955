-- The database comes from DATABASE_URL.
return {}
