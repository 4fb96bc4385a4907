#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tutti::ctl {

/// A workflow definition as its author wrote it.
struct definition_file {
  std::string name;
  std::string text;
  /// Else it is YAML.
  bool json = false;

  std::string_view content_type() const;
};

/// Reads a file, or standard input for `-`. JSON is what is named so, or begins with a brace.
result<definition_file> read_definition(const std::string& name);

/// Whether the word names a file rather than a workflow on the server.
bool names_file(const std::string& word);

/// The definitions in a folder and those below it, sorted: files that end with `.yaml`, `.yml` or
/// `.json`, in folders that are not hidden. `ec::bad_request` where there are none.
result<std::vector<std::string>> definitions_in(const std::string& folder);

bool is_folder(const std::string& name);

/// The definition as a model; `ec::bad_request` with its mistakes in `details`.
result<model::workflow_create_request> read_request(const definition_file& file);

struct findings {
  /// What is wrong, as far as it can be told without a server: all that a server with the default
  /// limits and no job templates refuses.
  std::vector<std::string> mistakes;
  /// As in `hints_of`.
  std::vector<std::string> hints;
};

findings examine(const definition_file& file);

/// What is legal in a YAML definition but hardly meant, with line and column each.
std::vector<std::string> hints_of(const definition_file& file);

/// Which of the params given to a run look like misspelt ones of the definition.
std::vector<std::string> param_hints(const definition_file& file,
                                     const std::vector<std::string>& names);

} // namespace tutti::ctl
