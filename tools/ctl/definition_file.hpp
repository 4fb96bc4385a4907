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

/// What is wrong with a definition, as far as it can be told without a server. Empty: nothing.
std::vector<std::string> mistakes_of(const definition_file& file);

} // namespace tutti::ctl
