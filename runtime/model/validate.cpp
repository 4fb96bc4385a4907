#include "runtime/model/validate.hpp"

#include "runtime/model/durations.hpp"
#include "runtime/model/ids.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace tutti::model {

namespace {

using flaw = std::optional<std::string>;

/// Collects violations of one request.
class findings {
public:
  explicit findings(const limits& bounds) : bounds_(bounds) {}

  void add(const std::string& path, const flaw& found) {
    if (found)
      out_.push_back(path + " " + *found);
  }

  void add(const std::string& path, bool bad, std::string_view text) {
    if (bad)
      out_.push_back(path + " " + std::string{text});
  }

  const limits& bounds() const { return bounds_; }

  std::vector<std::string> take() { return std::move(out_); }

private:
  const limits& bounds_;
  std::vector<std::string> out_;
};

std::string in_list(const std::string& path, std::string_view name, std::size_t i) {
  return std::string{path}.append(name) + "[" + std::to_string(i) + "]";
}

void check_description(findings& out, const std::string& path,
                       const std::optional<std::string>& text) {
  auto length_max = out.bounds().description_length_max;
  out.add(path, text && utf16_length(*text) > length_max,
          "size must be between 0 and " + std::to_string(length_max));
}

void check_tags(findings& out, const std::string& path,
                const std::optional<std::vector<tag>>& tags) {
  if (!tags)
    return;
  std::unordered_set<std::string_view> names;
  auto twice = false;
  for (const auto& x : *tags)
    twice = !names.insert(x.name).second || twice;
  out.add(path, twice, "[tag list definition] cannot contain duplicate tag names");
  for (std::size_t i = 0; i < tags->size(); ++i)
    out.add(in_list(path, ".tags", i) + ".name", name_flaw((*tags)[i].name));
}

void check_params(findings& out, const std::string& path, const param_map& params) {
  for (const auto& [name, x] : params) {
    auto here = path + "[" + name + "]";
    out.add(here + ".name", reference_id_flaw(name));
    check_tags(out, here + ".tags", x.tags);
    const auto* entries = x.literal ? x.literal->as<param_map>() : nullptr;
    if (entries)
      check_params(out, here + ".value", *entries);
  }
}

flaw concurrency_flaw(std::string_view label, std::string_view name, std::int64_t n,
                      const limits& bounds) {
  if (n >= 1 && n <= bounds.concurrency_max)
    return std::nullopt;
  return std::string{label}.append(" ").append(name) + " should be positive and no greater than "
         + std::to_string(bounds.concurrency_max) + " - rejected value is [" + std::to_string(n)
         + "]";
}

void check_properties(findings& out, const std::string& path, const properties& x) {
  if (x.run_strategy)
    out.add(path + "runStrategy.workflowConcurrency",
            concurrency_flaw("[workflow properties run_strategy]", "workflow_concurrency",
                             x.run_strategy->workflow_concurrency, out.bounds()));
  if (x.step_concurrency)
    out.add(path + "stepConcurrency", concurrency_flaw("[workflow properties]", "step_concurrency",
                                                       *x.step_concurrency, out.bounds()));
  check_description(out, path + "description", x.description);
  check_tags(out, path + "tags", x.tags);
}

// -- retry policy ---------------------------------------------------------------------------------

/// `what value [..] is parsed to [n] but cannot be less than [a] or more than [b]`.
flaw range_flaw(std::string_view what, const std::optional<parsable_long>& x, bool duration,
                std::int64_t least, std::int64_t most) {
  if (!x || has_reference(*x))
    return std::nullopt;
  auto start = "RetryPolicy: " + std::string{what} + " value [" + written(*x) + "] is parsed to [";
  auto n = duration ? duration_ms(*x) : count_of(*x);
  if (!n)
    return start
           + (duration ? "out of range] but too large"
                       : std::get<std::string>(x->v) + "] but not a number");
  auto number = duration ? *n / 1000 : *n;
  if (number >= least && number <= most)
    return std::nullopt;
  return start + std::to_string(number) + "] but cannot be less than [" + std::to_string(least)
         + "] or more than [" + std::to_string(most) + "]";
}

struct backoff_rule {
  std::string_view name;
  std::optional<parsable_long> backoff::*member;
  bool duration;
};

constexpr std::array backoff_rules{
  backoff_rule{"backoff.error_retry_backoff_in_secs", &backoff::error_retry_backoff_in_secs, true},
  backoff_rule{"backoff.error_retry_exponent", &backoff::error_retry_exponent, false},
  backoff_rule{"backoff.error_retry_limit_in_secs", &backoff::error_retry_limit_in_secs, true},
  backoff_rule{"backoff.platform_retry_backoff_in_secs", &backoff::platform_retry_backoff_in_secs,
               true},
  backoff_rule{"backoff.platform_retry_exponent", &backoff::platform_retry_exponent, false},
  backoff_rule{"backoff.platform_retry_limit_in_secs", &backoff::platform_retry_limit_in_secs,
               true},
  backoff_rule{"backoff.timeout_retry_backoff_in_secs", &backoff::timeout_retry_backoff_in_secs,
               true},
  backoff_rule{"backoff.timeout_retry_exponent", &backoff::timeout_retry_exponent, false},
  backoff_rule{"backoff.timeout_retry_limit_in_secs", &backoff::timeout_retry_limit_in_secs, true}};

constexpr std::int64_t exponent_max = 2'147'483'647;

flaw backoff_flaw(const backoff& x, const limits& bounds) {
  for (const auto& rule : backoff_rules) {
    auto found = rule.duration
                   ? range_flaw(rule.name, x.*(rule.member), true, 1, bounds.retry_wait_max_s)
                   : range_flaw(rule.name, x.*(rule.member), false, 0, exponent_max);
    if (found)
      return found;
  }
  return std::nullopt;
}

// -- steps ----------------------------------------------------------------------------------------

/// Types that no step of kind `step` can have.
flaw type_flaw(const step& x) {
  if (x.kind != step_kind::step)
    return std::nullopt;
  switch (x.type) {
    case step_type::foreach:
    case step_type::while_:
    case step_type::subworkflow:
    case step_type::template_: {
      auto name = std::string{to_string(x.type)};
      return "[step definition] step type [" + name + "] needs the wrapper key [" + name
             + "] in place of [step]";
    }
    case step_type::join:
    case step_type::titus:
      return "[step definition] step type [" + std::string{to_string(x.type)}
             + "] cannot be run by this server";
    default:
      return std::nullopt;
  }
}

void check_steps(findings& out, const std::string& path, const std::vector<step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& x = steps[i];
    auto here = in_list(path, "", i);
    out.add(here + ".id", reference_id_flaw(x.id));
    if (x.name)
      out.add(here + ".name", display_name_flaw(*x.name));
    check_description(out, here + ".description", x.description);
    out.add(here + ".type", type_flaw(x));
    if (x.retry_policy)
      out.add(here + ".retryPolicy", retry_flaw(*x.retry_policy, out.bounds()));
    check_tags(out, here + ".tags", x.tags);
    if (x.timeout)
      out.add(here + ".timeout", timeout_flaw(*x.timeout, out.bounds()));
    auto concurrency_max = out.bounds().foreach_concurrency_max;
    out.add(here + ".concurrency", x.concurrency && *x.concurrency > concurrency_max,
            "must be less than or equal to " + std::to_string(concurrency_max));
    out.add(here + ".condition", x.kind == step_kind::while_ && !x.condition, "may not be null");
    if (x.params)
      check_params(out, here + ".params", *x.params);
    if (x.steps)
      check_steps(out, here + ".steps", *x.steps);
  }
}

