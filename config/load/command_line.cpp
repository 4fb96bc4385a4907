#include "config/load/command_line.hpp"

#include <cxxopts.hpp>

#include <algorithm>

namespace tutti::config {

namespace {

void declare(cxxopts::Options& flags, const std::vector<option_name>& names) {
  // Unknown flags are collected and refused below, with a better sentence.
  flags.allow_unrecognised_options();
  auto add = flags.add_options();
  add("h,help", "");
  add("version", "");
  add("print-config", "");
  for (const auto& x : names) {
    auto value = cxxopts::value<std::string>();
    add(x.name, x.help, x.boolean ? value->implicit_value("true") : value);
  }
}

error unknown(std::string argument, const std::vector<option_name>& names) {
  if (argument.size() < 2 || argument.front() != '-')
    return error{ec::bad_request,
                 "argument '" + argument + "' is not expected: options are written --name value"};
  argument = argument.substr(0, argument.find('='));
  std::vector<std::string> flags{"--help", "--version", "--print-config"};
  for (const auto& x : names)
    flags.push_back("--" + x.name);
  return error{ec::bad_request, "unknown flag '" + argument + "'" + did_you_mean(argument, flags)};
}

bool declared(const std::string& name, const std::vector<option_name>& names) {
  return std::any_of(names.begin(), names.end(), [&](auto& x) { return x.name == name; });
}

} // namespace

result<command_line> read_command_line(const std::vector<option_name>& names, int argc,
                                       const char* const* argv) {
  command_line found;
  try {
    cxxopts::Options flags{argc > 0 ? argv[0] : "tuttid"};
    declare(flags, names);
    auto given = flags.parse(argc, argv);
    found.help = given.count("help") > 0;
    found.version = given.count("version") > 0;
    found.print_config = given.count("print-config") > 0;
    if (!found.help && !given.unmatched().empty())
      return unknown(given.unmatched().front(), names);
    for (const auto& x : given.arguments())
      if (declared(x.key(), names))
        found.settings.push_back({x.key(), x.value(), "--" + x.key()});
  } catch (const std::exception& what) {
    // cxxopts reports by exception; it ends here.
    return error{ec::bad_request, std::string{"command line: "} + what.what()};
  }
  return found;
}

} // namespace tutti::config
