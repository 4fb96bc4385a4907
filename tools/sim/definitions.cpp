#include "tools/sim/definitions.hpp"

namespace tutti::sim {

namespace {

class maker {
public:
  explicit maker(std::mt19937_64& random) : random_(random) {}

  model::workflow_create_request request(int number) {
    model::workflow_create_request made;
    made.workflow.id = "sim" + std::to_string(number);
    made.properties.emplace();
    made.properties->owner = model::user{"sim", {}, false};
    static constexpr model::run_rule rules[]
      = {model::run_rule::sequential, model::run_rule::parallel,
         model::run_rule::parallel,   model::run_rule::serial_latest_only,
         model::run_rule::last_only,  model::run_rule::first_only};
    auto rule = rules[dice(6)];
    made.properties->run_strategy
      = model::run_strategy{rule, rule == model::run_rule::parallel ? 1 + dice(4) : 1};
    made.workflow.steps = steps("", 1 + dice(4), 0);
    if (dice(5) == 0)
      made.workflow.timeout = model::parsable_long{1 + dice(20)};
    return made;
  }

private:
  std::int64_t dice(std::int64_t sides) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(sides));
  }

  /// Each step leads to some of the later ones, so there is no cycle.
  std::vector<model::step> steps(const std::string& prefix, std::int64_t count, int depth) {
    std::vector<model::step> all;
    for (std::int64_t i = 0; i < count; ++i)
      all.push_back(step(prefix + "s" + std::to_string(i), depth));
    for (std::int64_t i = 0; i < count; ++i)
      for (auto j = i + 1; j < count; ++j)
        if (dice(2) == 0)
          all[static_cast<std::size_t>(i)].transition.successors.set(
            all[static_cast<std::size_t>(j)].id, condition());
    return all;
  }

  /// Mostly true. The random one shows whether a seed repeats what expressions see, too.
  std::string condition() {
    auto kind = dice(6);
    return kind == 0 ? "false" : kind == 1 ? "Math.random() < 0.5" : "true";
  }

  model::step step(const std::string& id, int depth) {
    auto kind = dice(depth == 0 ? 7 : depth == 1 ? 6 : 5);
    model::step made;
    made.id = id;
    if (kind >= 5)
      return loop(std::move(made), depth);
    if (kind <= 1)
      made.type = model::step_type::noop;
    else if (kind == 2) {
      made.type = model::step_type::sleep;
      made.params = model::param_map{{"sleep_seconds", number(dice(5))}};
    } else
      job(made);
    failure_mode(made);
    if (dice(6) == 0)
      made.timeout = model::parsable_long{1 + dice(4)};
    return made;
  }

  void job(model::step& made) {
    made.type = model::step_type::shell;
    model::param command;
    command.literal = model::value{std::string{"true"}};
    made.params = model::param_map{{"command", command}};
    model::retry_policy retry;
    retry.error_retry_limit = model::parsable_long{dice(3)};
    retry.platform_retry_limit = model::parsable_long{dice(3)};
    retry.timeout_retry_limit = model::parsable_long{dice(2)};
    made.retry_policy = retry;
  }

  model::step loop(model::step made, int depth) {
    made.kind = model::step_kind::foreach;
    made.type = model::step_type::foreach;
    made.concurrency = 1 + dice(6);
    if (dice(3) == 0)
      made.strict_ordering = true;
    auto n = dice(4) == 0 ? 60 + dice(90) : dice(12);
    model::param values;
    values.type = model::param_type::long_array;
    values.expression = "Util.intsBetween(0, " + std::to_string(depth == 0 ? n : n % 5) + ", 1);";
    model::param loops;
    loops.type = model::param_type::map;
    loops.literal = model::value{model::param_map{{"i" + made.id, values}}};
    made.params = model::param_map{{"loop_params", loops}};
    made.steps = steps(made.id + "_", 1 + dice(2), depth + 1);
    failure_mode(made);
    return made;
  }

  void failure_mode(model::step& made) {
    auto mode = dice(6);
    if (mode == 0)
      made.failure_mode = model::failure_mode::ignore_failure;
    else if (mode == 1)
      made.failure_mode = model::failure_mode::fail_immediately;
  }

  static model::param number(std::int64_t x) {
    model::param p;
    p.type = model::param_type::integer;
    p.literal = model::value{x};
    return p;
  }

  std::mt19937_64& random_;
};

} // namespace

std::vector<model::workflow_create_request> random_definitions(std::mt19937_64& random, int count) {
  std::vector<model::workflow_create_request> all;
  maker m{random};
  for (auto i = 0; i < count; ++i)
    all.push_back(m.request(i));
  return all;
}

} // namespace tutti::sim
