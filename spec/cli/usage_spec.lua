-- The command line itself: options, arguments, names, exit status 2.
local cli = require "spec.support.cli"
local project = require "spec.support.project"

local function refused(words, message, hint)
  local r = cli.expect(2, cli.run(words))
  assert.equal("", r.out)
  assert.equal("error: " .. message, r.err:match("^[^\n]*"))
  if hint then assert.equal(hint, r.err:match("\n  hint: ([^\n]*)")) end
end

describe("the command line", function()
  it("tells the versions of the program, Lua and libpq", function()
    local r = cli.expect(0, cli.run { "--version" })
    assert.matches("^moonshift %d+%.%d+%.%d+\nLua 5%.4%.%d+\nlibpq %d+%.%d+\n$", r.out)
    assert.equal("", r.err)
    assert.equal(r.out, cli.expect(0, cli.run { "heads", "--version" }).out)
  end)

  it("wants a command", function()
    refused({}, "no command was given", "moonshift --help lists the commands")
    refused({ "-q" }, "no command was given")
  end)

  it("names the nearest command", function()
    refused({ "upgrad" }, "unknown command 'upgrad'", "did you mean 'upgrade'?")
    refused({ "histroy" }, "unknown command 'histroy'", "did you mean 'history'?")
    refused({ "hist" }, "unknown command 'hist'", "did you mean 'history'?")
    refused({ "zzzzzzzz" }, "unknown command 'zzzzzzzz'", "moonshift --help lists the commands")
  end)

  it("names the nearest option", function()
    refused({ "history", "--verbos-e" }, "unknown option '--verbos-e'", "did you mean '--verbose'?")
    refused({ "--colour", "never", "heads" }, "unknown option '--colour'", "did you mean '--color'?")
    refused({ "heads", "-Z" }, "unknown option '-Z'", "moonshift heads --help")
    refused({ "heads", "-qZ" }, "unknown option '-Z'")
    refused({ "heads", "-é" }, "unknown option '-é'")
  end)

  it("says what an option lacks or has too much", function()
    refused({ "history", "-r" }, "option '--rev-range' needs a value: FROM:TO")
    refused({ "revision", "--message" }, "option '--message' needs a value: TEXT")
    refused({ "heads", "--quiet=yes" }, "option '--quiet' takes no value")
    refused({ "heads", "--color", "red" }, "--color takes auto, always or never, not 'red'")
    refused({ "log", "--limit", "many" }, "--limit takes a number, not 'many'")
    refused({ "heads", "--ver" }, "option '--ver' may mean several options")
  end)

  it("counts arguments", function()
    refused({ "show" }, "show: an argument is missing", "usage: moonshift show REV")
    refused({ "heads", "x" }, "heads: unexpected argument 'x'", "usage: moonshift heads")
    refused({ "revision", "x" }, "revision: unexpected argument 'x'", "usage: moonshift revision -m TEXT")
    refused({ "upgrade", "a", "b" }, "upgrade: unexpected argument 'b'")
  end)

  it("prints help on stdout, for any place of the option", function()
    local all = cli.expect(0, cli.run { "--help" })
    assert.equal("", all.err)
    assert.matches("\n  upgrade +", all.out)
    assert.equal(all.out, cli.run({ "-h" }).out)
    local one = cli.expect(0, cli.run { "upgrade", "--help" }).out
    assert.matches("^usage: moonshift upgrade ", one)
    assert.equal(one, cli.run({ "-h", "upgrade" }).out)
    assert.equal(one, cli.run({ "upgrade", "head", "-h" }).out)
    assert.equal(one, cli.run({ "help", "upgrade" }).out)
    assert.equal(all.out, cli.run({ "help" }).out)
    assert.equal(all.out, cli.run({ "help", "help" }).out)
    refused({ "help", "upgrad" }, "unknown command 'upgrad'", "did you mean 'upgrade'?")
    for status = 0, 7 do
      assert.matches("\n  " .. status .. "  %l", all.out)
      assert.matches("\n  " .. status .. "  %l", one)
    end
  end)

  it("tells a full disk from success", function()
    local r = cli.run { shell = "moonshift --help >/dev/full" }
    assert.equal(1, r.status)
    assert.equal("error: cannot write to standard output: No space left on device\n", r.err)
  end)
end)

