#include "runtime/base/log.hpp"

namespace tutti::log {

namespace {

sink current = nullptr;
level least_level = level::info;

} // namespace

void set_sink(sink where, level least) {
  current = where;
  least_level = least;
}

bool enabled(level at) {
  return current && at >= least_level;
}

void write(level at, std::string_view event, fields what) {
  if (current && at >= least_level)
    current(at, event, what);
}

} // namespace tutti::log
