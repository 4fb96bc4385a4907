#pragma once

#include "config/options/values.hpp"
#include "runtime/base/error.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::config {

/// What an operator writes for a value, for the manual and the file.
enum class kind : std::uint8_t {
  integer,
  bytes,
  duration,
  text,
  boolean,
  endpoint,
  path
};

/// One line of an option table. The flag, the variable, the key of the file, the printed
/// configuration and the manual are all made from it.
template <class Options>
struct option {
  kind what = kind::text;
  /// Lower case with dashes; unique in its table.
  std::string_view name;
  std::string_view help;
  /// What may be written, ready for the end of "must be".
  std::string allowed;
  std::function<std::string(const Options&)> print;
  /// Parses and checks; leaves `Options` alone on an error. The error says only what is
  /// allowed: whoever knows where the text is from puts that in front.
  std::function<status(Options&, std::string_view)> assign;
  /// The `[section]` of the file; empty: the top of the file.
  std::string_view section{};
  /// False for what only makes sense on the command line or in the environment.
  bool in_file = true;
};

/// Makes a table line from a reader `text -> result<Value>` and a printer.
template <class Options, class Value, class Read, class Print>
option<Options> line(kind what, std::string_view name, Value Options::*field, std::string allowed,
                     std::string_view help, Read read, Print print) {
  return {what,
          name,
          help,
          std::move(allowed),
          [=](const Options& x) { return std::string{print(x.*field)}; },
          [=](Options& x, std::string_view text) -> status {
            auto value = read(text);
            if (!value)
              return value.error();
            x.*field = std::move(*value);
            return unit{};
          }};
}

template <class Options>
option<Options> integer(std::string_view name, std::int64_t Options::*field, bounds range,
                        std::string_view help) {
  return line(
    kind::integer, name, field, integers_in(range), help,
    [=](std::string_view text) { return read_integer(text, range); },
    [](std::int64_t x) { return std::to_string(x); });
}

/// The field holds bytes; the text has a unit.
template <class Options>
option<Options> bytes(std::string_view name, std::int64_t Options::*field, bounds range,
                      std::string_view help) {
  return line(
    kind::bytes, name, field, sizes_in(range), help,
    [=](std::string_view text) { return read_bytes(text, range); }, print_bytes);
}

/// The field holds milliseconds; the text has a unit.
template <class Options>
option<Options> duration(std::string_view name, std::int64_t Options::*field, bounds range,
                         std::string_view help) {
  return line(
    kind::duration, name, field, durations_in(range), help,
    [=](std::string_view text) { return read_duration(text, range); }, print_duration);
}

template <class Options>
option<Options> boolean(std::string_view name, bool Options::*field, std::string_view help) {
  return line(kind::boolean, name, field, "true or false", help, read_boolean, print_boolean);
}

template <class Options>
option<Options> endpoint_at(std::string_view name, endpoint Options::*field,
                            std::string_view help) {
  return line(kind::endpoint, name, field, "HOST:PORT", help, read_endpoint, print_endpoint);
}

/// One word out of `words`, exactly as written there.
template <class Options>
option<Options> choice(std::string_view name, std::string Options::*field,
                       std::vector<std::string> words, std::string_view help) {
  std::string allowed = "one of";
  for (const auto& x : words)
    allowed += (&x == &words.front() ? " " : ", ") + x;
  auto read = [=](std::string_view text) -> result<std::string> {
    if (std::find(words.begin(), words.end(), text) == words.end())
      return error{ec::bad_request, "must be " + allowed};
    return std::string{text};
  };
  return line(kind::text, name, field, allowed, help, read, [](const std::string& x) { return x; });
}

/// Any text of one line without control characters.
template <class Options>
option<Options> text(std::string_view name, std::string Options::*field, std::int64_t length_max,
                     std::string_view help, kind what = kind::text) {
  auto allowed = (what == kind::path ? "a path of at most " : "a text of at most ")
                 + std::to_string(length_max) + " characters, on one line";
  auto read = [=](std::string_view value) -> result<std::string> {
    auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (value.size() > static_cast<std::size_t>(length_max)
        || std::any_of(value.begin(), value.end(), control))
      return error{ec::bad_request, "must be " + allowed};
    return std::string{value};
  };
  return line(what, name, field, allowed, help, read, [](const std::string& x) { return x; });
}

/// A file or folder. Whether it exists is for its user to find out. May be empty.
template <class Options>
option<Options> path(std::string_view name, std::string Options::*field, std::string_view help) {
  return text(name, field, 4096, help, kind::path);
}

/// Puts lines under a `[section]` of the file.
template <class Options>
void add_section(std::vector<option<Options>>& table, std::string_view section,
                 std::vector<option<Options>> lines) {
  for (auto& x : lines) {
    x.section = section;
    table.push_back(std::move(x));
  }
}

template <class Options>
const option<Options>* find_option(const std::vector<option<Options>>& table,
                                   std::string_view name) {
  for (const auto& x : table)
    if (x.name == name)
      return &x;
  return nullptr;
}

} // namespace tutti::config
