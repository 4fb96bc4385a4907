#include "runtime/engine/run.hpp"
#include "runtime/model/json.hpp"
#include "runtime/model/requests.hpp"
#include "runtime/model/stored.hpp"

#include <doctest/doctest.h>

/// Records of earlier versions, which kept parts of the model as JSON text.
namespace tutti::model {

namespace {

struct old_step {
  std::string id;
  std::optional<raw_json> signal_dependencies;
  std::optional<raw_json> signal_outputs;

  static constexpr auto fields() {
    using self = old_step;
    return std::make_tuple(field(2, "id", &self::id),
                           field(13, "signal_dependencies", &self::signal_dependencies),
                           field(14, "signal_outputs", &self::signal_outputs));
  }
};

struct old_workflow {
  std::string id;
  std::optional<raw_json> time_triggers;
  std::optional<raw_json> signal_triggers;

  static constexpr auto fields() {
    using self = old_workflow;
    return std::make_tuple(field(1, "id", &self::id),
                           field(6, "time_triggers", &self::time_triggers),
                           field(7, "signal_triggers", &self::signal_triggers));
  }
};

template <std::uint32_t Id>
struct old_text {
  std::optional<raw_json> member;
  std::string after;

  static constexpr auto fields() {
    return std::make_tuple(field(Id, "member", &old_text::member),
                           field(99, "after", &old_text::after));
  }
};

template <class T, std::uint32_t Id>
T read_old(std::string text) {
  auto x = decode<T>(encode(old_text<Id>{raw_json{std::move(text)}, "unknown"}));
  REQUIRE(x);
  return std::move(x).value();
}

} // namespace

TEST_CASE("signals of a step that were stored as text are read as what they are") {
  auto x = decode<step>(encode(old_step{
    "a",
    raw_json{
      R"([{"name":"s","match_params":{"p":{"param":{"value":1,"type":"LONG"},"operator":">="}}}])"},
    raw_json{R"([{"name":"out","later":1}])"}}));
  REQUIRE(x);
  CHECK(x->id == "a");
  REQUIRE(x->signal_dependencies);
  CHECK(
    json_text(*x->signal_dependencies)
    == R"([{"name":"s","match_params":{"p":{"param":{"value":1,"type":"LONG"},"operator":">="}}}])");
  REQUIRE(x->signal_outputs);
  CHECK(x->signal_outputs->front().name == "out");
}

TEST_CASE("triggers of a workflow that were stored as text are read as what they are") {
  auto x
    = decode<workflow>(encode(old_workflow{"w", raw_json{R"([{"type":"CRON","cron":"* * * * *"}])"},
                                           raw_json{R"([{"definitions":{"s":{}}}])"}}));
  REQUIRE(x);
  REQUIRE(x->time_triggers);
  CHECK(x->time_triggers->front().cron == "* * * * *");
  REQUIRE(x->signal_triggers);
  CHECK(x->signal_triggers->front().definitions->contains("s"));
}

TEST_CASE("other parts that were stored as text are read as what they are") {
  CHECK(read_old<properties, 4>(R"({"emails":["a"]})").alerting->emails->contains("a"));
  CHECK(*read_old<initiator, 8>(R"({"s":7})").signal_id_map->find("s") == 7);
  CHECK(read_old<initiator, 9>(R"({"p":{"type":"LONG","value":1}})").params->contains("p"));
  CHECK(read_old<workflow_start_request, 6>(R"({"a":{"x":1}})").artifacts->contains("a"));
  CHECK(read_old<engine::run_properties, 3>(R"({"emails":["a"]})").alerting);
  CHECK(read_old<engine::run_spec, 17>(R"({"a":{"x":1}})").artifacts->contains("a"));
}

TEST_CASE("an old text that is not readable is dropped and the record stays readable") {
  CHECK(!read_old<properties, 4>("[1]").alerting);
  CHECK(!read_old<initiator, 8>("nonsense").signal_id_map);
}

} // namespace tutti::model