void check_workflow(findings& out, const workflow& x) {
  out.add("workflow.steps", steps_flaw(x, out.bounds()));
  out.add("workflow.id", workflow_id_flaw(x.id));
  if (x.name)
    out.add("workflow.name", display_name_flaw(*x.name));
  check_description(out, "workflow.description", x.description);
  check_tags(out, "workflow.tags", x.tags);
  if (x.timeout)
    out.add("workflow.timeout", timeout_flaw(*x.timeout, out.bounds()));
  if (x.params)
    check_params(out, "workflow.params", *x.params);
  check_steps(out, "workflow.steps", x.steps);
}

// -- runs -----------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 17> reserved_params{"maestro",
                                                           "Maestro",
                                                           "MAESTRO",
                                                           "scheduler",
                                                           "Scheduler",
                                                           "SCHEDULER",
                                                           "util",
                                                           "Util",
                                                           "UTIL",
                                                           "params",
                                                           "Params",
                                                           "PARAMS",
                                                           "AUTH_BLOB",
                                                           "AUTH_DATA",
                                                           "AUTH_ACTING_ON_BEHALF_OF_BLOB",
                                                           "AUTH_TRIGGERING_ON_BEHALF_OF_BLOB",
                                                           "AUTHORIZED_MANAGERS"};

