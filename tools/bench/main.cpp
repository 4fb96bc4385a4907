#include "tools/bench/workloads.hpp"

#include <boost/json.hpp>
#include <cxxopts.hpp>

#include <cstdio>
#include <filesystem>
#include <iostream>

namespace {

using namespace tutti;

constexpr auto usage_text
  = "tutti-bench chain   [--steps N] [--flows N] [--in-flight N] [--workflows N]\n"
    "tutti-bench foreach [--iterations N] [--concurrency N]\n"
    "tutti-bench starts  [--flows N] [--in-flight N]\n"
    "  --server URL   a running server, through its REST API\n"
    "  --data DIR     without a server: a node inside this program on that folder, through the\n"
    "                 actor API (default: a temporary folder)\n"
    "  -o json|text   json: one object on the last line\n";

boost::json::object to_json(const bench::report& r) {
  auto per_step = [&](double x) { return r.steps > 0 ? x / static_cast<double>(r.steps) : 0; };
  auto& u = r.used;
  return {
    {"workload", r.name},
    {"runs", r.runs},
    {"steps", r.steps},
    {"failed", r.failed},
    {"seconds", r.seconds},
    {"steps_per_s", static_cast<double>(r.steps) / r.seconds},
    {"runs_per_s", static_cast<double>(r.runs) / r.seconds},
    {"p50_ms", r.p50_ms},
    {"p99_ms", r.p99_ms},
    {"max_ms", r.max_ms},
    {"processor_ms", u.processor_ms},
    {"processor_us_per_step", per_step(static_cast<double>(u.processor_ms) * 1000)},
    {"resident_mb", u.resident_bytes / (1 << 20)},
    {"commits", u.commits},
    {"row_bytes_per_step", per_step(static_cast<double>(u.row_bytes))},
    {"written_bytes", u.written_bytes},
    {"messages_per_step", per_step(static_cast<double>(u.deliveries))},
    {"letters_per_step", per_step(static_cast<double>(u.letters))},
  };
}

/// A decimal as a person writes it: three places at most, no exponent.
std::string plain_text(const boost::json::value& x) {
  if (auto* word = x.if_string())
    return {word->data(), word->size()};
  if (!x.is_double())
    return boost::json::serialize(x);
  char digits[400]; // of the largest double
  std::snprintf(digits, sizeof digits, "%.3f", x.get_double());
  std::string text{digits};
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.')
    text.pop_back();
  return text;
}

void print(const bench::report& r, bool json) {
  auto all = to_json(r);
  if (!json)
    for (auto& [name, value] : all)
      std::cout << name << ": " << plain_text(value) << "\n";
  else
    std::cout << boost::json::serialize(all) << std::endl;
}

result<std::unique_ptr<bench::target>> open_target(const cxxopts::ParseResult& given,
                                                   std::int64_t in_flight, std::string& temporary) {
  if (given.count("server") > 0)
    return bench::open_rest_target(given["server"].as<std::string>(),
                                   static_cast<std::size_t>(in_flight));
  if (given.count("data") > 0)
    return bench::open_actor_target(given["data"].as<std::string>());
  auto pattern = (std::filesystem::temp_directory_path() / "tutti-bench-XXXXXX").string();
  if (!::mkdtemp(pattern.data()))
    return error{ec::io, "no temporary folder"};
  temporary = pattern;
  return bench::open_actor_target(pattern);
}

result<bench::report> work(bench::target& on, const std::string& verb,
                           const cxxopts::ParseResult& given) {
  auto number = [&](const char* name) { return given[name].as<std::int64_t>(); };
  if (verb == "chain")
    return bench::run_chains(on, {number("steps"), number("flows"), number("in-flight"),
                                  number("workflows")});
  if (verb == "foreach")
    return bench::run_foreach(on, number("iterations"), number("concurrency"));
  if (verb == "starts")
    return bench::run_starts(on, number("flows"), number("in-flight"));
  return error{ec::bad_request, "unknown workload '" + verb + "'\n" + usage_text};
}

int run(int argc, char** argv) {
  cxxopts::Options flags{"tutti-bench", "Measures a Tutti node"};
  auto add = flags.add_options();
  add("workload", "", cxxopts::value<std::string>()->default_value(""));
  add("steps", "", cxxopts::value<std::int64_t>()->default_value("10"));
  add("flows", "", cxxopts::value<std::int64_t>()->default_value("1000"));
  add("in-flight", "", cxxopts::value<std::int64_t>()->default_value("1"));
  add("workflows", "", cxxopts::value<std::int64_t>()->default_value("1"));
  add("iterations", "", cxxopts::value<std::int64_t>()->default_value("1000"));
  add("concurrency", "", cxxopts::value<std::int64_t>()->default_value("500"));
  add("server", "", cxxopts::value<std::string>());
  add("data", "", cxxopts::value<std::string>());
  add("o,output", "", cxxopts::value<std::string>()->default_value("text"));
  add("h,help", "");
  flags.parse_positional({"workload"});
  auto given = flags.parse(argc, argv);
  auto verb = given["workload"].as<std::string>();
  if (given.count("help") > 0 || verb.empty()) {
    std::cout << usage_text;
    return verb.empty() && given.count("help") == 0 ? 2 : 0;
  }
  std::string temporary;
  auto code = 0;
  {
    auto on = open_target(given, given["in-flight"].as<std::int64_t>(), temporary);
    auto done = on ? work(**on, verb, given) : result<bench::report>{on.error()};
    if (done)
      print(*done, given["output"].as<std::string>() == "json");
    else {
      std::cerr << "tutti-bench: " << done.error().message << "\n";
      code = 1;
    }
  }
  std::error_code ignored;
  if (!temporary.empty())
    std::filesystem::remove_all(temporary, ignored);
  return code;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& what) {
    std::cerr << "tutti-bench: " << what.what() << "\n";
    return 2;
  }
}
