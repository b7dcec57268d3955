-- Both names change in one short transaction. The trigger turns round: the old column is
-- kept right, so that this revision can be undone. An amount that the old type cannot hold
-- leaves it empty.
message       = "amount is wide"
revision      = "005_swap"
down_revision = "004_validate"

function upgrade()
  lint.allow("renaming-column", "both names are there before and after")
  lint.allow("ban-drop-not-null", "the old column is read by nobody but the trigger")
  op.drop_trigger("wide", "payments")
  op.drop_function("payments_wide")
  op.rename_column("payments", "amount", "amount_narrow")
  op.rename_column("payments", "amount_wide", "amount")
  op.alter_column("payments", "amount_narrow", { nullable = true })
  op.create_function("payments_narrow", nil, "trigger", [[
    begin
      new.amount_narrow := case when new.amount between -2147483648 and 2147483647 then new.amount end;
      return new;
    end]])
  op.create_trigger("narrow", "payments", { timing = "before", events = { "insert", "update" },
    for_each = "row", execute = "payments_narrow" })
end

function downgrade()
  op.drop_trigger("narrow", "payments")
  op.drop_function("payments_narrow")
  op.alter_column("payments", "amount_narrow", { nullable = false })
  op.rename_column("payments", "amount", "amount_wide")
  op.rename_column("payments", "amount_narrow", "amount")
  op.create_function("payments_wide", nil, "trigger", "begin new.amount_wide := new.amount; return new; end")
  op.create_trigger("wide", "payments", { timing = "before", events = { "insert", "update" },
    for_each = "row", execute = "payments_wide" })
end