void check_run_params(findings& out, const std::optional<param_map>& params,
                      const std::string& place = "runParams") {
  if (!params)
    return;
  auto count_max = out.bounds().run_param_count_max;
  out.add(place, params->size() > count_max,
          "[run params] cannot have more than " + std::to_string(count_max)
            + " params - rejected count is [" + std::to_string(params->size()) + "]");
  for (const auto& [name, x] : *params) {
    auto here = place + "[" + name + "]";
    out.add(here + ".name", is_reserved_param(name),
            "[run params] cannot use the reserved name [" + name + "]");
    out.add(here + ".source", x.source.has_value(),
            "[run params] cannot set the source of param [" + name + "]");
  }
  check_params(out, place, *params);
}

void check_initiator(findings& out, const initiator& x) {
  auto triggered = x.type == initiator_type::time || x.type == initiator_type::signal;
  out.add("initiator.triggerUuid", triggered && !x.trigger_uuid, "may not be null");
  out.add("initiator.triggerTime", x.type == initiator_type::time && !x.trigger_time,
          "may not be null");
}

} // namespace

std::optional<std::string> retry_flaw(const retry_policy& x, const limits& bounds) {
  using limit_rule = std::pair<std::string_view, const std::optional<parsable_long>*>;
  const limit_rule rules[] = {{"error_retry_limit", &x.error_retry_limit},
                              {"platform_retry_limit", &x.platform_retry_limit},
                              {"timeout_retry_limit", &x.timeout_retry_limit}};
  for (const auto& [name, limit] : rules)
    if (auto found = range_flaw(name, *limit, false, 0, bounds.retry_max))
      return found;
  return x.backoff ? backoff_flaw(*x.backoff, bounds) : std::nullopt;
}

std::optional<std::string> timeout_flaw(const parsable_long& x, const limits& bounds) {
  if (has_reference(x))
    return std::nullopt;
  auto ms = duration_ms(x);
  if (ms && *ms > 0 && *ms <= bounds.timeout_max_ms)
    return std::nullopt;
  auto found = ms ? std::to_string(*ms) : std::string{"too many"};
  return "timeout [" + found + " ms]/[" + written(x)
         + "] cannot be non-positive or more than system limit: "
         + std::to_string(bounds.timeout_max_ms / 86'400'000) + " days";
}

bool is_reserved_param(std::string_view name) {
  return std::find(reserved_params.begin(), reserved_params.end(), name) != reserved_params.end();
}

std::vector<std::string> violations(const workflow_create_request& x, const limits& bounds) {
  findings out{bounds};
  if (x.properties)
    check_properties(out, "properties.", *x.properties);
  check_workflow(out, x.workflow);
  return out.take();
}

std::vector<std::string> violations(const properties& x, const limits& bounds) {
  findings out{bounds};
  check_properties(out, "properties.", x);
  return out.take();
}

std::vector<std::string> violations(const job_template_create_request& x, const limits& bounds) {
  findings out{bounds};
  out.add("owner", !x.owner, "may not be null");
  out.add("status", !x.status, "may not be null");
  out.add("support", !x.support, "may not be null");
  out.add("definition", !x.definition, "may not be null");
  if (!x.definition)
    return out.take();
  auto& definition = *x.definition;
  out.add("definition.jobType", reference_id_flaw(definition.job_type));
  out.add("definition.stepType", !definition.step_type, "may not be null");
  out.add("definition.version", reference_id_flaw(definition.version));
  check_description(out, "definition.description", definition.description);
  check_tags(out, "definition.tags", definition.tags);
  if (definition.params)
    check_params(out, "definition.params", *definition.params);
  if (definition.inherit_from)
    for (auto& [job_type, version] : *definition.inherit_from) {
      auto here = "definition.inheritFrom[" + job_type + "]";
      out.add(here + ".jobType", reference_id_flaw(job_type));
      out.add(here + ".version", reference_id_flaw(version));
    }
  return out.take();
}

std::vector<std::string> violations(const workflow_start_request& x, const limits& bounds) {
  findings out{bounds};
  check_initiator(out, x.initiator);
  check_tags(out, "runtimeTags", x.runtime_tags);
  check_run_params(out, x.run_params);
  return out.take();
}

std::vector<std::string> violations(const workflow_instance_restart_request& x,
                                    const limits& bounds) {
  findings out{bounds};
  out.add("restartPolicy", !x.restart_policy, "may not be null");
  check_run_params(out, x.run_params);
  return out.take();
}

std::vector<std::string> violations(const step_instance_restart_request& x, const limits& bounds) {
  findings out{bounds};
  out.add("restartPolicy", !x.restart_policy, "may not be null");
  check_run_params(out, x.step_run_params, "stepRunParams");
  return out.take();
}

} // namespace tutti::model
