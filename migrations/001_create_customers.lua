message       = "create customers"
revision      = "001_create_customers"
down_revision = nil

function upgrade()
  op.create_table("customers", {
    { "id",         "bigint",       primary_key = true, identity = { generated = "always" } },
    { "email",      "varchar(255)", nullable = false },
    { "name",       "text",         nullable = false },
    { "created_at", "timestamptz",  nullable = false, default = sql "now()" },
    comment = "Who buys.",
  })
  op.create_index("ix_customers_email", "customers", { sql "lower(email)" }, { unique = true })
end

function downgrade()
  op.drop_table("customers")
end
