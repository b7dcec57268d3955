-- Expand. The new column stands beside the old one, and a trigger fills it for whatever is
-- written from now on. A NOT VALID constraint asks nothing of the rows that are there.
message       = "a wide amount beside amount"
revision      = "002_expand"
down_revision = "001_create_payments"

function upgrade()
  op.add_column("payments", { "amount_wide", "bigint" })
  op.create_function("payments_wide", nil, "trigger", "begin new.amount_wide := new.amount; return new; end")
  op.create_trigger("wide", "payments", { timing = "before", events = { "insert", "update" },
    for_each = "row", execute = "payments_wide" })
  op.create_check_constraint("payments_wide_is_there", "payments", "amount_wide is not null", { not_valid = true })
end

function downgrade()
  op.drop_constraint("payments_wide_is_there", "payments")
  op.drop_trigger("wide", "payments")
  op.drop_function("payments_wide")
  op.drop_column("payments", "amount_wide")
end
