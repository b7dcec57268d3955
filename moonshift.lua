-- The configuration of the worked history in migrations/ (a small shop). The database
-- comes from DATABASE_URL, or from --url.
return {
  migrations = "migrations",
  lock_timeout = "4s",
}
