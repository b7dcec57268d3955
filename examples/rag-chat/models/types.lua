model.enum("message_role", { "user", "assistant", "system" })
model.enum("scratchpad_entry_type", { "todo", "note", "journal" })
model.enum("document_status", { "pending", "processing", "completed", "failed" })
