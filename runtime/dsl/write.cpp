#include "runtime/dsl/write.hpp"

#include "runtime/dsl/differences.hpp"
#include "runtime/dsl/dsl.hpp"
#include "runtime/dsl/write_params.hpp"
#include "runtime/model/json.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <exception>
#include <map>

namespace tutti::dsl {

namespace {

using model::step;
using model::step_kind;

/// Whether a key of the workflow or a job has a meaning of its own.
key_test taken_by(std::span<const key_decl> some, std::span<const key_decl> more = {}) {
  return [some, more](std::string_view key) {
    const auto same = [key](const key_decl& x) { return x.name == key; };
    return std::any_of(some.begin(), some.end(), same)
           || std::any_of(more.begin(), more.end(), same);
  };
}

std::string number_scalar(const model::parsable_long& x) {
  if (const auto* number = std::get_if<std::int64_t>(&x.v))
    return std::to_string(*number);
  return text_scalar(std::get<std::string>(x.v));
}

const std::string* text_of(const model::param* x) {
  return x && x->literal ? x->literal->as<std::string>() : nullptr;
}

/// The bounds of `Util.intsBetween(1, 10, 3);`, if it is that.
struct range {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::int64_t increment = 1;
};

std::optional<range> range_of(const model::param& x) {
  constexpr std::string_view head = "Util.intsBetween(";
  if (!x.expression || x.type != model::param_type::long_array || x.mode
      || !x.expression->starts_with(head))
    return std::nullopt;
  auto rest = std::string_view{*x.expression}.substr(head.size());
  const auto take = [&](std::int64_t& to, std::string_view behind) {
    const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), to);
    rest.remove_prefix(static_cast<std::size_t>(end.ptr - rest.data()));
    const auto good = end.ec == std::errc{} && rest.starts_with(behind);
    rest.remove_prefix(good ? behind.size() : 0);
    return good;
  };
  range out;
  if (!take(out.from, ", ") || !take(out.to, ", ") || !take(out.increment, ");") || !rest.empty())
    return std::nullopt;
  return out;
}

class workflow_writer {
public:
  std::string write(const model::workflow_create_request& x) {
    out_.open(root_words[0]);
    head(x);
    const auto& workflow = x.workflow;
    if (workflow.params)
      write_params(out_, *workflow.params, taken_by(workflow_keys()));
    jobs(workflow.steps);
    out_.close();
    return std::move(out_).take();
  }

private:
  void head(const model::workflow_create_request& x) {
    const auto& workflow = x.workflow;
    out_.text("id", workflow.id);
    optional_text("name", workflow.name);
    optional_text("description", workflow.description);
    if (x.properties)
      properties(*x.properties);
    if (workflow.timeout)
      out_.scalar("timeout", number_scalar(*workflow.timeout));
    if (workflow.criticality)
      out_.scalar("criticality", to_string(*workflow.criticality));
    tags(workflow.tags);
  }

  void properties(const model::properties& x) {
    if (x.owner)
      out_.text("owner", x.owner->name);
    if (x.run_strategy) {
      out_.scalar("run_strategy", to_string(x.run_strategy->rule));
      if (x.run_strategy->rule == model::run_rule::parallel)
        out_.scalar("workflow_concurrency", std::to_string(x.run_strategy->workflow_concurrency));
    }
    if (x.step_concurrency)
      out_.scalar("step_concurrency", std::to_string(*x.step_concurrency));
  }

  void optional_text(std::string_view key, const std::optional<std::string>& x) {
    if (x)
      out_.text(key, *x);
  }

