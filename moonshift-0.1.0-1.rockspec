-- The core of Moonshift as a Lua module: require "moonshift_core". In a clone:
--   luarocks --lua-version 5.4 make --local
-- What it needs besides Lua is what scripts/install-deps --build installs.
rockspec_format = "3.0"
package = "moonshift"
version = "0.1.0-1"
source = {
  url = "git+file://.",
}
description = {
  summary = "PostgreSQL schema migrations: graph, operations and SQL as a Lua module",
  detailed = [[
The parts of Moonshift that need no server, as its own tests use them: the revision
graph and its identifiers, operations to SQL and back, PostgreSQL's parser, lint.]],
  license = "MIT",
}
dependencies = {
  "lua ~> 5.4",
}
build = {
  type = "command",
  build_command = "cmake -G Ninja -S . -B build-rock -DCMAKE_BUILD_TYPE=Release --log-level=WARNING"
    .. " && cmake --build build-rock --target moonshift_core",
  install_command = 'cmake -E copy build-rock/moonshift_core.so "$(LIBDIR)/moonshift_core.so"',
}
