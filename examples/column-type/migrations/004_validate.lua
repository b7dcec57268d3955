-- Reads the whole table while others write (SHARE UPDATE EXCLUSIVE); after that NOT NULL
-- needs no look at the rows.
message       = "the wide amount is there"
revision      = "004_validate"
down_revision = "003_fill"
transactional = false

function upgrade()
  op.validate_constraint("payments_wide_is_there", "payments")
  op.alter_column("payments", "amount_wide", { nullable = false })
  op.drop_constraint("payments_wide_is_there", "payments")
end

function downgrade()
  op.create_check_constraint("payments_wide_is_there", "payments", "amount_wide is not null", { not_valid = true })
  op.alter_column("payments", "amount_wide", { nullable = true })
end
