#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// The front of the log: an event name and fields. Names are stable and greppable. Where lines go
/// is the node's business (`set_sink`); until then warnings and errors go nowhere.
namespace tutti::log {

/// error: a human must act; warning: it may become one; info: state changes an operator expects;
/// debug: the rest.
enum class level {
  debug = 0,
  info = 1,
  warning = 2,
  error = 3
};

using fields = std::initializer_list<std::pair<std::string_view, std::string>>;
using sink = void (*)(level, std::string_view event, fields what);

/// Called once at start, before there are threads.
void set_sink(sink where, level least);

void write(level at, std::string_view event, fields what);

/// Whether lines of a level go anywhere: asked before fields are made on a hot path.
bool enabled(level at);

inline void debug(std::string_view event, fields what = {}) {
  write(level::debug, event, what);
}

inline void info(std::string_view event, fields what = {}) {
  write(level::info, event, what);
}

inline void warning(std::string_view event, fields what = {}) {
  write(level::warning, event, what);
}

inline void error(std::string_view event, fields what = {}) {
  write(level::error, event, what);
}

} // namespace tutti::log
