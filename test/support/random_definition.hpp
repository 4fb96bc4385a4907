#pragma once

#include "runtime/model/definition.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

/// Definitions that are readable, made of random numbers: the same seed makes the same one.
namespace tutti::test {

class definition_maker {
public:
  /// @param for_dsl only what documents of the DSL can say
  definition_maker(std::uint64_t seed, bool for_dsl) : random_(seed), for_dsl_(for_dsl) {}

  model::workflow_create_request make() {
    model::workflow_create_request x;
    x.workflow.id = id("wf");
    x.workflow.name = maybe_text();
    x.workflow.description = maybe_text();
    x.workflow.tags = maybe_tags();
    if (dice(3) == 0)
      x.workflow.timeout = timeout();
    if (dice(3) == 0)
      x.workflow.criticality = static_cast<model::criticality>(dice(4));
    if (dice(4) != 0 || for_dsl_) // A document always has some, be they none.
      x.workflow.params = params(2);
    x.properties = properties();
    x.workflow.steps = steps(2);
    if (!for_dsl_ && dice(3) == 0)
      x.is_active = false;
    return x;
  }

private:
  std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }

  std::string id(const std::string& head) { return head + "_" + std::to_string(++ids_); }

  std::string text() {
    static const std::vector<std::string> words{"plain",
                                                "two words",
                                                "",
                                                " blank ends ",
                                                "yes",
                                                "012",
                                                "1.5",
                                                "null",
                                                "~",
                                                "a: b",
                                                "a #b",
                                                "'quoted'",
                                                "\"double\"",
                                                "back\\slash",
                                                "tab\there",
                                                "line\nbreak",
                                                "script\nof\nlines\n",
                                                "\n leading",
                                                "trailing\n\n",
                                                "caf\xC3\xA9",
                                                "{a: b}",
                                                "[x]",
                                                "${x}",
                                                "- item",
                                                "? key",
                                                "!tag",
                                                "&a",
                                                "*a",
                                                "|",
                                                ">",
                                                "%",
                                                "@",
                                                "`",
                                                "---",
                                                "...",
                                                "0x1F",
                                                "1_000",
                                                "=",
                                                "<<",
                                                "a,b",
                                                "# comment",
                                                "key:",
                                                "\xE2\x80\xA8",
                                                "\x01"};
    return words[dice(words.size())];
  }

  std::optional<std::string> maybe_text() {
    return dice(3) == 0 ? std::optional{text()} : std::nullopt;
  }

  std::optional<std::vector<model::tag>> maybe_tags() {
    if (dice(3) != 0)
      return std::nullopt;
    std::vector<model::tag> out(dice(3));
    for (auto& x : out)
      x.name = id("tag");
    return out;
  }

