message       = "columns of their own"
revision      = "002_add_columns"
down_revision = "001_create_people"

function upgrade()
  op.add_column("people", { "given_name",  "text" })
  op.add_column("people", { "family_name", "text" })
  op.add_column("people", { "address",     "text", comment = "normalised; NULL where email is none" })
  op.add_column("people", { "city",        "text" })
  op.add_column("people", { "age",         "integer" })
  op.add_column("people", { "tags",        "text[]" })
end

function downgrade()
  for _, name in ipairs { "tags", "age", "city", "address", "family_name", "given_name" } do
    op.drop_column("people", name)
  end
end
