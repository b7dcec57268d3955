-- What is easier said in Lua: the rows of a batch come in, those to be changed go back.
message       = "normalise e-mail addresses"
revision      = "004_normalise_addresses"
down_revision = "003_split_names"
transactional = false

local SAME = { ["googlemail.com"] = "gmail.com" }

local function normalised(email)
  local name, domain = email:lower():match "^%s*([^%s@]+)@([^%s@]+%.[^%s@]+)%s*$"
  return name and name .. "@" .. (SAME[domain] or domain)
end

function upgrade()
  op.backfill {
    table = "people",
    read  = "select id, email from people where address is null",
    apply = function(rows)
      local changed = {}
      for _, row in ipairs(rows) do
        local address = normalised(row.email)
        if address then
          changed[#changed + 1] = { id = row.id, address = address }
        end
      end
      return changed
    end,
  }
  -- Asked of the table, since an interrupted run has seen only some of the rows.
  log(db.scalar "select count(*) from people where address is null", "people have no address that can be used")
end

function downgrade()
end
