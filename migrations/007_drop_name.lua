-- Contract: the old column goes. The way back makes it again from its parts.
message       = "drop the customer's old name"
revision      = "007_drop_name"
down_revision = "006_merge_reviews_and_names"

function upgrade()
  lint.allow("adding-not-null-field", "the table is small, and 005 has filled every row")
  lint.allow("ban-drop-column", "no program reads customers.name since 005")
  op.alter_column("customers", "given_name", { nullable = false })
  op.drop_column("customers", "name")
end

function downgrade()
  op.add_column("customers", { "name", "text" })
  op.execute "update customers set name = concat_ws(' ', given_name, family_name)"
  op.alter_column("customers", "name", { nullable = false })
  op.alter_column("customers", "given_name", { nullable = true })
end
