-- init, revision, merge, edit: what they write and what they refuse.
local project = require "spec.support.project"
local shell = require "spec.support.shell"
local cli = require "spec.support.cli"

local function only_file(p, pattern)
  local found
  for _, path in ipairs(p:files "migrations") do
    if path:find(pattern) then
      assert.is_nil(found, "two files like " .. pattern)
      found = path
    end
  end
  return found or error("no file like " .. pattern, 2)
end

describe("init", function()
  it("makes a project that works, and keeps what is there", function()
    local dir = shell.directory()
    shell.write(dir .. "/app/.gitignore", "mine\n")
    local r = cli.expect(0, cli.run { "init", "app", cwd = dir })
    assert.matches("\n  Keeping app/%.gitignore\n", "\n" .. r.out)
    assert.matches("\n  Writing app/moonshift%.lua\n", "\n" .. r.out)
    assert.matches("^INFO  %[moonshift%] Next: ", r.err)
    assert.equal("mine\n", shell.read(dir .. "/app/.gitignore"))
    local app = dir .. "/app"
    assert.equal("", cli.expect(0, cli.run { "history", cwd = app }).out)
    cli.expect(0, cli.run { "revision", "-m", "first", cwd = app })
    assert.matches("^<base> %-> %x+ %(head%), first\n$", cli.expect(0, cli.run { "history", cwd = app }).out)
    assert.equal("error: init: the name of the directory is empty\n  hint: moonshift init . makes a project here\n",
      cli.expect(2, cli.run { "init", "", cwd = dir }).err)
    assert.matches("Next: cd 'an app', copy", cli.expect(0, cli.run { "init", "an app", cwd = dir }).err, 1, true)
    local again = cli.expect(0, cli.run { "init", "app/", cwd = dir })
    assert.is_nil(again.out:find("Writing", 1, true))
    assert.matches("\n  Keeping app/moonshift.lua\n", again.out, 1, true)
  end)

  it("offers the templates it lists", function()
    local listed = cli.expect(0, cli.run { "list-templates" }).out
    local n = 0
    for name in listed:gmatch("\n(%l+) %- ") do
      n = n + 1
      local dir = shell.directory()
      cli.expect(0, cli.run { "init", "-t", name, "-q", cwd = dir })
      assert.truthy(shell.exists(dir .. "/moonshift.lua"), name)
      cli.expect(0, cli.run { "heads", cwd = dir })
    end
    assert.is_true(n >= 4)
    assert.matches('"name": "basic"', cli.run({ "list-templates", "--json" }).out)
  end)

  it("tells editors what op, db and model take", function()
    local dir = shell.directory()
    cli.expect(0, cli.run { "init", "-t", "editor", cwd = dir })
    assert.matches('"workspace.library": %["types"%]', shell.read(dir .. "/.luarc.json"))
    local text = shell.read(dir .. "/types/moonshift.lua")
    assert.matches("^%-%-%-@meta\n", text)
    assert.matches("\nfunction op.create_table%(name, options%) end\n", text)
    assert(loadfile(dir .. "/types/moonshift.lua"))
    -- All keys of the configuration, and the helpers of its file.
    local class = text:match "\n%-%-%-@class moonshift%.config\n(.-)\n\n"
    local n = 0
    for key in cli.run({ "completion", "keys" }).out:gmatch "([^\n]+)\t" do
      n = n + 1
      assert.matches("%-%-%-@field " .. key .. "%? [%a\"(]", class)
    end
    assert.is_true(n > 20)
    assert.matches("\nfunction env%(name, otherwise%) end\n.*\nfunction file%(path%) end\n$", text)
    -- LuaLS's own words only, and each function's parameters named as its comment names them.
    for word in text:gmatch "\n%-%-%-@(%a+)" do
      assert.truthy(("meta class field alias param return type overload"):find(word, 1, true), word)
    end
    for comment, names in text:gmatch "\n(%-%-%-[^\n]*\n.-)\nfunction [%w_.]+%(([^)]*)%) end" do
      comment = comment:match "^.*\n\n(.*)$" or comment:match "^.* end\n(.*)$" or comment
      local told = {}
      for name in comment:gmatch "%-%-%-@param ([%w_.]+)" do told[#told + 1] = name end
      assert.equal(names, table.concat(told, ", "))
    end
  end)

  it("takes a directory of the user's as template, and no other", function()
    local dir = shell.directory()
    shell.write(dir .. "/own/moonshift.lua", "return {}\n")
    shell.write(dir .. "/own/deep/er/x", "y\n")
    shell.write(dir .. "/own/.git/config", "")
    cli.expect(0, cli.run { "init", "-t", "./own", "new", cwd = dir })
    assert.equal("y\n", shell.read(dir .. "/new/deep/er/x"))
    assert.same({ "deep/er/x", "moonshift.lua" }, shell.files(dir .. "/new"))
    local r = cli.expect(1, cli.run { "init", "-t", "nope", cwd = dir })
    assert.matches("^error: there is no template 'nope'\n", r.err)
    r = cli.expect(1, cli.run { "init", "-t", "own", cwd = dir })
    assert.matches("hint: to take the directory of that name: -t ./own\n", r.err, 1, true)
  end)

  it("lays an own template without a configuration over the basic one", function()
    local dir = shell.directory()
    shell.write(dir .. "/own/dot.env.example", "DATABASE_URL=ours\n")
    local r = cli.expect(0, cli.run { "init", "-t", "./own", "new", cwd = dir })
    assert.matches("Next: cd new, copy .env.example to .env", r.err, 1, true)
    assert.equal("DATABASE_URL=ours\n", shell.read(dir .. "/new/.env.example"))
    cli.expect(0, cli.run { "revision", "-m", "first", cwd = dir .. "/new" })
  end)

  it("fills in the places of an own template, and leaves alone what is no place", function()
    local dir = shell.directory()
    shell.write(dir .. "/own/moonshift.lua", "-- ${project}, made by ${version} in ${year}\nreturn {\n${settings}}\n")
    shell.write(dir .. "/own/run/dot.profile", "echo ${HOME} $${project} ${{ x }} $project\n")
    shell.write(dir .. "/own/run/up's", "#!/bin/sh\necho up ${project}\n")
    shell.write(dir .. "/own/logo", "\0${nothing}")
    shell.write(dir .. "/own/templates/migration.lua", "-- ours: ${message}\nmessage = ${message}\nrevision = ${revision}\n"
      .. "down_revision = ${down_revision}\nfunction upgrade()\n${upgrade}\nend\nfunction downgrade() end\n")
    shell.output("chmod +x " .. shell.quote(dir .. "/own/run/up's"))
    cli.expect(0, cli.run { "init", "-t", "./own/", "the shop", cwd = dir })
    local made = dir .. "/the shop"
    assert.matches("^%-%- the shop, made by %d+%.%d+%.%d+ in 20%d%d\nreturn {\n}\n$", shell.read(made .. "/moonshift.lua"))
    assert.equal("echo ${HOME} ${project} ${{ x }} $project\n", shell.read(made .. "/run/.profile"))
    assert.equal("\0${nothing}", shell.read(made .. "/logo"))
    assert.equal("up the shop\n", cli.expect(0, cli.run { program = made .. "/run/up's" }).out)
    cli.expect(0, cli.run { "init", made, cwd = dir })
    cli.expect(0, cli.run { "revision", "-m", "first", "--rev-id", "1", cwd = made })
    assert.matches('^%-%- ours: "first"\nmessage = "first"\nrevision = "1"\ndown_revision = nil\n',
      shell.read(made .. "/migrations/1_first.lua"))
  end)

  it("combines templates, the last one first", function()
    local dir = shell.directory()
    shell.write(dir .. "/own/Makefile", "all:\n\techo ours\n")
    cli.expect(0, cli.run { "init", "-t", "makefile", "-t", "ci", "-t", "./own", "app", cwd = dir })
    assert.truthy(shell.exists(dir .. "/app/.github/workflows/migrations.yml"))
    assert.equal("all:\n\techo ours\n", shell.read(dir .. "/app/Makefile"))
    assert.truthy(shell.exists(dir .. "/app/moonshift.lua"))
  end)

  it("writes nothing when a template has a mistake", function()
    local dir = shell.directory()
    shell.write(dir .. "/own/a", "fine\n")
    shell.write(dir .. "/own/b", "${projct}\n")
    local r = cli.expect(1, cli.run { "init", "-t", "./own", "new", cwd = dir })
    assert.matches("the template b has a place ${projct} that nothing fills", r.err, 1, true)
    assert.matches("places are annotations, date, project, settings, version, year; $${projct} stands for", r.err, 1, true)
    assert.is_false(shell.exists(dir .. "/new"))
    assert.matches("there is no directory './none'", cli.expect(1, cli.run { "init", "-t", "./none", cwd = dir }).err, 1, true)
  end)

  it("says why it cannot write", function()
    local dir = shell.directory()
    shell.write(dir .. "/file", "")
    local r = cli.expect(1, cli.run { "init", "file/app", cwd = dir })
    assert.matches("^error: cannot make the directory 'file", r.err)
  end)
end)

describe("revision", function()
  local p
  before_each(function() p = project.new { db = false } end)

  it("writes a file after the head and says where", function()
    local r = p:ok("revision", "-m", "Create users table", "--rev-id", "001_a")
    assert.equal(("  Generating %s/migrations/001_a_create_users_table.lua ...  done\n"):format(p.dir), r.out)
    p:ok("revision", "--message=second")
    assert.matches("^001_a %-> (%x+) %(head%), second\n<base> %-> 001_a, Create users table\n$", p:ok("history").out)
    local text = p:read("migrations/" .. only_file(p, "_second%.lua$"))
    assert.matches('\ndown_revision = "001_a"\n', text)
    assert.matches("^%x%x%x%x%x%x%x%x%x%x%x%x_second%.lua$", only_file(p, "_second%.lua$"))
  end)

  it("keeps any text of a message", function()
    local message = [[it's "quoted" \ and ]] .. "täglich: 100% -- ]]"
    p:ok("revision", "-m", message, "--rev-id", "r001")
    assert.equal("<base> -> r001 (head), " .. message .. "\n", p:ok("history").out)
  end)

  it("starts lines, splices, labels and depends", function()
    p:ok("revision", "-m", "a", "--rev-id", "aaaa")
    p:ok("revision", "-m", "b", "--rev-id", "bbbb")
    local r = p:fails(7, "revision", "-m", "c", "--head", "aaaa")
    assert.matches("^error: Revision aaaa is not a head revision; please specify %-%-splice to create a new "
      .. "branch from this revision\n", r.err)
    p:ok("revision", "-m", "c", "--rev-id", "cccc", "--head", "aaaa", "--splice", "--branch-label", "side")
    r = p:fails(7, "revision", "-m", "d")
    assert.matches("^error: Multiple heads are present; please specify the head revision", r.err)
    p:ok("revision", "-m", "d", "--rev-id", "dddd", "--head", "side@head")
    p:ok("revision", "-m", "e", "--rev-id", "eeee", "--head", "base", "--depends-on", "bbbb", "--depends-on", "side")
    assert.matches("<base> %(bbbb, side%) %-> eeee %(head%), e\n", p:ok("history").out)
    assert.matches("cccc %-> dddd %(side%)", p:ok("history").out)
  end)

  it("refuses an id that cannot be one, or is there", function()
    p:ok("revision", "-m", "a", "--rev-id", "aaaa")
    local before = p:files "migrations"
    for _, id in ipairs { "a-b", "a@b", "a+b", "a:b", "a b" } do
      assert.matches("^error: Character%(s%) '.' not allowed in revision identifier", p:fails(2, "revision",
        "--rev-id", id).err)
    end
    for _, words in ipairs { { "--rev-id", "head" }, { "--rev-id", "current", "--sql" }, { "--branch-label", "base" } } do
      assert.matches("^error: '%l+' cannot be a [%l ]+: the command line gives it a meaning\n$",
        p:fails(2, "revision", table.unpack(words)).err)
    end
    assert.matches("^error: Branch name 'aaaa' in revision bbbb already used by revision aaaa\n",
      p:fails(2, "revision", "--rev-id", "bbbb", "--branch-label", "aaaa").err)
    local r = p:fails(2, "revision", "-m", "again", "--rev-id", "aaaa")
    assert.equal("error: revision 'aaaa' is there already\n  at migrations/aaaa_a.lua\n", r.err)
    assert.matches("Can't locate revision", p:fails(6, "revision", "--head", "nope").err)
    assert.matches("Can't locate revision", p:fails(6, "revision", "--depends-on", "nope").err)
    assert.same(before, p:files "migrations")
  end)

  it("writes over no file", function()
    p:write("migrations/free_m.lua", project.revision { "other" })
    local r = p:fails(1, "revision", "-m", "m", "--rev-id", "free")
    assert.equal("error: 'migrations/free_m.lua' is there already\n  hint: nothing is overwritten: move it away first\n", r.err)
    assert.same({ "free_m.lua" }, p:files "migrations")
  end)

  it("takes an id of 60 characters, and one that looks like a path", function()
    p:ok("revision", "-m", "m", "--rev-id", "../x", "--json")
    assert.truthy(p:exists "migrations/_._x_m.lua")
    os.remove(p:path "migrations/_._x_m.lua")
    p:write("moonshift.lua", 'return { file_template = "%(slug)s" }')
    assert.matches('"file": "migrations/___x.lua"', p:ok("revision", "--rev-id", ".//x", "--json").out, 1, true)
    os.remove(p:path "migrations/___x.lua")
    p:write("moonshift.lua", "return {}")
    local id = ("x"):rep(60)
    p:ok("revision", "-m", "long", "--rev-id", id)
    assert.equal(id .. " (head)\n", p:ok("heads").out)
  end)

  it("follows file_template, slug_length and timezone", function()
    p:write("moonshift.lua", [[return { slug_length = 8, timezone = "UTC",
      file_template = "%(year)d%(month).2d%(day).2d_%(rev)s_%(slug)s" }]])
    p:ok("revision", "-m", "one two three", "--rev-id", "r001")
    local today = os.date("!%Y%m%d")
    only_file(p, "^" .. today .. "_r001_one_two%.lua$")
    os.remove(p.dir .. "/migrations/" .. today .. "_r001_one_two.lua")
    p:ok("revision", "-m", "aüüüüü", "--rev-id", "r001") -- cut between letters, not bytes
    only_file(p, "^" .. today .. "_r001_aüüü%.lua$")
    for _, zone in ipairs { "Mars/Olympus", "Europe", "../Europe/Oslo" } do -- Europe is a directory
      p:write("moonshift.lua", ("return { timezone = %q }"):format(zone))
      assert.equal(("error: moonshift.lua: there is no time zone '%s'\n"):format(zone)
        .. "  hint: zones are the files below /usr/share/zoneinfo: Europe/Oslo\n", p:fails(1, "revision", "-m", "x").err)
    end
    p:write("moonshift.lua", [[return { file_template = "%(what)s" }]])
    assert.matches("^error: file_template names 'what', which is no token\n", p:fails(1, "revision", "-m", "x").err)
  end)

  it("uses the project's template", function()
    p:write("templates/migration.lua",
      'message = ${message}\nrevision = ${revision}\ndown_revision = ${down_revision}\n-- ours\n'
      .. "function upgrade()\n${upgrade}\nend\nfunction downgrade() end\n")
    p:ok("revision", "-m", "m", "--rev-id", "r001")
    assert.matches("\n%-%- ours\n", p:read "migrations/r001_m.lua")
    p:write("templates/migration.lua", "revision = ${revisoin}\n")
    assert.matches("has a place ${revisoin} that nothing fills", p:fails(1, "revision", "-m", "n").err, 1, true)
    -- What the template has no place for is not lost in silence.
    p:write("templates/migration.lua", "revision = ${revision}\ndown_revision = ${down_revision}\n")
    local r = p:fails(1, "revision", "-m", "n", "--branch-label", "shop")
    assert.matches("templates/migration.lua has no place ${branch_labels}, and this revision has something for it: shop\n",
      r.err, 1, true)
    p:ok("revision", "-m", "n", "--rev-id", "r002")
  end)

  it("prints the file instead of writing it with --sql", function()
    local r = p:ok("revision", "-m", "m", "--rev-id", "r001", "--sql")
    assert.matches('revision      = "r001"', r.out)
    assert.same({}, p:files "migrations")
  end)

  it("runs hooks.post_write on the file", function()
    p:write("moonshift.lua", [[return { hooks = { post_write = { "sed -i 's/^-- .*//'", "echo seen" } } }]])
    local r = p:ok("revision", "-m", "m", "--rev-id", "r001")
    assert.is_nil(p:read("migrations/r001_m.lua"):find("Create Date", 1, true))
    assert.matches("seen migrations/r001_m%.lua\n", r.err)
    p:write("moonshift.lua", [[return { hooks = { post_write = "exit 3 #" } }]])
    r = p:fails(1, "revision", "-m", "n", "--rev-id", "r002")
    assert.equal("error: hooks.post_write: 'exit 3 #' ended with status 3\n  at migrations/r002_n.lua\n"
      .. "  hint: the file was written\n", r.err)
  end)

  it("is JSON with --json", function()
    local r = p:ok("revision", "-m", "m", "--rev-id", "r001", "--json")
    assert.matches('^{\n  "revision": "r001",\n', r.out)
    assert.matches('"file": "migrations/r001_m.lua"', r.out)
  end)
end)

describe("merge", function()
  it("joins heads, and wants two", function()
    local p = project.new { db = false, files = {
      ["migrations/a.lua"] = project.revision { "aaaa" },
      ["migrations/b.lua"] = project.revision { "bbbb", down = "aaaa" },
      ["migrations/c.lua"] = project.revision { "cccc", down = "aaaa" },
    } }
    assert.matches("^error: a merge needs two or more revisions\n", p:fails(2, "merge", "bbbb", "-m", "x").err)
    assert.matches("^error: a merge needs two or more revisions\n", p:fails(2, "merge", "bbbb", "bbbb").err)
    assert.matches("is not a head revision", p:fails(7, "merge", "aaaa", "bbbb").err)
    p:ok("merge", "bbbb", "cccc", "-m", "merge migrations", "--rev-id", "dddd")
    assert.equal("bbbb, cccc -> dddd (head) (mergepoint), merge migrations\n",
      p:ok("history", "-r", "dddd:").out)
    assert.matches("^error: a merge needs two or more revisions\n", p:fails(2, "merge", "heads").err)
  end)
end)

describe("edit", function()
  it("opens the file in VISUAL, else EDITOR", function()
    local p = project.new { db = false, files = { ["migrations/a b.lua"] = project.revision { "aaaa" } } }
    local text = p:read "migrations/a b.lua"
    assert.equal(text, p:ok({ "edit", "head", env = { EDITOR = "cat" } }).out)
    assert.equal(text, p:ok({ "edit", "aaaa", env = { VISUAL = "cat", EDITOR = "false" } }).out)
    assert.equal(text, p:ok({ "edit", "aaaa", env = { VISUAL = "", EDITOR = "cat" } }).out)
    local r = p:fails(1, { "edit", "aaaa", env = { EDITOR = "false" } })
    assert.equal("error: editor: 'false' ended with status 1\n  hint: set VISUAL or EDITOR\n", r.err)
    assert.matches("No revision files indicated by symbol 'base'", p:fails(6, "edit", "base").err)
    assert.matches("Can't locate revision", p:fails(6, "edit", "nope").err)
  end)

  it("stays until the editor has ended, whatever Ctrl-C means to that", function()
    local p = project.new { db = false, files = { ["migrations/a.lua"] = project.revision { "aaaa" } } }
    p:write("editor", "touch began; while [ ! -e end ]; do sleep 0.05; done; echo edited >$1\n")
    local h = p:start { "edit", "head", env = { EDITOR = "sh editor" } }
    while not p:exists "began" do assert.truthy(h:running()) os.execute "sleep 0.02" end
    h:kill "INT"
    os.execute "sleep 0.2"
    assert.truthy(h:running())
    p:write("end", "")
    assert.equal(0, h:wait().status)
    assert.equal("edited\n", p:read "migrations/a.lua")
  end)
end)
