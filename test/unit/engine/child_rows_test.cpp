#include "runtime/engine/message.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/stored.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::engine;

namespace {

/// What the row of a step was before steps had children.
struct old_step_state {
  std::int64_t attempt = 0;
  std::string step_uuid;
  std::optional<foreach_state> loop;
  bool ignore_failure_mode = false;

  static constexpr auto fields() {
    using model::field;
    using self = old_step_state;
    return std::make_tuple(field(1, "attempt", &self::attempt),
                           field(2, "step_uuid", &self::step_uuid), field(16, "loop", &self::loop),
                           field(17, "ignore_failure_mode", &self::ignore_failure_mode));
  }
};

template <class T>
T again(const T& x) {
  auto read = model::decode<T>(model::encode(x));
  REQUIRE(read);
  return std::move(*read);
}

} // namespace

TEST_CASE("rows of steps that earlier versions wrote have no children") {
  old_step_state old{2, "u", foreach_state{}, true};
  auto read = model::decode<step_state>(model::encode(old));
  REQUIRE(read);
  CHECK(read->attempt == 2);
  CHECK(read->loop.has_value());
  CHECK(read->ignore_failure_mode);
  CHECK(!read->child);
  CHECK(!read->repeat);
  CHECK(read->questions.empty());
}

TEST_CASE("a step with a child, a while and questions is read as it was written") {
  step_state x;
  x.attempt = 1;
  x.child = child_state{"r", "child", false, 3, 4, 5, "u", model::run_status::stopped, {}};
  x.repeat.emplace();
  x.repeat->inline_id = "maestro_while_x";
  x.repeat->last = 7;
  x.repeat->values.set("i", model::value{std::int64_t{8}});
  x.questions.push_back(
    {"getFromForeach", {"f", "s", "p"}, true, true, "w", 0, 1, 100, 2, 2, 1, 9});
  auto read = again(x);
  CHECK(read.child == x.child);
  CHECK(read.repeat == x.repeat);
  CHECK(read.questions == x.questions);
}

TEST_CASE("a loop that an earlier version stored knows its workflow by its ancestors") {
  loop_spec spec;
  spec.inline_id = "maestro_foreach_x";
  spec.initiator.type = model::initiator_type::foreach;
  spec.initiator.ancestors = {{"top", 1, 1, "f", 1, {}}, {"maestro_foreach_y", 3, 1, "g", 1, {}}};
  spec.properties.owner = "somebody";
  auto body = compile(model::workflow{});
  REQUIRE(body);
  auto loop = std::make_shared<const compiled_loop>(compiled_loop{spec, *body});
  run_spec iteration;
  iteration.workflow_id = spec.inline_id;
  iteration.iteration = true;
  run_context run{iteration, *body, loop};
  CHECK(run.shown_workflow_id() == "top");
  CHECK(run.shown_owner() == "somebody");
}

TEST_CASE("messages about children are stored and read again") {
  child_news news;
  news.request = "r";
  news.phase = child_news::phase_type::refused;
  news.why = "no such workflow";
  news.details = {"a", "b"};
  auto read = decode_envelope(encode_envelope({step_entity("w", 1, 1, "s"), make_message(news)}));
  REQUIRE(read);
  auto* x = std::get_if<child_news>(read->what.get());
  REQUIRE(x);
  CHECK(x->phase == child_news::phase_type::refused);
  CHECK(x->details == news.details);
  CHECK(name_of(*read->what) == "child_news");
}

TEST_CASE("the key of an answer tells question and part") {
  auto step = step_entity("w", 1, 2, "s");
  auto key = rows::answer(step, 3, 70'000);
  CHECK(key.starts_with(rows::answers_prefix(step)));
  CHECK(rows::answer_numbers(key) == std::pair<std::int64_t, std::int64_t>{3, 70'000});
}
