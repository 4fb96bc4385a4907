#pragma once

#include "runtime/base/error.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::ctl {

/// One option of a verb.
struct flag {
  std::string_view name;
  /// 0: there is no short form.
  char letter = 0;
  /// What stands for the value in the help, `N` or `URL`; empty: a switch.
  std::string_view value{};
  std::string_view help{};
};

/// A parsed command line, without the verb.
struct arguments {
  std::vector<std::string> words;
  /// Values in order; a switch has one empty value each time.
  std::map<std::string, std::vector<std::string>, std::less<>> flags;

  bool has(std::string_view name) const;
  /// The last value, or empty text.
  std::string text(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
};

/// Refuses unknown flags, with a guess, and flags without their value.
result<arguments> parse_arguments(const std::vector<flag>& flags,
                                  const std::vector<std::string>& texts);

/// A command line cut into the verb and the rest. Flags before the verb are moved behind it.
struct command {
  /// Empty when there is none.
  std::string verb;
  std::vector<std::string> rest;
};

command split_command(const std::vector<flag>& common, const std::vector<std::string>& texts);

/// Lines of the help page about flags.
std::string flags_help(const std::vector<flag>& flags);

} // namespace tutti::ctl
