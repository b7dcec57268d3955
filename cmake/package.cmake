# The Debian package: `cpack` in a build directory, or scripts/package. What it depends on
# is what dpkg-shlibdeps finds that the program links.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "the Moonshift authors <maintainers@moonshift.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "PostgreSQL schema migrations in Lua")
set(CPACK_PACKAGE_DESCRIPTION
"Moonshift moves PostgreSQL databases from one schema to the next. Each
change is a small Lua file with upgrade() and downgrade(); Moonshift orders
the files as a graph, runs each in a transaction together with the record
that it ran, and writes new ones by comparing models with the live database.
Its commands, messages and files follow Alembic's.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql, postgresql-client")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
    GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
if(STATIC)
    set(CPACK_PACKAGE_FILE_NAME moonshift-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-static)
endif()
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
include(CPack)
