#pragma once

#include "runtime/model/decimals.hpp"
#include "runtime/model/enum_map.hpp"
#include "runtime/model/iteration_view.hpp"
#include "runtime/model/job_template.hpp"
#include "runtime/model/json.hpp"
#include "runtime/model/json_enums.hpp"
#include "runtime/model/responses.hpp"
#include "runtime/model/stored.hpp"
#include "runtime/model/summaries.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

/// Random values of the data model. A value is readable after it was written; it need not be in
/// its normal form.
namespace tutti::model::generated {

class source {
public:
  explicit source(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  bool chance() { return below(2) == 0; }

  /// Whether there is room for one more level; call `leave` after it.
  bool enter() {
    if (depth_ >= depth_max)
      return false;
    ++depth_;
    return true;
  }

  void leave() { --depth_; }

  template <class T, std::size_t N>
  const T& one_of(const std::array<T, N>& all) {
    return all[below(N)];
  }

private:
  static constexpr int depth_max = 6;

  std::mt19937_64 random_;
  int depth_ = 0;
};

template <class T>
T make(source& from);

inline std::string json_piece(source& from) {
  static const std::array<std::string, 8> all{"1",          "-2.5", "1.50",
                                              "\"t\"",      "true", "[1,null,{\"a\":\"b\"}]",
                                              "{\"x\":{}}", "[]"};
  return from.one_of(all);
}

/// A type is made of its fields; the specialisations know what else must hold.
template <class T>
struct maker {
  static T make(source& from);
};

template <class T, class Fix>
T made_of_fields(source& from, Fix&& fix) {
  T x{};
  for_each_field<T>([&](const auto& f) {
    using member = std::remove_cvref_t<decltype(x.*(f.member))>;
    auto free = f.name == "extras" || f.name == "meta" || f.name == "attributes";
    if constexpr (std::is_same_v<member, ordered_map<std::string>>)
      if (free) {
        for (std::uint64_t i = from.below(3); i > 0; --i)
          (x.*(f.member)).set("more_" + std::to_string(i), json_piece(from));
        return;
      }
    x.*(f.member) = generated::make<member>(from);
  });
  fix(x);
  return x;
}

namespace detail {

using namespace tutti::model::detail;

template <class T>
struct is_enum_map : std::false_type {};

template <class E, class V>
struct is_enum_map<enum_map<E, V>> : std::true_type {};

template <class T>
struct is_unique_list : std::false_type {};

template <class T>
struct is_unique_list<unique_list<T>> : std::true_type {};

template <class E>
E make_enum(source& from) {
  std::uint8_t count = 0;
  while (to_string(static_cast<E>(count)) != "UNKNOWN")
    ++count;
  return static_cast<E>(from.below(count));
}

inline std::string make_text(source& from) {
  static const std::array<std::string, 8> all{"",           "a",
                                              "two words",  "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80",
                                              "\"quoted\\", "\n\t\x01",
                                              "${x}",       "5"};
  if (from.chance())
    return from.one_of(all);
  std::string out;
  for (auto n = from.below(12) + 1; n > 0; --n)
    out += static_cast<char>('a' + from.below(26));
  return out;
}

template <class T>
T make_whole(source& from) {
  static constexpr std::array<T, 6> edges{
    0, 1, -1, 1000, std::numeric_limits<T>::max(), std::numeric_limits<T>::min()};
  return from.chance() ? from.one_of(edges) : static_cast<T>(from.below(100'000));
}

template <class T>
T make_list(source& from) {
  T out{};
  if (!from.enter())
    return out;
  for (auto n = from.below(4); n > 0; --n) {
    auto item = generated::make<typename T::value_type>(from);
    if constexpr (is_unique_list<T>::value)
      out.add(std::move(item));
    else
      out.push_back(std::move(item));
  }
  from.leave();
  return out;
}

template <class T>
T make_map(source& from) {
  T out{};
  if (!from.enter())
    return out;
  for (auto n = from.below(4); n > 0; --n) {
    if constexpr (is_enum_map<T>::value)
      out[make_enum<typename T::key_type>(from)] = generated::make<typename T::mapped_type>(from);
    else
      out.set("k" + std::to_string(n), generated::make<typename T::value_type::second_type>(from));
  }
  from.leave();
  return out;
}

template <class V, std::size_t I = 0>
V make_alternative(source& from, std::size_t index) {
  if constexpr (I + 1 < std::variant_size_v<V>)
    if (index != I)
      return make_alternative<V, I + 1>(from, index);
  return V{std::in_place_index<I>, generated::make<std::variant_alternative_t<I, V>>(from)};
}

} // namespace detail

template <class T>
T maker<T>::make(source& from) {
  using namespace detail;
  if constexpr (std::is_same_v<T, bool>)
    return from.chance();
  else if constexpr (std::is_enum_v<T>)
    return make_enum<T>(from);
  else if constexpr (std::is_integral_v<T>)
    return make_whole<T>(from);
  else if constexpr (std::is_floating_point_v<T>)
    return static_cast<T>(make_whole<std::int32_t>(from)) / 8;
  else if constexpr (std::is_same_v<T, std::string>)
    return make_text(from);
  else if constexpr (is_optional<T>::value)
    return from.chance() ? T{generated::make<typename T::value_type>(from)} : T{};
  else if constexpr (is_vector<T>::value || is_unique_list<T>::value)
    return make_list<T>(from);
  else if constexpr (is_map<T>::value || is_enum_map<T>::value)
    return make_map<T>(from);
  else if constexpr (is_variant<T>::value)
    return make_alternative<T>(from, from.below(std::variant_size_v<T>));
  else
    return made_of_fields<T>(from, [](T&) {});
}

template <class T>
T make(source& from) {
  return maker<T>::make(from);
}

// -- what must hold besides the fields -------------------------------------------------------

#define TUTTI_MADE(type, ...)                                                                      \
  template <>                                                                                      \
  inline type maker<type>::make(source& from) {                                                    \
    return made_of_fields<type>(from, [&]([[maybe_unused]] type & x) __VA_ARGS__);                 \
  }

TUTTI_MADE(raw_json, { x.text = json_piece(from); })
TUTTI_MADE(parsable_long, {
  if (auto* n = std::get_if<std::int64_t>(&x.v); n && *n < 0)
    *n = 7;
})
TUTTI_MADE(user, {
  x.name = "somebody";
  x.as_object = false;
})
TUTTI_MADE(tag, {
  static const std::array<std::string, 3> spaces{"SYSTEM", "RUNTIME", "PLATFORM"};
  if (x.name_space)
    x.name_space = from.one_of(spaces);
})
TUTTI_MADE(run_strategy, {
  x.workflow_concurrency = x.rule == run_rule::parallel ? 1 + x.workflow_concurrency % 9 : 1;
})
TUTTI_MADE(backoff, {
  if (x.type == backoff_type::fixed) {
    x.error_retry_exponent = x.platform_retry_exponent = x.timeout_retry_exponent = std::nullopt;
    x.error_retry_limit_in_secs = x.platform_retry_limit_in_secs = std::nullopt;
    x.timeout_retry_limit_in_secs = std::nullopt;
  }
})
TUTTI_MADE(step_transition, {
  std::sort(x.predecessors.begin(), x.predecessors.end());
  x.predecessors.erase(std::unique(x.predecessors.begin(), x.predecessors.end()),
                       x.predecessors.end());
})

inline value make_value(source& from, param_type type, bool result) {
  static const std::array<std::string, 4> decimals{"1.50", "-3", "0.1", "1E+3"};
  auto number = [&] { return decimal{from.one_of(decimals)}; };
  switch (type) {
    case param_type::text:
      return value{generated::make<std::string>(from)};
    case param_type::integer:
      return value{generated::make<std::int64_t>(from)};
    case param_type::decimal:
      return result ? value{generated::make<double>(from)} : value{number()};
    case param_type::boolean:
      return value{from.chance()};
    case param_type::string_map:
      return value{generated::make<string_map>(from)};
    case param_type::string_array:
      return value{generated::make<std::vector<std::string>>(from)};
    case param_type::long_array:
      return value{int_seq{generated::make<std::vector<std::int64_t>>(from)}};
    case param_type::double_array:
      return result ? value{generated::make<std::vector<double>>(from)}
                    : value{std::vector<decimal>{number(), number()}};
    case param_type::boolean_array:
      return value{generated::make<std::vector<bool>>(from)};
    case param_type::map:
      return result ? value{value_map{{"a", value{generated::make<std::int64_t>(from)}},
                                      {"b", value{generated::make<string_map>(from)}}}}
                    : value{generated::make<param_map>(from)};
  }
  return value{};
}

inline param make_param_of(source& from, param_type type, bool evaluated) {
  param x;
  x.type = type;
  if (from.chance())
    x.expression = "1 + 1";
  else
    x.literal = make_value(from, type, false);
  x.validator = generated::make<std::optional<std::string>>(from);
  x.tags = generated::make<std::optional<std::vector<tag>>>(from);
  x.mode = generated::make<std::optional<param_mode>>(from);
  x.source = generated::make<std::optional<param_source>>(from);
  x.internal_mode = generated::make<std::optional<internal_param_mode>>(from);
  if (evaluated) {
    x.evaluated_result = make_value(from, type, true);
    x.evaluated_time = 1'700'000'000'000;
  }
  if (from.chance())
    x.meta.set("note", json_piece(from));
  return x;
}

template <>
inline param maker<param>::make(source& from) {
  auto type = detail::make_enum<param_type>(from);
  if (!from.enter())
    return make_param_of(from, param_type::integer, false);
  auto x = make_param_of(from, type, from.chance());
  from.leave();
  return x;
}

template <>
inline value maker<value>::make(source& from) {
  return make_value(from, detail::make_enum<param_type>(from), true);
}

inline param_map evaluated_params(source& from) {
  param_map out;
  for (auto n = from.below(3); n > 0; --n)
    out.set("p" + std::to_string(n),
            make_param_of(from, detail::make_enum<param_type>(from), true));
  return out;
}

inline param signal_param(source& from) {
  return make_param_of(from, from.chance() ? param_type::text : param_type::integer, false);
}

TUTTI_MADE(signal_match_param_def, { x.param = signal_param(from); })
TUTTI_MADE(signal_output_definition, {
  if (x.params)
    x.params = param_map{{"a", signal_param(from)}, {"b", signal_param(from)}};
})
TUTTI_MADE(alerting, {
  if (x.type_configs)
    x.type_configs = ordered_map<alerting_type_config>{
      {"STEP_FAILURE", generated::make<alerting_type_config>(from)},
      {"RUN_SUCCESS", generated::make<alerting_type_config>(from)}};
})
TUTTI_MADE(time_trigger, {
  if (x.type != time_trigger_type::cron)
    x.cron.reset();
  if (x.type != time_trigger_type::predefined)
    x.expression.reset();
  if (x.type != time_trigger_type::interval) {
    x.interval.reset();
    x.start.reset();
  } else if (x.start)
    x.start = static_cast<std::int64_t>(from.below(4'000'000'000'000));
})
TUTTI_MADE(step, {
  static constexpr std::array types{step_type::subworkflow, step_type::foreach, step_type::while_,
                                    step_type::template_};
  if (x.kind != step_kind::step)
    x.type = types[static_cast<std::size_t>(x.kind) - 1];
})
TUTTI_MADE(workflow, {
  if (x.tags)
    x.tags = std::vector<tag>{generated::make<tag>(from)};
})
TUTTI_MADE(initiator, {
  if (x.type >= initiator_type::subworkflow)
    x.ancestors.push_back(generated::make<ancestor>(from));
})
TUTTI_MADE(timeline_event, {
  if (x.type == timeline_type::milestone)
    x.action = from.chance() ? "CMB_JOB" : "";
})
TUTTI_MADE(dynamic_output_artifact, {
  if (x.signal_outputs)
    x.signal_outputs = std::vector<param>{make_param_of(from, param_type::map, true)};
})
TUTTI_MADE(notification_job, { x.event.resize(std::min<std::size_t>(x.event.size(), 1)); })
TUTTI_MADE(default_artifact, { x.data = generated::make<ordered_map<raw_json>>(from); })
TUTTI_MADE(workflow_instance, { x.params = evaluated_params(from); })
TUTTI_MADE(step_instance, { x.params = evaluated_params(from); })
TUTTI_MADE(step_runtime_summary, { x.params = evaluated_params(from); })
TUTTI_MADE(workflow_summary, { x.params = evaluated_params(from); })

inline const std::string some_uuid = "97a57978-803f-403e-9f9b-376d34689723";

TUTTI_MADE(workflow_start_request, {
  if (x.request_id)
    x.request_id = some_uuid;
})
TUTTI_MADE(workflow_instance_restart_request, {
  if (x.request_id)
    x.request_id = some_uuid;
  x.restart_policy = run_policy::restart_from_incomplete;
})
TUTTI_MADE(step_instance_restart_request, {
  if (x.request_id)
    x.request_id = some_uuid;
  x.restart_policy = run_policy::restart_from_specific;
})
TUTTI_MADE(workflow_properties_update_request, {
  if (x.properties && (x.reset_run_strategy_rule || x.reset_workflow_concurrency))
    x.properties->run_strategy.reset();
  if (x.properties && x.reset_step_concurrency)
    x.properties->step_concurrency.reset();
})

#undef TUTTI_MADE

/// The laws of a type: what was read and written once reads back as the same value, writes the
/// same text, and is stored without loss.
template <class T>
void check_laws(std::uint64_t seed) {
  CAPTURE(seed);
  source from{seed};
  auto text = json_text(generated::make<T>(from));
  auto first = parse_json<T>(text);
  REQUIRE_MESSAGE(first, (first ? "" : first.error().message + " in " + text));
  auto again = json_text(*first);
  auto second = parse_json<T>(again);
  REQUIRE_MESSAGE(second, (second ? "" : second.error().message + " in " + again));
  CHECK(json_text(*second) == again);
  CHECK((*second == *first));
  auto stored = decode<T>(encode(*first));
  REQUIRE(stored);
  CHECK((*stored == *first));
}

} // namespace tutti::model::generated
