#include "runtime/params/fields.hpp"

#include "runtime/model/durations.hpp"
#include "runtime/params/defaults.hpp"
#include "runtime/params/interpolate.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace tutti::params {

namespace {

using model::parsable_long;

using member = std::optional<parsable_long> model::backoff::*;

constexpr std::int64_t retry_limit_max = 99;
constexpr std::int64_t retry_seconds_max = 86'400;

class workflow_scope final : public scope {
public:
  workflow_scope(const model::param_map& params, const instance_facts* instance)
    : params_(params),
      instance_(instance) {}

  result<model::value> resolve(std::string_view name) override {
    const auto* found = params_.find(name);
    if (found && found->evaluated_result)
      return *found->evaluated_result;
    if (const auto* known = instance_ ? find_default(system_defaults(), name) : nullptr)
      if (auto out = known->derive(*instance_, nullptr); !out.is_null())
        return out;
    return error{ec::bad_request, "Cannot find the referenced param [" + std::string{name}
                                    + "] among the workflow's evaluated params"};
  }

  result<model::value> call(std::string_view function, const std::vector<std::string>&) override {
    return error{ec::bad_request,
                 "The function params." + std::string{function} + " is not available here"};
  }

private:
  const model::param_map& params_;
  const instance_facts* instance_;
};

struct inputs {
  const model::param_map& workflow_params;
  const instance_facts* instance;
};

/// The field without references.
result<parsable_long> settled(const parsable_long& x, const inputs& in) {
  const auto* text = std::get_if<std::string>(&x.v);
  if (!text)
    return x;
  auto out = field_text(*text, in.workflow_params, in.instance);
  if (!out)
    return out.error();
  return parsable_long{*std::move(out)};
}

error out_of_range(std::string_view name, const parsable_long& x, std::int64_t found,
                   std::int64_t min, std::int64_t max) {
  return {ec::bad_request, "RetryPolicy: " + std::string{name} + " is [" + model::written(x)
                             + "], which is " + std::to_string(found) + ", expected "
                             + std::to_string(min) + " to " + std::to_string(max)};
}

struct retry_field {
  std::string_view name;
  member at;
  std::int64_t exponential; ///< default
  std::int64_t fixed;       ///< default; 0 = the fixed back-off has no such member
  bool duration;            ///< seconds; otherwise a count
};

using model::backoff;

constexpr std::array<retry_field, 9> retry_fields{{
  {"error_retry_backoff_in_secs", &backoff::error_retry_backoff_in_secs, 60, 60, true},
  {"error_retry_exponent", &backoff::error_retry_exponent, 2, 0, false},
  {"error_retry_limit_in_secs", &backoff::error_retry_limit_in_secs, 600, 0, true},
  {"platform_retry_backoff_in_secs", &backoff::platform_retry_backoff_in_secs, 60, 60, true},
  {"platform_retry_exponent", &backoff::platform_retry_exponent, 2, 0, false},
  {"platform_retry_limit_in_secs", &backoff::platform_retry_limit_in_secs, 3600, 0, true},
  {"timeout_retry_backoff_in_secs", &backoff::timeout_retry_backoff_in_secs, 60, 60, true},
  {"timeout_retry_exponent", &backoff::timeout_retry_exponent, 2, 0, false},
  {"timeout_retry_limit_in_secs", &backoff::timeout_retry_limit_in_secs, 3600, 0, true},
}};

status read_limit(std::string_view name, const std::optional<parsable_long>& x, const inputs& in,
                  std::int64_t& out) {
  if (!x)
    return unit{};
  auto plain = settled(*x, in);
  if (!plain)
    return plain.error();
  auto count = model::count_of(*plain);
  if (!count)
    return count.error();
  if (*count < 0 || *count > retry_limit_max)
    return out_of_range(name, *x, *count, 0, retry_limit_max);
  out = *count;
  return unit{};
}

result<std::int64_t> read_wait(const retry_field& field, const parsable_long& x, const inputs& in) {
  auto plain = settled(x, in);
  if (!plain)
    return plain.error();
  if (!field.duration) {
    auto count = model::count_of(*plain);
    if (count && (*count < 0 || *count > std::numeric_limits<std::int32_t>::max()))
      return out_of_range(field.name, x, *count, 0, std::numeric_limits<std::int32_t>::max());
    return count;
  }
  auto ms = model::duration_ms(*plain);
  if (!ms)
    return ms;
  auto seconds = *ms / 1000;
  if (seconds < 1 || seconds > retry_seconds_max)
    return out_of_range(field.name, x, seconds, 1, retry_seconds_max);
  return seconds;
}

status read_backoff(const model::backoff& policy, const inputs& in, model::backoff& out) {
  auto fixed = policy.type == model::backoff_type::fixed;
  out = {};
  out.type = policy.type;
  for (const auto& field : retry_fields) {
    if (fixed && field.fixed == 0)
      continue;
    const auto& set = policy.*(field.at);
    auto& target = out.*(field.at);
    target = parsable_long{fixed ? field.fixed : field.exponential};
    if (!set)
      continue;
    auto number = read_wait(field, *set, in);
    if (!number)
      return number.error();
    target = parsable_long{*number};
  }
  return unit{};
}

status read_policy(const model::retry_policy& policy, const inputs& in, model::step_retry& out) {
  auto good = read_limit("error_retry_limit", policy.error_retry_limit, in, out.error_retry_limit);
  if (good)
    good = read_limit("platform_retry_limit", policy.platform_retry_limit, in,
                      out.platform_retry_limit);
  if (good)
    good = read_limit("timeout_retry_limit", policy.timeout_retry_limit, in,
                      out.timeout_retry_limit);
  if (good && policy.backoff)
    good = read_backoff(*policy.backoff, in, out.backoff);
  return good;
}

model::step_retry make_default_retry() {
  model::step_retry out;
  for (const auto& field : retry_fields)
    out.backoff.*(field.at) = parsable_long{field.exponential};
  return out;
}

std::int64_t number_in(const model::backoff& x, const retry_field& field) {
  const auto& set = x.*(field.at);
  const auto* number = set ? std::get_if<std::int64_t>(&set->v) : nullptr;
  return number ? *number : field.exponential;
}

/// Position of the three members of a kind of failure in `retry_fields`.
std::size_t fields_of(model::step_status failure) {
  switch (failure) {
    case model::step_status::platform_failed:
      return 3;
    case model::step_status::timeout_failed:
      return 6;
    default:
      return 0;
  }
}

std::int64_t consumed(const model::step_retry& x, model::step_status failure) {
  switch (failure) {
    case model::step_status::platform_failed:
      return x.platform_retries;
    case model::step_status::timeout_failed:
      return x.timeout_retries;
    default:
      return x.error_retries;
  }
}

} // namespace

