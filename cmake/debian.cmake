# Run by CPack before it packs: what Debian wants besides the installed files. Manual pages
# are compressed (Policy, 12.1), and there is a changelog (12.7).
if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()
file(GLOB_RECURSE pages ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*.1)
foreach(page ${pages})
    execute_process(COMMAND gzip -9nf ${page} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# Debian's zsh does not look into site-functions below /usr/share.
file(GLOB_RECURSE zsh ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/_moonshift)
get_filename_component(functions ${zsh} DIRECTORY)
get_filename_component(shared ${functions} DIRECTORY)
file(RENAME ${functions} ${shared}/vendor-completions)

string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(GLOB_RECURSE copyright ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/copyright)
get_filename_component(docs ${copyright} DIRECTORY)
file(WRITE ${docs}/changelog "\
moonshift (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Built from the sources of this version.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
execute_process(COMMAND gzip -9nf ${docs}/changelog COMMAND_ERROR_IS_FATAL ANY)
