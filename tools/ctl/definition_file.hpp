#pragma once

#include "runtime/base/error.hpp"

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

/// What is wrong with a definition, as far as it can be told without a server: all that a server
/// with the default limits and no job templates refuses. Empty: nothing.
std::vector<std::string> mistakes_of(const definition_file& file);

/// What is legal in a YAML definition but hardly meant, with line and column each.
std::vector<std::string> hints_of(const definition_file& file);

/// Which of the params given to a run look like misspelt ones of the definition.
std::vector<std::string> param_hints(const definition_file& file,
                                     const std::vector<std::string>& names);

} // namespace tutti::ctl
