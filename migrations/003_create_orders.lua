message       = "create orders"
revision      = "003_create_orders"
down_revision = "002_create_products"

function upgrade()
  op.create_enum("order_status", { "new", "paid", "shipped" })

  op.create_table("orders", {
    { "id",          "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
    { "customer_id", "bigint",       nullable = false, references = "customers.id" },
    { "status",      "order_status", nullable = false, default = "new" },
    { "placed_at",   "timestamptz",  nullable = false, default = sql "now()" },
  })
  op.create_index("ix_orders_customer_placed", "orders", { "customer_id", sql "placed_at desc" })

  op.create_table("order_lines", {
    { "order_id", "uuid",    nullable = false, references = { "orders", "id", on_delete = "cascade" } },
    { "sku",      "text",    nullable = false, references = "products.sku" },
    { "quantity", "integer", nullable = false, check = "quantity > 0" },
    primary_key = { "order_id", "sku" },
  })
end

function downgrade()
  op.drop_table("order_lines")
  op.drop_table("orders")
  op.drop_enum("order_status")
end
