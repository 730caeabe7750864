# Fails when docs/ops.md is not what ops_page writes.
execute_process(COMMAND ${program} OUTPUT_VARIABLE made COMMAND_ERROR_IS_FATAL ANY)
file(READ ${page} kept)
if(NOT made STREQUAL kept)
  message(FATAL_ERROR "docs/ops.md is stale: run build/release/tests/ops_page > docs/ops.md")
endif()
