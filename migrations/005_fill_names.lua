-- Rows, not schema: in batches that commit one by one, so that a large shop stays open and
-- an interrupted run goes on where it was. Twice is once: filled rows are left alone.
message       = "fill given and family names"
revision      = "005_fill_names"
down_revision = "004_split_names"
transactional = false

function upgrade()
  op.backfill {
    table = "customers",
    key   = "id", -- known here, so that --sql needs no database
    set   = {
      given_name  = sql "split_part(name, ' ', 1)",
      family_name = sql "nullif(substr(name, length(split_part(name, ' ', 1)) + 2), '')",
    },
    where = "given_name is null",
  }
end

function downgrade()
  -- The columns go with 004_split_names; the old one still holds the whole name.
end

-- Asked at the end: anything but true, and the revision is not done.
function verify()
  return db.scalar "select count(*) from customers where given_name is null" == 0
end
