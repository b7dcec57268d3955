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
  local bad = 0
  op.backfill {
    table = "people",
    read  = "select id, email from people where address is null",
    apply = function(rows)
      local changed = {}
      for _, row in ipairs(rows) do
        local address = normalised(row.email)
        if address then
          changed[#changed + 1] = { id = row.id, address = address }
        else
          bad = bad + 1
        end
      end
      return changed
    end,
  }
  log(("%d people have no address that can be used"):format(bad))
end

function downgrade()
end
