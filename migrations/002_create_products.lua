message       = "create products"
revision      = "002_create_products"
down_revision = "001_create_customers"

function upgrade()
  op.create_table("products", {
    { "sku",   "text",          primary_key = true },
    { "title", "text",          nullable = false },
    { "price", "numeric(10,2)", nullable = false },
    checks = { { "price >= 0", name = "ck_products_price" } },
  })
  op.bulk_insert("products", {
    { sku = "TEA-GRN", title = "Green tea",        price = 4.5 },
    { sku = "TEA-BLK", title = "Black tea",        price = 3.9 },
    { sku = "MUG-001", title = "Mug, \"Monday\"",  price = 12 },
  })
end

function downgrade()
  op.drop_table("products")
end
