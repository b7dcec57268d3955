-- An index on a table that is being written to: built concurrently, and so outside a
-- transaction. When it is interrupted, the same command finishes it.
message       = "index open orders"
revision      = "008_index_order_status"
down_revision = "007_drop_name"
transactional = false

function upgrade()
  op.create_index("ix_orders_open", "orders", { "placed_at" }, {
    where = "status <> 'shipped'",
    concurrently = true,
  })
end

function downgrade()
  op.drop_index("ix_orders_open", { concurrently = true })
end
