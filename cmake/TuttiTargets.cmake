# Flags that every target of ours gets, and no third-party code.
add_library(tutti_flags INTERFACE)
target_include_directories(tutti_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tutti_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  $<$<BOOL:${TUTTI_WERROR}>:-Werror>
  # GCC 12 sees ghosts in std::variant and in strings once it optimises; the sanitizer presets
  # and clang-tidy look for the real ones.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
    -Wno-array-bounds -Wno-free-nonheap-object>)
option(TUTTI_FUZZ "Build test/fuzz with libFuzzer (Clang)" OFF)
if(TUTTI_FUZZ)
  target_compile_options(tutti_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(TUTTI_SANITIZE)
  target_compile_options(tutti_flags INTERFACE
    -fsanitize=${TUTTI_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(tutti_flags INTERFACE -fsanitize=${TUTTI_SANITIZE})
  if(TUTTI_SANITIZE MATCHES address)
    # Checks of each pointer double the time to build, and find what the address sanitizer finds.
    target_compile_options(tutti_flags INTERFACE
      -fno-sanitize=null,alignment,vptr,object-size,pointer-overflow)
  endif()
  if(TUTTI_SANITIZE MATCHES thread)
    # GCC's thread sanitizer does not know fences, which Asio uses for nothing else.
    target_compile_options(tutti_flags INTERFACE -Wno-tsan)
    target_compile_definitions(tutti_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

# tutti_library(NAME SOURCES ... USES ... [PRECOMPILE ...])
function(tutti_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;PRECOMPILE" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC tutti_flags ${arg_USES})
  if(arg_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE ${arg_PRECOMPILE})
  endif()
endfunction()

# tutti_test(NAME LABEL SOURCES ... USES ... [TIMEOUT seconds])
function(tutti_test name label)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;USES" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE tutti_test_main tutti_flags doctest::doctest ${arg_USES})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${arg_TIMEOUT})
endfunction()
