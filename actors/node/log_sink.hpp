#pragma once

#include "runtime/base/error.hpp"

#include <string>

namespace tutti::actors {

/// Sends the log of the process to a file, or to standard error when `file` is empty: one line per
/// event, `2026-01-02T03:04:05.678Z info shard-led shard=3`. Call once, before there are threads.
status start_log(const std::string& level, const std::string& file);

} // namespace tutti::actors
