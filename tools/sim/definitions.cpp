#include "tools/sim/definitions.hpp"

#include <algorithm>
#include <iterator>

namespace tutti::sim {

namespace {

class maker {
public:
  explicit maker(std::mt19937_64& random) : random_(random) {}

  model::workflow_create_request request(int number) {
    model::workflow_create_request made;
    made.workflow.id = "sim" + std::to_string(number);
    number_ = number;
    made.properties.emplace();
    made.properties->owner = model::user{"sim", {}, false};
    made.properties->run_strategy = random_strategy(random_);
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
    for (std::int64_t i = 0; i + 1 < count; ++i)
      if (dice(3) == 0)
        ask(all[static_cast<std::size_t>(i + 1)], all[static_cast<std::size_t>(i)]);
    return all;
  }

  /// Mostly true. The random one shows whether a seed repeats what expressions see, too.
  std::string condition() {
    auto kind = dice(6);
    return kind == 0 ? "false" : kind == 1 ? "Math.random() < 0.5" : "true";
  }

  /// A step asks for values of the one before it, which may not have any.
  static void ask(model::step& from, const model::step& of) {
    if (!of.steps || of.steps->empty() || of.type != model::step_type::foreach)
      return;
    model::param all;
    all.type = model::param_type::long_array;
    all.expression = "params.getFromForeach('" + of.id + "', '" + of.steps->front().id + "', 'v');";
    if (!from.params)
      from.params.emplace();
    from.params->set("all", std::move(all));
  }

  model::step step(const std::string& id, int depth) {
    auto kind = dice(depth == 0 ? 9 : depth == 1 ? 7 : 5);
    model::step made;
    made.id = id;
    if (kind >= 5 && dice(3) == 0)
      return repeat(std::move(made), depth);
    if (kind >= 7 || (kind == 6 && depth > 0))
      return subworkflow(std::move(made));
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

  /// Another workflow of lower number, so that there is an end to it; or one that is not there.
  model::step subworkflow(model::step made) {
    auto is_template = dice(5) == 0;
    made.kind = is_template ? model::step_kind::template_ : model::step_kind::subworkflow;
    made.type = is_template ? model::step_type::template_ : model::step_type::subworkflow;
    auto target = "sim" + (number_ == 0 ? std::string{"-none"} : std::to_string(dice(number_)));
    if (is_template)
      made.sub_type = target;
    else {
      if (dice(4) == 0)
        made.sync = false;
      made.explicit_params = dice(2) == 0;
      made.params = model::param_map{{"subworkflow_id", text(target)},
                                     {"subworkflow_version", text("latest")}};
    }
    if (dice(6) == 0)
      made.timeout = model::parsable_long{1 + dice(4)};
    failure_mode(made);
    return made;
  }

  /// A while that counts to a small number.
  model::step repeat(model::step made, int depth) {
    made.kind = model::step_kind::while_;
    made.type = model::step_type::while_;
    auto name = "w" + made.id;
    made.condition = name + " < " + std::to_string(dice(depth == 0 ? 6 : 3));
    model::param loops;
    loops.type = model::param_type::map;
    loops.literal = model::value{model::param_map{{name, number(0)}}};
    made.params = model::param_map{{"loop_params", loops}};
    made.steps = steps(made.id + "_", 1 + dice(2), depth + 1);
    model::step count;
    count.id = made.id + "_count";
    model::param next;
    next.type = model::param_type::integer;
    next.expression = name + " + 1";
    count.params = model::param_map{{name, next}};
    made.steps->push_back(std::move(count));
    failure_mode(made);
    if (dice(6) == 0)
      made.timeout = model::parsable_long{1 + dice(6)};
    return made;
  }

  model::step loop(model::step made, int depth) {
    made.kind = model::step_kind::foreach;
    made.type = model::step_type::foreach;
    made.concurrency = 1 + dice(6);
    if (dice(3) == 0)
      made.strict_ordering = true;
    auto n = dice(4) == 0 ? 60 + dice(90) : dice(12);
    made.steps = steps(made.id + "_", 1 + dice(2), depth + 1);
    if (depth > 0 || has_subworkflow(*made.steps))
      n %= 5;
    model::param values;
    values.type = model::param_type::long_array;
    values.expression = "Util.intsBetween(0, " + std::to_string(n) + ", 1);";
    model::param loops;
    loops.type = model::param_type::map;
    loops.literal = model::value{model::param_map{{"i" + made.id, values}}};
    made.params = model::param_map{{"loop_params", loops}};
    auto& first = made.steps->front();
    if (!first.params)
      first.params.emplace();
    first.params->set("v", number(1));
    failure_mode(made);
    return made;
  }

  static bool has_subworkflow(const std::vector<model::step>& steps) {
    return std::any_of(steps.begin(), steps.end(), [](auto& x) {
      return x.type == model::step_type::subworkflow || x.type == model::step_type::template_
             || (x.steps && has_subworkflow(*x.steps));
    });
  }

  static model::param text(std::string x) {
    model::param p;
    p.literal = model::value{std::move(x)};
    return p;
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
  int number_ = 0;
};

} // namespace

model::run_strategy random_strategy(std::mt19937_64& random) {
  static constexpr model::run_rule rules[]
    = {model::run_rule::sequential, model::run_rule::parallel,
       model::run_rule::parallel,   model::run_rule::serial_latest_only,
       model::run_rule::last_only,  model::run_rule::first_only};
  auto rule = rules[random() % std::size(rules)];
  auto parallel = rule == model::run_rule::parallel;
  return {rule, parallel ? 1 + static_cast<std::int64_t>(random() % 4) : 1};
}

std::vector<model::workflow_create_request> random_definitions(std::mt19937_64& random, int count) {
  std::vector<model::workflow_create_request> all;
  maker m{random};
  for (auto i = 0; i < count; ++i)
    all.push_back(m.request(i));
  return all;
}

} // namespace tutti::sim
