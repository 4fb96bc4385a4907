#pragma once

#include "config/options/nearest.hpp"
#include "config/options/option.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// A value that somebody wrote somewhere.
struct setting {
  /// Name of an option of the table.
  std::string name;
  std::string value;
  /// As the reader knows it: `--shards`, `TUTTI_SHARDS`, `node.toml:4: shards`.
  std::string source;

  bool operator==(const setting&) const = default;
};

/// What a source must know of a table.
struct option_name {
  std::string name;
  std::string section;
  std::string help;
  bool in_file = true;
  /// A flag without a value means "true".
  bool boolean = false;
};

template <class Options>
std::vector<option_name> names_of(const std::vector<option<Options>>& table) {
  std::vector<option_name> names;
  names.reserve(table.size());
  for (const auto& x : table)
    names.push_back({std::string{x.name}, std::string{x.section}, std::string{x.help}, x.in_file,
                     x.what == kind::boolean});
  return names;
}

/// Assigns in order: the last one that speaks wins. Every setting is checked, also those that
/// a later one overrides.
/// @pre every name is in the table
template <class Options>
status apply(const std::vector<option<Options>>& table, const std::vector<setting>& settings,
             Options& loaded) {
  for (const auto& x : settings) {
    const auto* line = find_option(table, x.name);
    if (!line)
      return error{ec::internal, x.source + ": no option '" + x.name + "'"};
    if (auto ok = line->assign(loaded, x.value); !ok)
      return error{ec::bad_request, x.source + "=" + x.value + ": " + ok.error().message};
  }
  return unit{};
}

} // namespace tutti::config
