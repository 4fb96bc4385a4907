# Runs cargo and puts the archive where the build expects it. Called by storage/raft/CMakeLists.txt
# with CARGO, SOURCE_DIR, TARGET_DIR, ARCHIVE.

# raft-proto takes the protoc of the PATH if it likes its version. The one that its build crate
# brings is the same everywhere.
function(find_bundled_protoc out)
  execute_process(
    COMMAND ${CARGO} metadata --locked --format-version 1
    WORKING_DIRECTORY ${SOURCE_DIR}
    OUTPUT_VARIABLE metadata ERROR_VARIABLE why RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "cargo metadata failed:\n${why}")
  endif()
  if(metadata MATCHES "\"manifest_path\":\"([^\"]*/protobuf-build-[0-9.]+)/Cargo.toml\"")
    set(crate ${CMAKE_MATCH_1})
    cmake_host_system_information(RESULT platform QUERY OS_PLATFORM)
    string(REPLACE "aarch64" "aarch_64" platform "${platform}")
    if(EXISTS ${crate}/bin/protoc-linux-${platform})
      set(${out} ${crate}/bin/protoc-linux-${platform} PARENT_SCOPE)
    endif()
  endif()
endfunction()

if(NOT DEFINED ENV{PROTOC})
  find_bundled_protoc(protoc)
  if(protoc)
    set(ENV{PROTOC} ${protoc})
  endif()
endif()
set(ENV{CARGO_TARGET_DIR} ${TARGET_DIR})
execute_process(COMMAND ${CARGO} build --release --locked --quiet
                WORKING_DIRECTORY ${SOURCE_DIR} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "cargo build failed (${failed})")
endif()
# The copy is newer than the sources even if cargo found nothing to do.
file(REMOVE ${ARCHIVE})
file(COPY_FILE ${TARGET_DIR}/release/libtutti_raft_core.a ${ARCHIVE})
file(TOUCH ${ARCHIVE})
