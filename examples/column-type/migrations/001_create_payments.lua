message       = "payments, in cents that an integer holds"
revision      = "001_create_payments"
down_revision = nil

function upgrade()
  op.create_table("payments", {
    { "id",      "bigint",      primary_key = true, identity = true },
    { "amount",  "integer",     nullable = false },
    { "paid_at", "timestamptz", nullable = false, default = sql "now()" },
  })
  op.execute("insert into payments (amount) select i % 100000 from generate_series(1, $1::bigint) i",
    ctx.x.rows or "1000000")
end

function downgrade()
  op.drop_table("payments")
end
