#pragma once

#include "config/load/setting.hpp"
#include "runtime/base/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// Looks a variable up; an argument, so that tests need not touch the process.
using environment = std::function<std::optional<std::string>(const std::string&)>;

/// The variables of this process. Call it before there are threads.
environment process_environment();

/// Turns "drain-timeout" into "TUTTI_DRAIN_TIMEOUT".
std::string variable_name(std::string_view option);

/// Variables that no option has are left alone: container platforms set TUTTI_… of their own.
std::vector<setting> read_environment(const std::vector<option_name>& names,
                                      const environment& variables);

} // namespace tutti::config
