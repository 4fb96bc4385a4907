#pragma once

#include "tools/ctl/verbs.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

/// What stands in for the shell in tests of the verbs.
namespace tutti::ctl {

using words = std::vector<std::string>;

/// A shell that runs `tutti` and keeps what it said.
class shell {
public:
  exit_code run(words texts) {
    out.str("");
    err.str("");
    surroundings around{out, err, from(variables), terminal, 100, 30, program_folder, plan};
    return run_tutti(texts, around);
  }

  std::string said() const { return out.str(); }

  std::string complained() const { return err.str(); }

  static config::environment from(const std::map<std::string, std::string>& values) {
    return [values](const std::string& name) -> std::optional<std::string> {
      auto i = values.find(name);
      return i == values.end() ? std::nullopt : std::optional{i->second};
    };
  }

  std::ostringstream out;
  std::ostringstream err;
  std::map<std::string, std::string> variables{{"USER", "ann"}, {"NO_COLOR", "1"}};
  bool terminal = true;
  std::string program_folder = "nowhere";
  interrupt_plan plan;
};

/// A file or program that is gone at the end of the test.
class scratch_file {
public:
  scratch_file(std::string ending, const std::string& text)
    : name_("ctl-" + std::to_string(::getpid()) + std::move(ending)) {
    std::ofstream{name_} << text;
  }

  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;

  ~scratch_file() { std::remove(name_.c_str()); }

  const std::string& name() const { return name_; }

private:
  std::string name_;
};

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace tutti::ctl