result<std::string> field_text(const std::string& text, const model::param_map& workflow_params,
                               const instance_facts* instance) {
  if (text.find('$') == std::string::npos)
    return text;
  workflow_scope names{workflow_params, instance};
  return interpolate(text, names);
}

result<std::int64_t> timeout_ms(const parsable_long& x, const model::param_map& workflow_params,
                                const instance_facts* instance) {
  auto plain = settled(x, {workflow_params, instance});
  auto ms = plain ? model::duration_ms(*plain) : result<std::int64_t>{plain.error()};
  if (!ms)
    return error{ec::unprocessable,
                 "timeout [" + model::written(x) + "] cannot be read: " + ms.error().message};
  if (*ms <= 0 || *ms > timeout_max_ms)
    return error{ec::unprocessable, "timeout [" + std::to_string(*ms) + "ms]/[" + model::written(x)
                                      + "] cannot be non-positive or more than system limit: "
                                        "120 days"};
  return *ms;
}

resolved_retry resolve_retry(const std::optional<model::retry_policy>& policy,
                             const model::param_map& workflow_params,
                             const instance_facts* instance) {
  resolved_retry out{default_retry(), std::nullopt};
  if (!policy)
    return out;
  auto good = read_policy(*policy, {workflow_params, instance}, out.retry);
  if (!good)
    out = {default_retry(), good.error()};
  return out;
}

const model::step_retry& default_retry() {
  static const auto instance = make_default_retry();
  return instance;
}

std::int64_t backoff_ms(const model::step_retry& retry, model::step_status failure) {
  auto at = fields_of(failure);
  auto wait = number_in(retry.backoff, retry_fields[at]);
  if (retry.backoff.type == model::backoff_type::fixed)
    return wait * 1000;
  auto exponent = number_in(retry.backoff, retry_fields[at + 1]);
  auto limit = number_in(retry.backoff, retry_fields[at + 2]);
  for (auto n = consumed(retry, failure); n > 0 && wait > 0 && wait < limit && exponent != 1; --n)
    if (__builtin_mul_overflow(wait, exponent, &wait))
      return limit * 1000;
  return std::min(wait, limit) * 1000;
}

} // namespace tutti::params
