#pragma once

#include "config/load/setting.hpp"
#include "runtime/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// Reads a configuration from the text of a TOML file. `file` is its name in sources and
/// errors. Unknown keys, keys under the wrong `[section]` and lists are refused.
result<std::vector<setting>> read_toml(const std::vector<option_name>& names, std::string_view text,
                                       const std::string& file);

/// The same for a file on disk.
result<std::vector<setting>> read_toml_file(const std::vector<option_name>& names,
                                            const std::string& file);

} // namespace tutti::config
