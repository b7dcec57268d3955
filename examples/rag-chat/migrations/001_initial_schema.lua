message       = "initial schema"
revision      = "001_initial_schema"
down_revision = nil

function upgrade()
  op.create_enum("message_role", { "user", "assistant", "system" })
  op.create_enum("scratchpad_entry_type", { "todo", "note", "journal" })
  op.create_enum("document_status", { "pending", "processing", "completed", "failed" })

  op.create_table("users", {
    { "id",              "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
    { "email",           "varchar(255)", nullable = false },
    { "hashed_password", "varchar(255)", nullable = false },
    { "is_active",       "boolean",      nullable = false, default = true },
    { "created_at",      "timestamptz",  nullable = false, default = sql "now()" },
    { "updated_at",      "timestamptz",  nullable = false, default = sql "now()" },
  })
  op.create_index("ix_users_email", "users", { "email" }, { unique = true })

  op.create_table("conversations", {
    { "id",         "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
    { "user_id",    "uuid",         nullable = false, references = { "users", "id", on_delete = "cascade" } },
    { "title",      "varchar(500)" },
    { "created_at", "timestamptz",  nullable = false, default = sql "now()" },
    { "updated_at", "timestamptz",  nullable = false, default = sql "now()" },
  })
  op.create_index("ix_conversations_user_id", "conversations", { "user_id" })
  op.create_index("ix_conversations_updated_at", "conversations", { "updated_at" })

  op.create_table("messages", {
    { "id",              "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
    { "conversation_id", "uuid",         nullable = false, references = { "conversations", "id", on_delete = "cascade" } },
    { "role",            "message_role", nullable = false },
    { "content",         "text",         nullable = false },
    { "metadata",        "jsonb" },
    { "created_at",      "timestamptz",  nullable = false, default = sql "now()" },
  })
  op.create_index("ix_messages_conversation_created", "messages", { "conversation_id", "created_at" })

  op.create_table("scratchpad_entries", {
    { "id",              "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
    { "conversation_id", "uuid",         nullable = false, references = { "conversations", "id", on_delete = "cascade" } },
    { "entry_type",      "scratchpad_entry_type", nullable = false },
    { "content",         "text",         nullable = false },
    { "created_at",      "timestamptz",  nullable = false, default = sql "now()" },
    { "updated_at",      "timestamptz",  nullable = false, default = sql "now()" },
  })
  op.create_index("ix_scratchpad_entries_conversation_type", "scratchpad_entries", { "conversation_id", "entry_type" })

  op.create_table("knowledge_pools", {
    { "id",          "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
    { "user_id",     "uuid",         nullable = false, references = { "users", "id", on_delete = "cascade" } },
    { "name",        "varchar(255)", nullable = false },
    { "description", "text" },
    { "created_at",  "timestamptz",  nullable = false, default = sql "now()" },
  })
  op.create_index("ix_knowledge_pools_user_id", "knowledge_pools", { "user_id" })

  op.create_table("documents", {
    { "id",                "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
    { "knowledge_pool_id", "uuid",         nullable = false, references = { "knowledge_pools", "id", on_delete = "cascade" } },
    { "filename",          "varchar(500)", nullable = false },
    { "status",            "document_status", nullable = false, default = "pending" },
    { "size_bytes",        "bigint",       nullable = false },
    { "error",             "text" },
    { "created_at",        "timestamptz",  nullable = false, default = sql "now()" },
  })
  op.create_index("ix_documents_knowledge_pool_id", "documents", { "knowledge_pool_id" })
  op.create_index("ix_documents_status", "documents", { "status" })

  op.create_table("user_memories", {
    { "id",         "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
    { "user_id",    "uuid",         nullable = false, references = { "users", "id", on_delete = "cascade" } },
    { "key",        "varchar(255)", nullable = false },
    { "value",      "jsonb",        nullable = false },
    { "updated_at", "timestamptz",  nullable = false, default = sql "now()" },
    unique = { { "user_id", "key", name = "uq_user_memories_user_key" } },
  })
end

function downgrade()
  op.drop_table("user_memories")
  op.drop_table("documents")
  op.drop_table("knowledge_pools")
  op.drop_table("scratchpad_entries")
  op.drop_table("messages")
  op.drop_table("conversations")
  op.drop_table("users")

  op.drop_enum("document_status")
  op.drop_enum("scratchpad_entry_type")
  op.drop_enum("message_role")
end
