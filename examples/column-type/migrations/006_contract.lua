-- Contract, when every program has been seen to work with the wide amount. From here on
-- there is no way back, and the file says so before it is asked.
message       = "the narrow amount is gone"
revision      = "006_contract"
down_revision = "005_swap"
irreversible  = "amounts that an integer cannot hold may be there by now"

function upgrade()
  lint.allow("ban-drop-column", "nobody reads amount_narrow but the trigger")
  op.drop_trigger("narrow", "payments")
  op.drop_function("payments_narrow")
  op.drop_column("payments", "amount_narrow")
end
