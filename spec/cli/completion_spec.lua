-- completion: words of the project, in the shells that are here.
local cli = require "spec.support.cli"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local p
setup(function()
  p = project.new { db = false, config = 'return { environments = { staging = {}, production = {} } }\n', files = {
    ["migrations/001.lua"] = project.revision { "001_users", message = "users: the first" },
    ["migrations/002.lua"] = project.revision { "002_mail", down = "001_users", head = 'branch_labels = "mail"' },
    ["other/moonshift.lua"] = "return { environments = { elsewhere = {} } }",
    ["migrations/003.lua"] = project.revision { "003_$(touch${IFS}broken)", down = "001_users" },
  } }
  for _, name in ipairs { "bash", "zsh", "fish" } do
    p:write("completion." .. name, cli.expect(0, cli.run { "completion", name }).out)
  end
end)

local function has(name)
  return os.execute(("command -v %s >/dev/null"):format(name)) == true
end

local function lines(text)
  local list = {}
  for line in text:gmatch "[^\n]+" do list[#list + 1] = line end
  table.sort(list)
  return list
end

describe("completion of words of the project", function()
  it("comes from the program, quickly, newest first", function()
    assert.equal(table.concat({
      "head\tthe newest revision",
      "heads\tthe newest of every line",
      "base\tbefore the first revision",
      "003_$(touch${IFS}broken)\t003_$(touch${IFS}broken)",
      "002_mail\t002_mail",
      "mail@head\tthe newest revision of this line",
      "001_users\tusers: the first",
    }, "\n") .. "\n", p:ok("completion", "revisions").out)
    assert.same({ "production\tenvironment", "staging\tenvironment" }, lines(p:ok("completion", "environments").out))
    assert.matches("\nci\tbasic, and a GitHub Actions workflow", p:ok("completion", "templates").out, 1, true)
    assert.matches("\nlock_wait\t", p:ok("completion", "keys").out)
  end)

  it("is a line each, whatever a message holds", function()
    local other = project.new { db = false, files = {
      ["migrations/1.lua"] = project.revision { "001_a", message = "a\tb\27[31m c" } } }
    assert.matches("\n001_a\ta b %[31m c\n$", other:ok("completion", "revisions").out)
  end)

  it("is of the configuration that is named in what was typed so far", function()
    for _, typed in ipairs { { "-c", "other/moonshift.lua" }, { "--config", "other/moonshift.lua", "-e" },
      { "--config=other/moonshift.lua" }, { "--config", "=", "other/moonshift.lua" }, { "upgrade", "-c", "x", "-c",
        "other/moonshift.lua" } } do
      assert.equal("elsewhere\tenvironment\n", p:ok("completion", "environments", "--", table.unpack(typed)).out)
    end
    assert.equal("", p:ok("completion", "environments", "--", "-c", "nowhere.lua").out)
    assert.matches("^production\t", p:ok("completion", "environments", "--", "upgrade", "-c").out)
  end)

  it("is none where there is no project, and no error either", function()
    local r = cli.expect(0, cli.run { "completion", "revisions" })
    assert.equal("", r.out .. r.err)
  end)
end)

describe("completion in bash", function()
  -- `typed` is the line up to the cursor; what is given is what bash would replace its last
  -- word with.
  local function complete(typed, words)
    local quoted = {}
    for i, word in ipairs(words) do quoted[i] = shell.quote(word) end
    p:write("try.bash", ([[
source completion.bash
COMP_LINE=%s COMP_POINT=${#COMP_LINE} COMP_WORDS=(%s) COMP_CWORD=%d
_moonshift
printf '%%s\n' "${COMPREPLY[@]}"
]]):format(shell.quote(typed), table.concat(quoted, " "), #words - 1))
    local r = p:sh "bash try.bash"
    assert.equal("", r.err)
    return lines(r.out)
  end

  it("offers revisions, labels, templates, environments and keys", function()
    assert.same({ "001_users", "002_mail", "003_\\$\\(touch\\$\\{IFS\\}broken\\)" },
      complete("moonshift upgrade 00", { "moonshift", "upgrade", "00" }))
    assert.same({ "mail@head" }, complete("moonshift downgrade ma", { "moonshift", "downgrade", "ma" }))
    assert.same({ "002_mail" }, complete("moonshift revision --head 002", { "moonshift", "revision", "--head", "002" }))
    assert.same({ "002_mail" },
      complete("moonshift revision --head=002", { "moonshift", "revision", "--head", "=", "002" }))
    assert.same({ "docker" }, complete("moonshift init -t d", { "moonshift", "init", "-t", "d" }))
    assert.same({ "staging" }, complete("moonshift -e s", { "moonshift", "-e", "s" }))
    assert.same({ "elsewhere" }, complete("moonshift -c other/moonshift.lua upgrade -e e",
      { "moonshift", "-c", "other/moonshift.lua", "upgrade", "-e", "e" }))
    assert.same({ "slug_length" }, complete("moonshift config slug", { "moonshift", "config", "slug" }))
    assert.is_false(p:exists "broken")
  end)

  it("replaces only the end of what @ parts", function()
    assert.same({ "@head" }, complete("moonshift upgrade mail@h", { "moonshift", "upgrade", "mail", "@", "h" }))
  end)

  it("knows the words of each command's own option", function()
    assert.same({ "html" }, complete("moonshift erd --format h", { "moonshift", "erd", "--format", "h" }))
    assert.same({ "dot", "json", "mermaid", "text" },
      complete("moonshift history --format=", { "moonshift", "history", "--format", "=" }))
    assert.same({ "sarif" }, complete("moonshift lint --format s", { "moonshift", "lint", "--format", "s" }))
    assert.same({ "flyway" }, complete("moonshift import f", { "moonshift", "import", "f" }))
    assert.same({ "bash" }, complete("moonshift completion b", { "moonshift", "completion", "b" }))
  end)
end)

it("completion in fish offers the same, with what it is", function()
  if not has "fish" then pending "no fish here" end
  local function complete(typed)
    local r = p:sh("fish --no-config -c 'source completion.fish; complete -C \"" .. typed .. "\"'")
    assert.equal("", r.err)
    return lines(r.out)
  end
  assert.same({ "001_users\tusers: the first" }, complete "moonshift upgrade 001")
  assert.same({ "002_mail\t002_mail" }, complete "moonshift merge 002")
  assert.same({ "html\twhat to write; mermaid when left out" }, complete "moonshift erd --format h")
  assert.same({ "staging\tenvironment" }, complete "moonshift --env s")
  assert.same({ "elsewhere\tenvironment" }, complete "moonshift --config=other/moonshift.lua upgrade --env e")
  assert.same({ "./migrations/" }, complete "moonshift init -t ./mi")
end)

it("completion in zsh offers the same, with what it is", function()
  if not has "zsh" then pending "no zsh here" end
  local r = p:sh [[zsh -fc '
    autoload -Uz compinit; compinit -D -u
    source ./completion.zsh
    _describe() { print -rl -- $1 ${(P)2} }
    program=moonshift typed=()
    _files() { print -r -- "files $*" }
    _moonshift_words -J -default- revisions
    _moonshift_words templates
    typed=(-c other/moonshift.lua upgrade); _moonshift_words environments']]
  assert.equal("", r.err)
  assert.matches("'(-c --config)-c+[configuration file (moonshift.lua)]:file:_files'", p:read "completion.zsh", 1, true)
  assert.equal("revisions\nhead:the newest revision\n", r.out:match "^[^\n]*\n[^\n]*\n")
  assert.matches("\n001_users:users: the first\n", r.out, 1, true)
  assert.matches("\ntemplates\n.*\nfiles %-/\nenvironments\nelsewhere:environment\n$", r.out)
end)
