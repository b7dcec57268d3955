-- Things to be undone when the spec file ends, last first: databases, directories.
local cleanup = {}
local todo = {}

function cleanup.add(undo)
  todo[#todo + 1] = undo
end

function cleanup.run()
  while #todo > 0 do
    table.remove(todo)()
  end
end

return cleanup
