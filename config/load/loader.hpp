#pragma once

#include "config/load/command_line.hpp"
#include "config/load/environment.hpp"
#include "config/load/toml_file.hpp"
#include "config/options/node_options.hpp"

#include <string>
#include <vector>

/// Default < file < environment < command line; the last one that speaks wins.
namespace tutti::config {

/// What the program should do with what was loaded.
enum class outcome : std::uint8_t {
  run,
  help,
  version,
  print_config
};

template <class Options>
struct loaded {
  outcome what = outcome::run;
  Options options;
};

/// Loads the options of a table. The value of the option `config`, if the table has one, names
/// the file. A value that a stronger source overrides is checked all the same.
template <class Options>
result<loaded<Options>> load(const std::vector<option<Options>>& table, int argc,
                             const char* const* argv, const environment& variables) {
  const auto names = names_of(table);
  auto line = read_command_line(names, argc, argv);
  if (!line)
    return line.error();
  loaded<Options> found;
  if (line->help || line->version) {
    found.what = line->help ? outcome::help : outcome::version;
    return found;
  }
  auto settings = read_environment(names, variables);
  settings.insert(settings.end(), line->settings.begin(), line->settings.end());
  std::string file;
  for (const auto& x : settings)
    if (x.name == "config")
      file = x.value;
  if (!file.empty()) {
    auto in_file = read_toml_file(names, file);
    if (!in_file)
      return in_file.error();
    settings.insert(settings.begin(), in_file->begin(), in_file->end());
  }
  if (auto ok = apply(table, settings, found.options); !ok)
    return ok.error();
  if (line->print_config)
    found.what = outcome::print_config;
  return found;
}

/// The options of `tuttid`, checked by `validate` when the outcome is `run`. After `help` and
/// `version` they are the defaults.
result<loaded<node_options>> load_node_options(int argc, const char* const* argv,
                                               const environment& variables);

/// The same with the variables of this process.
result<loaded<node_options>> load_node_options(int argc, const char* const* argv);

/// What `tuttid --help` prints.
std::string node_manual();

/// What `tuttid --print-config` prints.
std::string node_config_file(const node_options& options);

} // namespace tutti::config
