-- "user" is a reserved word in SQL; names are quoted where they must be.
model.table("user", {
  { "id",         "integer",   primary_key = true, identity = true },
  { "username",   "varchar",   nullable = false },
  { "email",      "varchar",   nullable = false },
  { "created_at", "timestamp", nullable = false, default = sql "now()" },
  indexes = {
    { "username", name = "ix_user_username", unique = true },
    { "email",    name = "ix_user_email",    unique = true },
  },
})
