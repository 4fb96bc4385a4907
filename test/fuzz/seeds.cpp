#include "runtime/engine/rows.hpp"
#include "runtime/model/json.hpp"
#include "storage/journal/row_batch.hpp"
#include "test/fuzz/stored_types.hpp"
#include "test/support/arbitrary.hpp"
#include "tools/codec/models.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

/// Makes the first inputs of all targets: a folder for each below the one that is named. They come
/// from the fixtures where these are, else from the examples, and from the vectors of the tests.
namespace tutti::fuzz {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path sources = TUTTI_SOURCE_DIR;
constexpr std::size_t sel_seeds_max = 700;

std::string read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<fs::path> files_below(const fs::path& folder, const fs::path& ending) {
  std::vector<fs::path> out;
  std::error_code why;
  for (fs::recursive_directory_iterator i{folder, why}, end; !why && i != end; i.increment(why))
    if (i->path().extension() == ending)
      out.push_back(i->path());
  std::sort(out.begin(), out.end());
  return out;
}

/// Files of this kind in the fixtures and the examples.
std::vector<fs::path> documents(const fs::path& ending) {
  auto out = files_below(sources / "../shared/fixtures/maestro", ending);
  for (auto& x : files_below(sources / "examples", ending))
    out.push_back(x);
  return out;
}

class seed_writer {
public:
  explicit seed_writer(fs::path to) : to_(std::move(to)) {}

  bool add(const std::string& target, std::string_view input) {
    const auto n = counts_[target]++;
    const auto folder = to_ / target;
    fs::create_directories(folder);
    std::ofstream out{folder / std::to_string(n), std::ios::binary};
    out.write(input.data(), static_cast<std::streamsize>(input.size()));
    return out.good();
  }

  void print() const {
    for (const auto& [target, n] : counts_)
      std::cout << target << ": " << n << " seeds\n";
  }

private:
  fs::path to_;
  std::map<std::string, int> counts_;
};

void add_params(seed_writer& to, const model::workflow_create_request& x) {
  const auto line = [](const model::param_map& all) {
    return R"({"id":"1","now":1700000000000,"params":)" + model::json_text(all) + "}";
  };
  if (x.workflow.params)
    to.add("fuzz_params", line(*x.workflow.params));
  for (const auto& step : x.workflow.steps)
    if (step.params)
      to.add("fuzz_params", line(*step.params));
}

void add_json(seed_writer& to) {
  const auto names = codec::model_names();
  for (const auto& path : documents(".json")) {
    const auto text = read_file(path);
    const auto value = model::parse_text(text);
    if (!value)
      continue;
    // A fixture is good for the models that can read it; a few of them are enough.
    auto left = 3;
    for (const auto name : names) {
      const auto* entry = codec::find_model(name);
      if (left > 0 && entry->through(*value, entry->kind, {})) {
        to.add("fuzz_model_json", std::string{name} + "\n" + text);
        --left;
      }
    }
    if (const auto request = model::from_json<model::workflow_create_request>(*value)) {
      to.add("fuzz_definition_json", text);
      add_params(to, *request);
    }
  }
}

void add_yaml(seed_writer& to) {
  for (const auto& path : documents(".yaml"))
    to.add("fuzz_definition_yaml", read_file(path));
  to.add("fuzz_definition_yaml",
         "workflow:\n  id: a\n  \"!n<long>(constant)\": 1 + 1\n  cfg<pmap>: {x: 1.5, y: [a, b]}\n"
         "  jobs:\n    - foreach:\n        id: f\n        ranges: {i: {from: 0, to: 3}}\n"
         "        jobs:\n          - job: {id: b, type: NoOp, transition: [IF x > 1 THEN c]}\n"
         "    - while: {id: w, condition: n < 3, loop_params: {n: 0}, jobs: []}\n"
         "    - subworkflow: {id: s, workflow_id: x, version: 3, sync: no}\n"
         "  dag: {f: [w, IF a THEN s, OTHERWISE w]}\n");
}

void add_expressions(seed_writer& to) {
  std::ifstream in{sources / "test/unit/sel/sel-vectors.jsonl"};
  std::size_t count = 0;
  for (std::string line; std::getline(in, line) && count < sel_seeds_max;) {
    const auto value = model::parse_text(line);
    const auto* members = value ? value->if_object() : nullptr;
    const auto* text = members ? members->if_contains("expr") : nullptr;
    if (!text || !text->is_string() || text->get_string().size() > 2'000)
      continue;
    ++count;
    to.add("fuzz_sel", std::string{text->get_string()});
    if (count % 10 == 0)
      to.add("fuzz_params", R"({"id":"1","now":1700000000000,"params":{"a":{"type":"STRING",)"
                            R"("expression":)"
                              + model::to_text(*text) + "}}}");
  }
}

void add_schedules(seed_writer& to) {
  constexpr const char* zones[] = {"", "UTC", "US/Pacific", "+05:30", "Africa/Casablanca"};
  constexpr const char* texts[]
    = {"0 0 * * *",     "*/15 1-5,7 1,15 * MON-FRI", "30 2 29 2 ?",      "0 0 12 L * ?",
       "0 0 12 LW * ?", "0 0 12 ? * 6#3 2024-2030",  "0 15 10 ? * 6L",   "0 0 0 15W 1/2 ?",
       "0 0 * * 7",     "0 0-59/7 */3 L-3 * ? *",    "1|2 3 4 5|6 * * *"};
  std::size_t n = 0;
  for (const auto* text : texts) {
    to.add("fuzz_cron", std::string{zones[n % 5]} + "\n" + text + (n % 3 == 0 ? "\n1 hour" : ""));
    ++n;
  }
}

template <std::size_t... I>
void add_stored(seed_writer& to, std::index_sequence<I...>) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    test::arbitrary source{seed};
    (to.add("fuzz_stored", static_cast<char>(I)
                             + model::encode(source.make<std::tuple_element_t<I, stored_types>>())),
     ...);
  }
}

void add_row_batches(seed_writer& to) {
  using kind = storage::row_op::kind;
  const std::vector<storage::row_op> ops{{kind::put, "W\x01", "value"},
                                         {kind::erase, "Wa", ""},
                                         {kind::erase_range, "A", "B"}};
  for (std::size_t n = 0; n <= ops.size(); ++n) {
    auto bytes = storage::encode_rows(std::span{ops}.first(n));
    to.add("fuzz_row_batch", bytes);
    // The target appends a checksum by itself.
    if (!bytes.empty())
      to.add("fuzz_row_batch", std::string_view{bytes}.substr(0, bytes.size() - 4));
  }
}

} // namespace

} // namespace tutti::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: tutti-fuzz-seeds FOLDER\n";
    return EXIT_FAILURE;
  }
  try {
    using namespace tutti::fuzz;
    seed_writer to{argv[1]};
    add_json(to);
    add_yaml(to);
    add_expressions(to);
    add_schedules(to);
    add_stored(to, std::make_index_sequence<std::tuple_size_v<stored_types>>{});
    add_row_batches(to);
    to.print();
    return EXIT_SUCCESS;
  } catch (const std::exception& why) {
    std::cerr << "tutti-fuzz-seeds: " << why.what() << '\n';
    return EXIT_FAILURE;
  }
}
