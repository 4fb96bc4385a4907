#pragma once

#include "config/load/environment.hpp"
#include "config/options/option.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// One option, ready to be printed.
struct printed_option {
  kind what = kind::text;
  std::string name;
  std::string section;
  std::string help;
  std::string allowed;
  std::string value;
  bool in_file = true;
};

template <class Options>
std::vector<printed_option> printed(const std::vector<option<Options>>& table,
                                    const Options& values) {
  std::vector<printed_option> lines;
  lines.reserve(table.size());
  for (const auto& x : table)
    lines.push_back({x.what, std::string{x.name}, std::string{x.section}, std::string{x.help},
                     x.allowed, x.print(values), x.in_file});
  return lines;
}

/// The options part of `--help`; values are the defaults.
std::string manual(const std::vector<printed_option>& options);

/// A TOML file with every option, its help and its value. Loading it gives the same values.
std::string config_file(const std::vector<printed_option>& options);

/// A TOML basic string.
std::string quoted(std::string_view text);

} // namespace tutti::config
