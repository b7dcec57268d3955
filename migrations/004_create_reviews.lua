-- A branch: this revision and 004_split_names were written at the same time, by two
-- people, both after 003_create_orders.
message       = "create reviews"
revision      = "004_create_reviews"
down_revision = "003_create_orders"
branch_labels = "reviews"

function upgrade()
  op.create_table("reviews", {
    { "id",          "bigint",      primary_key = true, identity = { generated = "always" } },
    { "sku",         "text",        nullable = false, references = { "products", "sku", on_delete = "cascade" } },
    { "customer_id", "bigint",      references = { "customers", "id", on_delete = "set null" } },
    { "stars",       "smallint",    nullable = false, check = "stars between 1 and 5" },
    { "words",       "text" },
    { "written_at",  "timestamptz", nullable = false, default = sql "now()" },
  })
  op.create_index("ix_reviews_sku", "reviews", { "sku" })
end

function downgrade()
  op.drop_table("reviews")
end
