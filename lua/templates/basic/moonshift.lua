-- Configuration of Moonshift: a plain Lua file that returns a table.
-- `moonshift config` lists every key with its value and where the value came from.
--
-- The connection is not here: it is DATABASE_URL, from the environment or from .env
-- (see .env.example). url = env "OTHER_NAME" names another variable.

return {
  migrations = "migrations",
  models = "models",
${settings}
  -- A statement that waits longer than this for a lock is given up, and the revision is
  -- tried again, so that a migration never makes the application queue behind it.
  lock_timeout = "4s",

  -- environments = {
  --   production = { protected = true },
  -- },
}
