-- The other branch. Expand: the new columns stand beside the old one until all rows have
-- moved (005_fill_names) and nobody reads it (007_drop_name).
message       = "split the customer's name"
revision      = "004_split_names"
down_revision = "003_create_orders"
branch_labels = "names"

function upgrade()
  op.add_column("customers", { "given_name", "text" })
  op.add_column("customers", { "family_name", "text" })
end

function downgrade()
  op.drop_column("customers", "family_name")
  op.drop_column("customers", "given_name")
end