  void tags(const std::optional<std::vector<model::tag>>& x) {
    if (!x)
      return;
    std::vector<std::string> names;
    for (const auto& tag : *x)
      names.push_back(text_scalar(tag.name, true));
    out_.list("tags", names);
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void jobs(const std::vector<step>& steps) {
    if (steps.empty())
      return out_.scalar("jobs", "[]");
    out_.open("jobs");
    for (const auto& x : steps)
      job(x);
    out_.close();
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void job(const step& x) {
    const auto kind = std::find_if(job_kinds.begin(), job_kinds.end(),
                                   [&](const job_kind& known) { return known.kind == x.kind; });
    if (kind == job_kinds.end())
      return; // A template, which the DSL does not have.
    out_.open_item(kind->name);
    out_.text("id", x.id);
    if (x.kind == step_kind::step)
      out_.text("type", x.sub_type.value_or(std::string{to_string(x.type)}));
    optional_text("name", x.name);
    optional_text("description", x.description);
    tags(x.tags);
    if (x.timeout)
      out_.scalar("timeout", number_scalar(*x.timeout));
    if (x.failure_mode)
      out_.scalar("failure_mode", to_string(*x.failure_mode));
    special_keys(x);
    write_params(out_, x.params.value_or(model::param_map{}), taken_by(job_keys(), keys_of(x.kind)),
                 params_told_by(x));
    if (!x.transition.successors.empty())
      transition(x.transition.successors);
    if (x.kind == step_kind::foreach || x.kind == step_kind::while_)
      jobs(x.steps.value_or(std::vector<step>{}));
    out_.close();
  }

  /// Params that keys make.
  static word_list params_told_by(const step& x) {
    static constexpr std::string_view of_subworkflow[] = {"subworkflow_id", "subworkflow_version"};
    static constexpr std::string_view of_loop[] = {"loop_params"};
    switch (x.kind) {
      case step_kind::subworkflow:
        return of_subworkflow;
      case step_kind::foreach:
      case step_kind::while_:
        return of_loop;
      default:
        return {};
    }
  }

  void special_keys(const step& x) {
    const auto find = [&](std::string_view name) {
      return x.params ? x.params->find(name) : nullptr;
    };
    if (x.kind == step_kind::subworkflow) {
      if (const auto* target = text_of(find("subworkflow_id")); target && *target != x.id)
        out_.text("workflow_id", *target);
      if (const auto* version = text_of(find("subworkflow_version")))
        out_.text("version", *version);
      if (x.sync)
        out_.scalar("sync", *x.sync ? "true" : "false");
      if (x.explicit_params)
        out_.scalar("explicit_params", *x.explicit_params ? "true" : "false");
    }
    if (x.concurrency)
      out_.scalar("concurrency", std::to_string(*x.concurrency));
    if (x.condition)
      out_.text("condition", *x.condition);
    if (x.kind == step_kind::foreach || x.kind == step_kind::while_)
      loop_params(x, find("loop_params"));
  }

  void loop_params(const step& x, const model::param* found) {
    const auto* all = found && found->literal ? found->literal->as<model::param_map>() : nullptr;
    auto plain = all ? *all : model::param_map{};
    // The reader puts ranges behind the other loop params.
    std::vector<std::pair<std::string, range>> ranges;
    while (x.kind == step_kind::foreach && !plain.empty()) {
      const auto& [name, last] = *(plain.end() - 1);
      const auto bounds = range_of(last);
      if (!bounds)
        break;
      ranges.emplace(ranges.begin(), name, *bounds);
      plain.erase(std::string{name});
    }
    if (plain.empty() && x.kind == step_kind::while_)
      out_.scalar("loop_params", "{}");
    if (!plain.empty()) {
      out_.open("loop_params");
      write_params(out_, plain, [](std::string_view) { return false; });
      out_.close();
    }
    if (ranges.empty())
      return;
    out_.open("ranges");
    for (const auto& [name, bounds] : ranges)
      out_.scalar(name, range_scalar(bounds));
    out_.close();
  }

  static std::string range_scalar(const range& x) {
    return "{from: " + std::to_string(x.from) + ", to: " + std::to_string(x.to)
           + (x.increment == 1 ? "" : ", increment: " + std::to_string(x.increment)) + "}";
  }

  void transition(const ordered_map<std::string>& successors) {
    std::vector<std::string> entries;
    std::string conditions;
    std::size_t left = successors.size();
    for (const auto& [to, condition] : successors) {
      const auto last = --left == 0;
      if (condition == "true")
        entries.push_back(text_scalar(to));
      else if (last && !conditions.empty() && condition == "!(" + conditions + ")")
        entries.push_back(text_scalar("OTHERWISE " + to));
      else {
        conditions += (conditions.empty() ? "(" : " || (") + condition + ")";
        entries.push_back(text_scalar("IF " + condition + " THEN " + to));
      }
    }
    if (std::all_of(successors.begin(), successors.end(),
                    [](const auto& x) { return x.second == "true"; })) {
      for (auto& x : entries)
        x = x.find_first_of(",[]{}:") == std::string::npos ? x : text_scalar(x, true);
      return out_.list("transition", entries);
    }
    out_.block_list("transition", entries);
  }

  yaml_writer out_;
};

// NOLINTNEXTLINE(misc-no-recursion)
void find_templates(const std::vector<step>& steps,
                    std::map<std::string, model::step_type, std::less<>>& out) {
  for (const auto& x : steps) {
    if (x.sub_type)
      out.emplace(*x.sub_type, x.type);
    if (x.steps)
      find_templates(*x.steps, out);
  }
}

result<written_workflow> write_checked(const model::workflow_create_request& x) {
  written_workflow out;
  out.yaml = workflow_writer{}.write(x);
  // Job templates are those that the definition names.
  std::map<std::string, model::step_type, std::less<>> templates;
  find_templates(x.workflow.steps, templates);
  const auto back = read_workflow(out.yaml, [&](std::string_view name, std::string_view) {
    const auto found = templates.find(name);
    return found == templates.end() ? std::nullopt : std::optional{found->second};
  });
  if (!back) {
    auto why = back.error();
    why.message = "the definition cannot be written as a document: " + why.message;
    why.details.push_back(std::move(out.yaml));
    return why;
  }
  find_differences(model::to_json(x), model::to_json(*back), out.lost, out.added);
  return out;
}

} // namespace

result<written_workflow> write_workflow(const model::workflow_create_request& x) {
  try {
    return write_checked(x);
  } catch (const std::exception& why) {
    return error{ec::internal, std::string{"the definition could not be written: "} + why.what()};
  }
}

} // namespace tutti::dsl
