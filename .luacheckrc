std = "lua54"
max_line_length = 120
max_string_line_length = false
max_comment_line_length = 100
exclude_files = { "build*/", "lua/templates/",
  "first/", "shop/", "legacy/", "billing/" } -- projects that the pages of docs/ make

files["spec/**/*_spec.lua"] = { std = "+busted", max_line_length = 130 }
files["spec/support"] = { std = "+busted" }

-- The words of a migration, of a model, of the configuration.
local migration = {
  globals = {
    "message", "revision", "down_revision", "branch_labels", "depends_on", "transactional",
    "settings", "irreversible", "upgrade", "downgrade", "change", "verify",
  },
  read_globals = { "op", "db", "sql", "log", "ctx", "lint" },
  max_line_length = 130,
}
files["migrations"] = migration
files["examples/**/migrations"] = migration
files["examples/**/models"] = { read_globals = { "model", "sql" }, max_line_length = 130 }
files["**/moonshift.lua"] = { read_globals = { "env", "file" } }
