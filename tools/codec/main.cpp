#include "actors/run/process_budget.hpp"
#include "runtime/sel/evaluator.hpp"
#include "tools/codec/cron_lines.hpp"
#include "tools/codec/models.hpp"
#include "tools/codec/params_lines.hpp"
#include "tools/codec/roundtrip.hpp"
#include "tools/codec/sel_lines.hpp"

#include <cxxopts.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

/// tutti-codec: what the system reads and writes, by itself. Each command reads standard input
/// and writes standard output.
namespace {

namespace codec = tutti::codec;

constexpr int exit_ok = 0;
constexpr int exit_internal = 1;
constexpr int exit_usage = 2;
constexpr int exit_refused = 4;

using arguments = std::vector<std::string>;

struct command {
  std::string_view name;
  std::string_view argument; ///< empty: takes none
  std::string_view help;
  int (*run)(const arguments& args);
};

int roundtrip(const arguments& args) {
  std::string text{std::istreambuf_iterator<char>{std::cin}, {}};
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
    std::chrono::system_clock::now().time_since_epoch());
  auto out = codec::round_trip_text(args[0], text, now.count());
  if (out) {
    std::cout << *out << '\n';
    return exit_ok;
  }
  std::cerr << "tutti-codec: " << out.error().message << '\n';
  for (const auto& detail : out.error().details)
    std::cerr << "  " << detail << '\n';
  return out.error().code == tutti::ec::not_found ? exit_usage : exit_refused;
}

int models(const arguments&) {
  for (auto name : codec::model_names())
    std::cout << name << '\n';
  return exit_ok;
}

int sel(const arguments&) {
  codec::run_sel_lines(std::cin, std::cout);
  return exit_ok;
}

int params(const arguments&) {
  const auto language = tutti::sel::make_evaluator({tutti::actors::process_budget(), {}});
  codec::run_params_lines(std::cin, std::cout, language.get());
  return exit_ok;
}

int cron(const arguments&) {
  codec::run_cron_lines(std::cin, std::cout);
  return exit_ok;
}

constexpr command commands[] = {
  {"roundtrip", "MODEL", "read one value as MODEL and write it again", roundtrip},
  {"models", "", "the models that roundtrip knows", models},
  {"sel", "", "evaluate expressions, one JSON object a line", sel},
  {"params", "", "merge and evaluate params, one JSON object a line", params},
  {"cron", "", "next runs of cron expressions, one JSON object a line", cron},
};

std::string usage() {
  std::string out = "usage: tutti-codec COMMAND [ARGUMENT] < input > output\n";
  for (const auto& x : commands) {
    auto call = "  " + std::string{x.name} + " " + std::string{x.argument};
    call.resize(std::max<std::size_t>(call.size() + 1, 20), ' ');
    out += call + std::string{x.help} + "\n";
  }
  return out;
}

int run(const arguments& words) {
  if (!words.empty())
    for (const auto& x : commands)
      if (x.name == words[0] && words.size() == (x.argument.empty() ? 1u : 2u))
        return x.run({words.begin() + 1, words.end()});
  std::cerr << usage();
  return exit_usage;
}

} // namespace

int main(int argc, char** argv) {
  try {
    cxxopts::Options options{"tutti-codec"};
    options.add_options()("h,help", "this text")("words", "", cxxopts::value<arguments>());
    options.parse_positional({"words"});
    auto given = options.parse(argc, argv);
    if (given.count("help") > 0) {
      std::cout << usage();
      return exit_ok;
    }
    return run(given.count("words") > 0 ? given["words"].as<arguments>() : arguments{});
  } catch (const cxxopts::exceptions::exception& why) {
    std::cerr << "tutti-codec: " << why.what() << '\n' << usage();
    return exit_usage;
  } catch (const std::exception& why) {
    std::cerr << "tutti-codec: " << why.what() << '\n';
    return exit_internal;
  }
}
