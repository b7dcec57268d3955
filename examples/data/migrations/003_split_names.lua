-- What SQL can say is the fastest: one UPDATE for each range of the key, here by two
-- connections at once. Rows that are filled are left alone, so that twice is once.
message       = "given and family names"
revision      = "003_split_names"
down_revision = "002_add_columns"
transactional = false

function upgrade()
  op.backfill {
    table   = "people",
    key     = "id",
    set     = {
      given_name  = sql "split_part(name, ' ', 1)",
      family_name = sql "nullif(substr(name, length(split_part(name, ' ', 1)) + 2), '')",
    },
    where   = "given_name is null",
    workers = 2,
  }
end

function downgrade()
end

function verify()
  return db.scalar [[select not exists (select from people
    where concat_ws(' ', given_name, family_name) is distinct from name)]]
end
