#include "runtime/base/log.hpp"
#include "tools/sim/world.hpp"

#include <cxxopts.hpp>

#include <charconv>
#include <iostream>
#include <string>

namespace {

using namespace tutti;

constexpr auto usage_text
  = "tutti-sim --seeds A..B [--nodes N] [--break early-effects|no-inbox|no-timers|no-fence] [-v]\n"
    "          [--trace]\n"
    "  Runs a simulated node, or a cluster of N, for each seed and checks the laws. A seed that\n"
    "  fails prints what is wrong and the command that repeats it; exit code 1.\n"
    "  --break makes a fault on purpose: the laws must catch it.\n";

/// Every delivery and change of leadership, for reading what a seed does.
void print_line(log::level, std::string_view event, log::fields what) {
  std::cout << event;
  for (auto& [name, value] : what)
    std::cout << ' ' << name << '=' << value;
  std::cout << "\n";
}

bool parse_seeds(const std::string& text, std::uint64_t& first, std::uint64_t& last) {
  auto dots = text.find("..");
  auto one = text.substr(0, dots);
  auto two = dots == std::string::npos ? one : text.substr(dots + 2);
  auto read = [](const std::string& x, std::uint64_t& out) {
    auto end = x.data() + x.size();
    auto r = std::from_chars(x.data(), end, out);
    return r.ec == std::errc{} && r.ptr == end;
  };
  return read(one, first) && read(two, last) && first <= last;
}

bool set_break(const std::string& name, sim::world_options& options) {
  auto& what = options.sabotage;
  options.skip_fence = name == "no-fence";
  what.release_early = name == "early-effects";
  what.forget_inbox = name == "no-inbox";
  what.forget_timers = name == "no-timers";
  return name.empty() || options.skip_fence || what.release_early || what.forget_inbox
         || what.forget_timers;
}

int run(int argc, char** argv) {
  cxxopts::Options flags{"tutti-sim", "Deterministic simulation"};
  auto add = flags.add_options();
  add("seeds", "", cxxopts::value<std::string>()->default_value("1..100"));
  add("nodes", "", cxxopts::value<int>()->default_value("1"));
  add("break", "", cxxopts::value<std::string>()->default_value(""));
  add("v,verbose", "");
  add("trace", "");
  add("h,help", "");
  auto given = flags.parse(argc, argv);
  sim::world_options options;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  auto broken = given["break"].as<std::string>();
  constexpr auto nodes_max = 9;
  options.nodes = given["nodes"].as<int>();
  if (given.count("help") > 0 || options.nodes < 1 || options.nodes > nodes_max
      || !parse_seeds(given["seeds"].as<std::string>(), first, last)
      || !set_break(broken, options)) {
    std::cout << usage_text;
    return given.count("help") > 0 ? 0 : 2;
  }
  if (given.count("trace") > 0)
    log::set_sink(print_line, log::level::debug);
  std::uint64_t events = 0;
  std::uint64_t failed = 0;
  auto runs = 0;
  auto lives = 0;
  auto faults = 0;
  for (auto seed = first; seed <= last; ++seed) {
    options.seed = seed;
    auto found = sim::simulate(options);
    events += found.events;
    runs += found.runs;
    lives += found.lives;
    faults += found.faults;
    if (given.count("verbose") > 0)
      std::cout << "seed " << seed << ": " << found.events << " events, " << found.lives
                << " lives, " << found.runs << " runs, " << found.jobs << " jobs\n";
    if (found.violations.empty())
      continue;
    ++failed;
    std::cout << "seed " << seed << " fails:\n";
    for (auto& x : found.violations)
      std::cout << "  " << x << "\n";
    std::cout << "  repeat: tutti-sim --seeds " << seed << ".." << seed
              << (options.nodes == 1 ? "" : " --nodes " + std::to_string(options.nodes))
              << (broken.empty() ? "" : " --break " + broken) << " -v\n";
  }
  std::cout << last - first + 1 << " seeds, " << events << " events, " << lives << " lives, "
            << faults << " faults, " << runs << " runs, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& what) {
    std::cerr << "tutti-sim: " << what.what() << "\n";
    return 2;
  }
}
