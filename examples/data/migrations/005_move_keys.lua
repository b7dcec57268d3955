-- Keys of a document become columns, and leave it. A document that has none of them is not
-- written at all.
message       = "columns out of the profile"
revision      = "005_move_keys"
down_revision = "004_normalise_addresses"
transactional = false

function upgrade()
  op.backfill {
    table = "people",
    key   = "id",
    set   = {
      city    = sql "profile ->> 'city'",
      age     = sql "(profile ->> 'age')::integer",
      tags    = sql "case when profile ? 'tags' then array(select jsonb_array_elements_text(profile -> 'tags')) end",
      profile = sql "profile - array['city', 'age', 'tags']",
    },
    where = "profile ?| array['city', 'age', 'tags']",
  }
end

-- The rows can tell: this one goes back without a backup.
function downgrade()
  op.backfill {
    table = "people",
    key   = "id",
    set   = {
      profile = sql [[profile
        || case when city is null then '{}' else jsonb_build_object('city', city) end
        || case when age is null then '{}' else jsonb_build_object('age', age) end
        || case when tags is null then '{}' else jsonb_build_object('tags', tags) end]],
    },
  }
end
