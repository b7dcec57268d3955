model.table("knowledge_pools", {
  { "id",          "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
  { "user_id",     "uuid",         nullable = false, references = { "users", "id", on_delete = "cascade" } },
  { "name",        "varchar(255)", nullable = false },
  { "description", "text" },
  { "created_at",  "timestamptz",  nullable = false, default = sql "now()" },
  indexes = {
    { "user_id", name = "ix_knowledge_pools_user_id" },
  },
})

model.table("documents", {
  { "id",                "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
  { "knowledge_pool_id", "uuid",         nullable = false, references = { "knowledge_pools", "id", on_delete = "cascade" } },
  { "filename",          "varchar(500)", nullable = false },
  { "status",            "document_status", nullable = false, default = "pending" },
  { "size_bytes",        "bigint",       nullable = false },
  { "error",             "text" },
  { "created_at",        "timestamptz",  nullable = false, default = sql "now()" },
  indexes = {
    { "knowledge_pool_id", name = "ix_documents_knowledge_pool_id" },
    { "status", name = "ix_documents_status" },
  },
})

model.table("user_memories", {
  { "id",         "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
  { "user_id",    "uuid",         nullable = false, references = { "users", "id", on_delete = "cascade" } },
  { "key",        "varchar(255)", nullable = false },
  { "value",      "jsonb",        nullable = false },
  { "updated_at", "timestamptz",  nullable = false, default = sql "now()" },
  unique = { { "user_id", "key", name = "uq_user_memories_user_key" } },
})
