-- All pages together: none is left out, and little of them is not run.
local lyaml = require "lyaml"
local page = require "spec.support.page"
local shell = require "spec.support.shell"

-- Made from the cases of golden/op, which law/op runs; it has no command.
local GENERATED = { ["docs/ops.md"] = true }
-- At most so many blocks that are shown and not run. Fewer is better.
local NOT_RUN = 12
-- What else may stand in a block.
local LANGUAGES = { console = true, lua = true, sql = true, yaml = true, python = true, ini = true,
  dockerfile = true, makefile = true, sh = true, mermaid = true }

local pages = { "README.md" }
for _, name in ipairs(shell.files(shell.source .. "/docs")) do
  if name:find "%.md$" and not GENERATED["docs/" .. name] then pages[#pages + 1] = "docs/" .. name end
end

describe("the pages of the documentation", function()
  it("are typed, each by a spec of its own", function()
    for _, path in ipairs(pages) do
      local has_commands = false
      for _, block in ipairs(page.blocks(path)) do
        has_commands = has_commands or block.language == "console" and not page.not_run(block)
      end
      local spec = "spec/docs/" .. path:lower():match("([%w-]+)%.md$"):gsub("-", "_") .. "_spec.lua"
      if has_commands then
        assert.matches('page.spec("' .. path .. '"', shell.read(shell.source .. "/" .. spec):gsub(
          'require%("spec.support.page"%)', "page"), 1, true)
      end
    end
  end)

  it("leave few blocks out, each for a reason", function()
    local n = 0
    for _, path in ipairs(pages) do
      for _, block in ipairs(page.blocks(path)) do
        local reason = page.not_run(block)
        if reason then
          n = n + 1
          assert.truthy(#reason > 10, ("%s:%d: say why it is not run"):format(path, block.line))
        end
      end
    end
    assert.truthy(n <= NOT_RUN, n .. " blocks are not run")
  end)

  it("have blocks of known kinds, and no command outside them", function()
    for _, path in ipairs(pages) do
      local number, inside = 0, false
      for _, block in ipairs(page.blocks(path)) do
        assert.truthy(LANGUAGES[block.language], ("%s:%d: %s"):format(path, block.line, block.language))
      end
      for line in (shell.read(shell.source .. "/" .. path) .. "\n"):gmatch("([^\n]*)\n") do
        number = number + 1
        if line:find "^```" then inside = not inside end
        assert.falsy(not inside and line:find "^    %$? ?moonshift ",
          ("%s:%d: a command that nothing runs: use ```console"):format(path, number))
      end
    end
  end)

  it("hold YAML that a parser reads", function()
    for _, path in ipairs(pages) do
      for _, block in ipairs(page.blocks(path)) do
        if block.language == "yaml" then
          local ok, why = pcall(lyaml.load, block.text, { all = true })
          assert.truthy(ok, ("%s:%d: %s"):format(path, block.line, tostring(why)))
        end
      end
    end
  end)

  it("name files of src/ that are there", function()
    local n = 0
    for path in shell.read(shell.source .. "/src/README.md"):gmatch "`(%l[%l%d_]*/[%l%d_/]*%.%l+)`" do
      assert.truthy(shell.exists(shell.source .. "/src/" .. path) or shell.exists(shell.source .. "/" .. path),
        "src/README.md names " .. path)
      n = n + 1
    end
    assert.truthy(n > 20)
  end)

  it("link to what is there", function()
    for _, path in ipairs(pages) do
      local here = path:match("^(.*)/[^/]*$") or "."
      for target, anchor in shell.read(shell.source .. "/" .. path):gmatch("%]%(([%w_/.-]*)#?([^)]*)%)") do
        local file = target == "" and path or here .. "/" .. target
        if not anchor:find "^[%w+]*:" then
          assert.truthy(shell.exists(shell.source .. "/" .. file), path .. " links to " .. target)
        end
        if anchor ~= "" and file:find "%.md$" then
          local found = false
          for title in ("\n" .. shell.read(shell.source .. "/" .. file)):gmatch("\n#+ ([^\n]+)") do
            local slug = title:lower():gsub("[^%w%s_-]", ""):gsub(" ", "-")
            found = found or slug == anchor
          end
          assert.truthy(found, ("%s links to %s#%s"):format(path, target, anchor))
        end
      end
    end
  end)
end)