describe("options and arguments", function()
  local p
  setup(function()
    p = project.new { db = false, files = {
      ["migrations/001_a.lua"] = project.revision { "001_a" },
      ["migrations/002_b.lua"] = project.revision { "002_b", down = "001_a" },
      ["migrations/003_c.lua"] = project.revision { "003_c", down = "002_b" },
      ["other.lua"] = "return { migrations = 'elsewhere' }",
      ["elsewhere/x.lua"] = project.revision { "only_one" },
    } }
  end)

  it("may stand before or after the command", function()
    local plain = "only_one (head)\n"
    assert.equal(plain, p:ok("-c", "other.lua", "heads").out)
    assert.equal(plain, p:ok("heads", "-c", "other.lua").out)
    assert.equal(plain, p:ok("heads", "--config=other.lua").out)
    assert.equal(plain, p:ok("-cother.lua", "heads").out)
  end)

  it("have underscore spellings and unique beginnings", function()
    local listed = p:ok("list-templates").out
    assert.equal(listed, p:ok("list_templates").out)
    local all = p:ok("history", "--rev-range", "001_a:002_b").out
    assert.equal(all, p:ok("history", "--rev_range", "001_a:002_b").out)
    assert.equal(all, p:ok("history", "--rev", "001_a:002_b").out)
    assert.equal("003_c (head)\n", p:ok("heads", "--resolve_dependencies").out)
  end)

  it("take words that begin with a minus and a digit for arguments", function()
    assert.equal("002_b -> 003_c (head), 003_c\n001_a -> 002_b, 002_b\n",
      p:ok("history", "-r", "-1:").out)
    assert.equal(p:ok("show", "002_b").out, p:ok("show", "-1").out)
    assert.equal(p:ok("show", "001_a").out, p:ok("show", "-2", "-q").out)
    assert.equal(p:ok("show", "001_a").out, p:ok("-q", "show", "--", "-2").out)
  end)

  it("end at --", function()
    local r = p:fails(6, "show", "--", "--help")
    assert.matches("Can't locate revision identified by '%-%-help'", r.err)
  end)

  it("colour errors when told to", function()
    assert.matches("^\27%[1;31merror\27%[0m: ", p:fails(6, "show", "nope", "--color", "always").err)
    assert.matches("^error: ", p:fails(6, "show", "nope").err)
  end)
end)

describe("completion", function()
  it("is understood by bash and knows commands, options and words", function()
    local script = cli.expect(0, cli.run { "completion", "bash" }).out
    local function complete(line)
      local words = {}
      for word in (line .. "|"):gmatch("([^ |]*)[ |]") do words[#words + 1] = ("%q"):format(word) end
      local r = cli.run { shell = ([[bash -c '%s
        COMP_WORDS=(%s) COMP_CWORD=%d; _moonshift; printf "%%s\n" "${COMPREPLY[@]}"']])
        :format(script:gsub("'", "'\\''"), table.concat(words, " "), #words - 1) }
      assert.equal("", r.err)
      return r.out
    end
    assert.equal("upgrade\n", complete("moonshift upg"))
    assert.equal("--check-heads\n", complete("moonshift current --ch"))
    assert.equal("auto\nalways\n", complete("moonshift --color a"))
    assert.matches("%-%-rev%-range\n", complete("moonshift -q history --r"))
  end)

  it("is there for zsh and fish, and for nothing else", function()
    assert.matches("^#compdef moonshift\n", cli.expect(0, cli.run { "completion", "zsh" }).out)
    assert.matches("complete %-c moonshift .-upgrade", cli.expect(0, cli.run { "completion", "fish" }).out)
    refused({ "completion", "tcsh" }, "completion is there for bash, zsh and fish, not 'tcsh'")
  end)
end)
