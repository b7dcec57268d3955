-- NOT NULL without a long lock: the constraint is checked while others write, and then
-- proves it.
message       = "nobody without a given name"
revision      = "006_names_are_there"
down_revision = "005_move_keys"
transactional = false

function upgrade()
  op.create_check_constraint("people_given_name", "people", "given_name is not null", { not_valid = true })
  op.validate_constraint("people_given_name", "people")
  op.alter_column("people", "given_name", { nullable = false })
  op.drop_constraint("people_given_name", "people")
end

function downgrade()
  op.alter_column("people", "given_name", { nullable = true })
end
