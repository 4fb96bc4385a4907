#pragma once

#include "config/load/setting.hpp"
#include "runtime/base/error.hpp"

#include <vector>

namespace tutti::config {

struct command_line {
  std::vector<setting> settings;
  bool help = false;
  bool version = false;
  bool print_config = false;
};

/// Reads `--name value` and `--name=value` for every option, and the switches `--help`,
/// `--version` and `--print-config`. Anything else is refused, unless help was asked for.
result<command_line> read_command_line(const std::vector<option_name>& names, int argc,
                                       const char* const* argv);

} // namespace tutti::config