  model::parsable_long timeout() {
    if (!for_dsl_ && dice(2) == 0)
      return {static_cast<std::int64_t>(dice(10'000))};
    return {dice(2) == 0 ? std::string{"2 hours"} : std::string{"${limit}"}};
  }

  std::int64_t number() {
    constexpr std::int64_t edges[] = {0, -1, INT64_MAX, INT64_MIN, 20'240'229};
    return dice(3) == 0 ? edges[dice(5)] : static_cast<std::int64_t>(dice(1'000));
  }

  model::decimal decimal() {
    constexpr const char* all[] = {"1.5", "0.10", "-2.25", "1E+3", "100.0", "1E-7"};
    return {all[dice(6)]};
  }

  template <class T, class F>
  std::vector<T> list(F make_one) {
    std::vector<T> out;
    for (auto n = dice(4); n > 0; --n)
      out.push_back(make_one());
    return out;
  }

  model::param literal(int depth) {
    using namespace model;
    switch (dice(depth > 0 ? 10 : 8)) {
      case 0:
        return typed(param_type::integer, value{number()});
      case 1:
        return typed(param_type::decimal, value{decimal()});
      case 2:
        return typed(param_type::boolean, value{dice(2) == 0});
      case 3:
        return typed(param_type::string_array, value{list<std::string>([&] { return text(); })});
      case 4:
        return typed(param_type::long_array,
                     value{int_seq{list<std::int64_t>([&] { return number(); })}});
      case 5:
        return typed(param_type::double_array,
                     value{list<model::decimal>([&] { return decimal(); })});
      case 6:
        return typed(param_type::boolean_array, value{list<bool>([&] { return dice(2) == 0; })});
      case 8:
        return typed(param_type::string_map, value{texts()});
      case 9:
        return typed(param_type::map, value{params(depth - 1)});
      default:
        return typed(param_type::text, value{text()});
    }
  }

  model::string_map texts() {
    model::string_map out{{id("k"), text()}}; // A document has no empty one.
    for (auto n = dice(3); n > 0; --n)
      out.set(dice(2) == 0 ? text() + id("t") : id("k"), text());
    return out;
  }

  static model::param typed(model::param_type type, model::value x) {
    model::param out;
    out.type = type;
    out.literal = std::move(x);
    return out;
  }

  model::param param(int depth) {
    auto out = dice(3) == 0 ? expression() : literal(depth);
    if (dice(4) == 0)
      out.mode = static_cast<model::param_mode>(dice(5));
    if (!for_dsl_ && dice(4) == 0)
      out.validator = "param > 0";
    if (!for_dsl_ && dice(4) == 0)
      out.source = model::param_source::definition;
    return out;
  }

  model::param expression() {
    model::param out;
    out.type = static_cast<model::param_type>(dice(10));
    out.expression = dice(2) == 0 ? "a + " + std::to_string(dice(9)) : text();
    return out;
  }

  model::param_map params(int depth) {
    // Names of keys too: their params need care.
    constexpr const char* names[] = {"id", "timeout", "type", "jobs", "params", "a-b", "x.y", "9"};
    model::param_map out;
    for (auto n = dice(5); n > 0; --n)
      out.set(dice(3) == 0 ? names[dice(8)] : id("p"), param(depth));
    return out;
  }

  model::properties properties() {
    model::properties x;
    x.run_strategy = model::run_strategy{static_cast<model::run_rule>(dice(6)), 1};
    if (x.run_strategy->rule == model::run_rule::parallel)
      x.run_strategy->workflow_concurrency = 1 + static_cast<std::int64_t>(dice(50));
    x.step_concurrency = 1 + static_cast<std::int64_t>(dice(50));
    if (dice(2) == 0)
      x.owner = model::user{dice(2) == 0 ? "ann" : "007", {}, false};
    if (!for_dsl_ && dice(3) == 0)
      x.description = text();
    return x;
  }

  std::vector<model::step> steps(int depth) {
    std::vector<model::step> out;
    for (auto n = 1 + dice(4); n > 0; --n)
      out.push_back(step(depth));
    for (std::size_t i = 0; i + 1 < out.size(); ++i)
      connect(out, i);
    return out;
  }

  void connect(std::vector<model::step>& all, std::size_t from) {
    std::string conditions;
    for (auto to = from + 1; to < all.size(); ++to) {
      std::string condition = dice(2) == 0 ? "true" : "x > " + std::to_string(dice(9));
      if (dice(4) == 0 && !conditions.empty())
        condition = "!(" + conditions + ")";
      if (condition != "true")
        conditions += (conditions.empty() ? "(" : " || (") + condition + ")";
      if (dice(3) != 0)
        all[from].transition.successors.set(all[to].id, condition);
    }
  }

  model::step step(int depth) {
    model::step x;
    x.id = id("job");
    x.name = maybe_text();
    x.description = maybe_text();
    x.tags = maybe_tags();
    if (dice(3) == 0)
      x.failure_mode = static_cast<model::failure_mode>(dice(3));
    if (dice(4) == 0)
      x.timeout = timeout();
    x.params = params(1);
    fill(x, depth > 0 ? dice(5) : 0, depth);
    return x;
  }

  void fill(model::step& x, std::uint64_t kind, int depth) {
    if (kind == 2)
      return subworkflow(x);
    if (kind > 2)
      return loop(x, kind == 3, depth);
    constexpr model::step_type types[] = {model::step_type::noop, model::step_type::sleep,
                                          model::step_type::shell, model::step_type::kubernetes};
    x.type = types[dice(4)];
    if (!for_dsl_ && dice(3) == 0) {
      x.retry_policy.emplace();
      x.retry_policy->error_retry_limit = model::parsable_long{static_cast<std::int64_t>(dice(9))};
    }
    if (!for_dsl_ && dice(4) == 0)
      x.sub_type = "template";
  }

  void subworkflow(model::step& x) {
    x.kind = model::step_kind::subworkflow;
    x.type = model::step_type::subworkflow;
    if (dice(2) == 0)
      x.sync = dice(2) == 0;
    if (dice(2) == 0)
      x.explicit_params = dice(2) == 0;
    // The reader puts these behind the others.
    x.params->set("subworkflow_id", model::make_param(model::value{dice(2) == 0 ? x.id : "other"}));
    if (dice(2) == 0)
      x.params->set("subworkflow_version", model::make_param(model::value{std::string{"12"}}));
  }

  void loop(model::step& x, bool foreach, int depth) {
    x.kind = foreach ? model::step_kind::foreach : model::step_kind::while_;
    x.type = foreach ? model::step_type::foreach : model::step_type::while_;
    model::param_map loops;
    for (auto n = dice(3); n > 0; --n)
      loops.set(id("l"), typed(model::param_type::long_array,
                               model::value{model::int_seq{{1, 2, 3, 4, 5, 6, 7, 8, 9}}}));
    if (foreach && dice(2) == 0) {
      model::param range;
      range.type = model::param_type::long_array;
      range.expression = "Util.intsBetween(0, " + std::to_string(dice(9)) + ", 1);";
      loops.set(id("l"), range);
    }
    x.params->set("loop_params", typed(model::param_type::map, model::value{std::move(loops)}));
    if (foreach && dice(2) == 0)
      x.concurrency = 1 + static_cast<std::int64_t>(dice(9));
    if (!for_dsl_ && foreach && dice(2) == 0)
      x.strict_ordering = true;
    if (!foreach)
      x.condition = "n < " + std::to_string(dice(9));
    x.steps = steps(depth - 1);
  }

  std::mt19937_64 random_;
  bool for_dsl_;
  int ids_ = 0;
};

} // namespace tutti::test
