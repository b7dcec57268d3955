-- The text of new files: revisions, and the projects that `init` makes.
--
-- A template is text with places ${name}, in small letters: ${NAME} is a variable of a
-- shell or of compose and stays. An unknown place is an error that names it, so that a
-- template's typing mistake does not end up in a file. $${ stands for ${ itself.
local embedded = require "embedded"
local lfs = require "lfs"
local project = require "project"

local template = {}

local function fail(message, hint)
  error({ message = message, hint = hint }, 0)
end

local function fill(text, places, name)
  return (text:gsub("(%$*)%${([%l_]+)}", function(dollars, place)
    if dollars ~= "" then
      return dollars:sub(2) .. "${" .. place .. "}"
    end
    local value = places[place]
    if value == nil then
      local known = {}
      for word in pairs(places) do
        known[#known + 1] = word
      end
      table.sort(known)
      fail(("the template %s has a place ${%s} that nothing fills"):format(name, place),
        ("places are %s; $${%s} stands for the text ${%s} itself"):format(table.concat(known, ", "), place, place))
    end
    return value
  end))
end

-- A Lua literal of a header field: nil, "text", or { "a", "b" }.
local function literal(value)
  if value == nil then
    return "nil"
  elseif type(value) == "table" then
    local items = {}
    for i, item in ipairs(value) do
      items[i] = literal(item)
    end
    if #items == 0 then
      return "nil"
    end
    return #items == 1 and items[1] or "{ " .. table.concat(items, ", ") .. " }"
  end
  return (("%q"):format(value):gsub("\\\n", "\\n"))
end

-- The first bytes of a text, at most so many, and whole letters.
local function first(text, bytes)
  while bytes < #text and text:find("^[\128-\191]", bytes + 1) do
    bytes = bytes - 1
  end
  return text:sub(1, bytes)
end

-- The slug of a message, as Alembic cuts it: words of letters and digits joined by _, at
-- most `length` bytes, cut between words. slug{ message =, length = }
function template.slug(args)
  local words, size = {}, 0
  for word in args.message:lower():gmatch("[%w\128-\255]+") do
    if size + #word > args.length and size > 0 then
      break
    end
    words[#words + 1] = first(word, args.length)
    size = size + #word + 1
  end
  return table.concat(words, "_")
end

-- The name of a revision's file without ".lua": Alembic's tokens %(rev)s, %(slug)s,
-- %(year)d, %(month).2d, %(day).2d, %(hour).2d, %(minute).2d, %(second).2d, %(epoch)s, or
-- ours, ${rev}. file_name{ template =, rev =, slug =, time = epoch seconds }
function template.file_name(args)
  local at = os.date("*t", args.time)
  local tokens = {
    rev = args.rev, slug = args.slug, epoch = args.time,
    year = at.year, month = at.month, day = at.day,
    hour = at.hour, minute = at.min, second = at.sec,
  }
  local function token(name)
    if tokens[name] == nil then
      fail(("file_template names '%s', which is no token"):format(name),
        "tokens are rev, slug, epoch, year, month, day, hour, minute, second")
    end
    return tokens[name]
  end
  local name = args.template:gsub("%%%(([%w_]+)%)([%d.]*)([sd])", function(word, width, kind)
    local value = token(word)
    if kind == "d" and math.tointeger(value) then
      return ("%" .. width .. "d"):format(value)
    end
    return tostring(value)
  end)
  name = name:gsub("%${([%w_]+)}", function(word)
    local value = token(word)
    return type(value) == "number" and word ~= "year" and word ~= "epoch"
      and ("%02d"):format(value) or tostring(value)
  end)
  name = name:gsub("_+$", "")
  name = name ~= "" and name or args.rev -- of a revision without a message
  return (name:gsub("[/%z]", "_"):gsub("^%.", "_")) -- hidden files are not read
end

-- Refuses a template without a place for what a revision has: it would be lost in silence.
local function need_places(text, name, args)
  for _, place in ipairs { "revision", "down_revision", "branch_labels", "depends_on", "header", "upgrade",
    "downgrade" } do
    local value = args[place]
    local given = type(value) == "table" and #value > 0 or type(value) == "string" and value ~= ""
    if given and not text:find("${" .. place .. "}", 1, true) then
      local what = type(value) == "table" and table.concat(value, ", ") or value:match("^[^\n]*")
      fail(("%s has no place ${%s}, and this revision has something for it: %s"):format(name, place, what))
    end
  end
end

-- The text of a revision file. revision{ revision =, message =, down_revision = {…},
-- branch_labels = {…}, depends_on = {…}, create_date =, upgrade =, downgrade =, header =,
-- doc =, override = path of templates/migration.lua }. Bodies are indented Lua, empty for
-- none.
function template.revision(args)
  local name, text = "migration.lua", embedded["migration.lua"]
  if args.override then
    local own = project.read { path = args.override }
    if own then
      name, text = args.override, own
    end
  end
  local function body(lua, comment)
    return lua and lua ~= "" and lua or "  -- " .. comment
  end
  local down = args.down_revision or {}
  local filled = fill(text, {
    doc = args.doc and args.doc ~= "" and "-- " .. args.doc:gsub("\n", "\n-- ") .. "\n" or "",
    message = literal(args.message or ""),
    revision = literal(args.revision),
    down_revision = literal(down),
    branch_labels = literal(args.branch_labels),
    depends_on = literal(args.depends_on),
    created = args.create_date and "-- Create Date: " .. args.create_date .. "\n\n" or "",
    create_date = args.create_date or "",
    revises = table.concat(down, ", "),
    header = args.header and args.header ~= "" and args.header .. "\n" or "",
    upgrade = body(args.upgrade, 'op.add_column("users", { "age", "integer" })'),
    downgrade = body(args.downgrade, 'op.drop_column("users", "age")'),
  }, name)
  need_places(text, name, args)
  return filled
end

-- { { name =, synopsis = }, … } in the order of names, basic first.
function template.list()
  local found = {}
  for path in pairs(embedded) do
    local name = path:match("^([^/]+)/TEMPLATE$")
    if name then
      found[#found + 1] = { name = name, synopsis = embedded[path]:match("^[^\n]*") }
    end
  end
  table.sort(found, function(a, b)
    if (a.name == "basic") ~= (b.name == "basic") then
      return a.name == "basic"
    end
    return a.name < b.name
  end)
  return found
end

-- Adds the files of an embedded template to `files`, path -> text.
local function collect(name, files)
  if not embedded[name .. "/TEMPLATE"] then
    local names = {}
    for _, known in ipairs(template.list()) do
      names[#names + 1] = known.name
    end
    fail(("there is no template '%s'"):format(name), lfs.attributes(name, "mode") == "directory"
      and ("to take the directory of that name: -t ./%s"):format(name)
      or "templates are " .. table.concat(names, ", ") .. "; a directory of your own is named with a slash: ./own")
  end
  for path, text in pairs(embedded) do
    local file = path:match("^" .. name:gsub("%p", "%%%0") .. "/(.+)$")
    if file and file ~= "TEMPLATE" then
      files[file] = text
    end
  end
end

-- The files of a template in a directory of the user's; `programs` gets the paths of those
-- that may be executed.
local function collect_directory(directory, under, files, programs)
  for name in lfs.dir(directory .. "/" .. under) do
    if name ~= "." and name ~= ".." and name ~= ".git" then
      local path = under == "" and name or under .. "/" .. name
      local mode = lfs.attributes(directory .. "/" .. path, "mode")
      if mode == "directory" then
        collect_directory(directory, path, files, programs)
      elseif mode == "file" and path ~= "TEMPLATE" then
        files[path] = project.read { path = directory .. "/" .. path }
          or fail(("'%s/%s' cannot be read"):format(directory, path))
        programs[path] = lfs.attributes(directory .. "/" .. path, "permissions"):sub(3, 3) == "x"
      end
    end
  end
end

-- The name of a directory as a person knows it: "." is where we are.
local function name_of(directory)
  local path = directory:gsub("/+$", "")
  if path == "." or path == "" then
    path = lfs.currentdir() or "project"
  end
  return path:match("([^/]+)$") or "project"
end

-- Lines of the configuration for further keys: { version_table = "alembic_version" }.
local function setting_lines(settings)
  local lines = {}
  for key, value in pairs(settings or {}) do
    lines[#lines + 1] = ("  %s = %s,\n"):format(key, literal(value))
  end
  table.sort(lines)
  return table.concat(lines)
end

-- Adds the files of a template, embedded or a directory (its name has a slash).
local function collect_named(name, files, programs)
  if not name:find("/", 1, true) then
    collect(name, files)
    return
  end
  if lfs.attributes(name, "mode") ~= "directory" then
    fail(("there is no directory '%s' to take as template"):format(name))
  end
  collect_directory(name:gsub("(.)/+$", "%1"), "", files, programs)
end

-- LuaFileSystem changes no permissions.
local function make_executable(path)
  os.execute("chmod +x -- '" .. path:gsub("'", "'\\''") .. "'")
end

-- Writes a project. init{ directory =, templates = { names or directories }, of which the
-- last one counts where two have a file and which are laid over `basic` unless one has a
-- moonshift.lua, annotations = what the place of that name gets,
-- version = of the program, settings = further keys of the configuration } gives
-- { { path =, written = true or false }, … }, sorted; what is there stays as it is. All
-- texts are made before the first is written: a mistake in a template leaves nothing behind.
-- What stands in templates/ is itself a template, and is copied.
function template.init(args)
  local files, programs, paths, results = {}, {}, {}, {}
  for _, name in ipairs(args.templates) do
    collect_named(name, files, programs)
  end
  if not files["moonshift.lua"] then -- what is no project by itself is laid over one
    local basic = {}
    collect("basic", basic)
    for path, text in pairs(basic) do
      files[path] = files[path] or text
    end
  end
  local places = {
    project = name_of(args.directory), date = os.date("%Y-%m-%d"), year = os.date("%Y"),
    version = args.version or "", annotations = args.annotations or "", settings = setting_lines(args.settings),
  }
  for path, text in pairs(files) do
    paths[#paths + 1] = path
    if not path:find("^templates/") and not text:find("\0", 1, true) then
      files[path] = fill(text, places, path)
    end
  end
  table.sort(paths)
  for _, path in ipairs(paths) do
    local name = ("/" .. path):gsub("/dot%.", "/."):sub(2)
    local target = args.directory == "." and name or args.directory .. "/" .. name
    local there = lfs.symlinkattributes(target) ~= nil
    if not there then
      project.write { path = target, text = files[path] }
      if programs[path] then
        make_executable(target)
      end
    end
    results[#results + 1] = { path = target, written = not there }
  end
  return results
end

return template
