message       = "add chat history"
revision      = "b71e05c3d2aa"
down_revision = "8f3c2d1a9b4e"

function upgrade()
  op.create_table("chathistory", {
    { "id",         "integer",   primary_key = true, identity = true },
    { "user_id",    "integer",   nullable = false, references = "user.id" },
    { "message",    "text",      nullable = false },
    { "created_at", "timestamp", nullable = false, default = sql "now()" },
  })
  op.create_index("ix_chathistory_user_id", "chathistory", { "user_id" })
end

function downgrade()
  op.drop_table("chathistory")
end
