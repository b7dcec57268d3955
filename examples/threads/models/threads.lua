model.enum("platform", { "sherab", "webuddhist", "webuddhist-app" })

model.table("threads", {
  { "id",         "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
  { "email",      "varchar(255)", nullable = false },
  { "created_at", "timestamptz",  nullable = false, default = sql "now()" },
  { "updated_at", "timestamptz",  nullable = false, default = sql "now()" },
  { "is_deleted", "boolean",      nullable = false, default = false },
  { "platform",   "platform",     nullable = false },
  indexes = {
    { "email",      name = "ix_threads_email" },
    { "created_at", name = "ix_threads_created_at" },
  },
})
