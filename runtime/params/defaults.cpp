#include "runtime/params/defaults.hpp"

#include "runtime/params/default_dates.hpp"

#include <array>

namespace tutti::params {

namespace {

using model::internal_param_mode;
using model::param;
using model::param_map;
using model::param_mode;
using model::param_type;
using model::value;

constexpr std::string_view cron_zone = "WORKFLOW_CRON_TIMEZONE";
constexpr std::string_view pacific = "America/Los_Angeles";
constexpr std::int64_t day = 24;

using maybe = std::optional<value>;

maybe run_ts(const system_default&, const instance_facts& in, const step_facts*,
             const default_lookup&) {
  return value{in.run_ts};
}

maybe owner(const system_default&, const instance_facts& in, const step_facts*,
            const default_lookup&) {
  return value{std::string{in.owner}};
}

maybe workflow_id(const system_default&, const instance_facts& in, const step_facts*,
                  const default_lookup&) {
  return value{std::string{in.shown_workflow_id.empty() ? in.workflow_id : in.shown_workflow_id}};
}

maybe workflow_instance_id(const system_default&, const instance_facts& in, const step_facts*,
                           const default_lookup&) {
  return value{in.instance_id};
}

maybe step_instance_uuid(const system_default&, const instance_facts&, const step_facts* in,
                         const default_lookup&) {
  return value{std::string{in->step_uuid}};
}

maybe step_attempt_id(const system_default&, const instance_facts&, const step_facts* in,
                      const default_lookup&) {
  return value{in->attempt};
}

maybe step_id(const system_default&, const instance_facts&, const step_facts* in,
              const default_lookup&) {
  return value{std::string{in->step_id}};
}

// Clients see these texts, blanks included.
#define TUTTI_LOCAL_TIME(ts, zone, moved, pattern)                                                 \
  "DateTime utcNow = new DateTime(" ts "); DateTime localNow = utcNow.withZone("                   \
  "DateTimeZone.forID(" zone ")); localNow" moved ".toString(\"" pattern "\"); "

constexpr system_default start_param(std::string_view name, param_type type,
                                     std::string_view expression,
                                     system_default::computation compute) {
  return {name, type, param_mode::mutable_on_start, false, expression, compute};
}

/// A date or hour of `from`.
constexpr system_default date(std::string_view name, std::string_view expression,
                              std::string_view from, std::string_view zone,
                              std::int64_t moved_hours = 0) {
  auto out = start_param(name, param_type::text, expression, compute_date);
  out.from = from;
  out.zone = zone;
  out.moved_hours = moved_hours;
  return out;
}

constexpr system_default hour(std::string_view name, std::string_view expression,
                              std::string_view from, std::string_view zone,
                              std::int64_t moved_hours = 0) {
  auto out = date(name, expression, from, zone, moved_hours);
  out.hour_only = true;
  return out;
}

constexpr system_default derived_time(std::string_view expression) {
  auto out = start_param("DERIVED_RUN_TS", param_type::integer, expression, compute_derived_time);
  out.zone = cron_zone;
  return out;
}

constexpr system_default reserved(std::string_view name, param_type type,
                                  std::string_view expression,
                                  system_default::computation compute) {
  return {name, type, param_mode::constant, true, expression, compute};
}

constexpr std::array<system_default, 23> workflow_table{{
  start_param("DSL_DEFAULT_TZ", param_type::text,
              " String timezone = params.getFromInstance(\"FIRST_TIME_TRIGGER_TIMEZONE\"); "
              "return timezone != null && !timezone.isEmpty() ? timezone : \"UTC\"; ",
              compute_default_zone),
  start_param("WORKFLOW_CRON_TIMEZONE", param_type::text,
              " String INITIATOR_TIMEZONE = params.getFromInstance(\"INITIATOR_TIMEZONE\"); "
              "return INITIATOR_TIMEZONE != null && !INITIATOR_TIMEZONE.isEmpty() ? "
              "INITIATOR_TIMEZONE : DSL_DEFAULT_TZ; ",
              compute_cron_zone),
  start_param("RUN_TS", param_type::integer, "System.currentTimeMillis();", run_ts),
  date("TARGET_RUN_DATE", " " TUTTI_LOCAL_TIME("RUN_TS", "WORKFLOW_CRON_TIMEZONE", "", "yyyyMMdd"),
       "RUN_TS", cron_zone),
  hour("TARGET_RUN_HOUR", " " TUTTI_LOCAL_TIME("RUN_TS", "WORKFLOW_CRON_TIMEZONE", "", "HH"),
       "RUN_TS", cron_zone),
  derived_time(" DateTimeFormatter tz_dateint_hour_formatter = "
               "DateTimeFormat.forPattern(\"yyyyMMddHH\") "
               ".withZone(DateTimeZone.forID(WORKFLOW_CRON_TIMEZONE)); DateTime dt = "
               "tz_dateint_hour_formatter.parseDateTime(TARGET_RUN_DATE + TARGET_RUN_HOUR); "
               "dt.getMillis(); "),
  date("DERIVED_RUN_DATE_US_PACIFIC",
       " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"America/Los_Angeles\"", "", "yyyyMMdd"),
       "DERIVED_RUN_TS", pacific),
  date("DERIVED_RUN_DATE_US_PACIFIC_MINUS_ONE",
       " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"America/Los_Angeles\"", ".minusDays(1)",
                            "yyyyMMdd"),
       "DERIVED_RUN_TS", pacific, -day),
  date("DERIVED_RUN_DATE_UTC", " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"UTC\"", "", "yyyyMMdd"),
       "DERIVED_RUN_TS", "UTC"),
  date("DERIVED_RUN_DATE_UTC_MINUS_ONE",
       " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"UTC\"", ".minusDays(1)", "yyyyMMdd"),
       "DERIVED_RUN_TS", "UTC", -day),
  date("DERIVED_RUN_DATE_UTC_PLUS_ONE",
       " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"UTC\"", ".plusDays(1)", "yyyyMMdd"),
       "DERIVED_RUN_TS", "UTC", day),
  date("DERIVED_RUN_DATE_UTC_MINUS_ONE_HOUR",
       " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"UTC\"", ".minusHours(1)", "yyyyMMdd"),
       "DERIVED_RUN_TS", "UTC", -1),
  date("DERIVED_RUN_DATE_UTC_PLUS_ONE_HOUR",
       " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"UTC\"", ".plusHours(1)", "yyyyMMdd"),
       "DERIVED_RUN_TS", "UTC", 1),
  hour("DERIVED_RUN_HOUR_US_PACIFIC",
       " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"America/Los_Angeles\"", "", "HH"),
       "DERIVED_RUN_TS", pacific),
  hour("DERIVED_RUN_HOUR_UTC", " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"UTC\"", "", "HH"),
       "DERIVED_RUN_TS", "UTC"),
  hour("DERIVED_RUN_HOUR_UTC_MINUS_ONE_HOUR",
       " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"UTC\"", ".minusHours(1)", "HH"), "DERIVED_RUN_TS",
       "UTC", -1),
  hour("DERIVED_RUN_HOUR_UTC_PLUS_ONE_HOUR",
       " " TUTTI_LOCAL_TIME("DERIVED_RUN_TS", "\"UTC\"", ".plusHours(1)", "HH"), "DERIVED_RUN_TS",
       "UTC", 1),
  date("LOCAL_RUN_DATE", TUTTI_LOCAL_TIME("RUN_TS", "WORKFLOW_CRON_TIMEZONE", "", "yyyyMMdd"),
       "RUN_TS", cron_zone),
  date("RUN_DATE", " " TUTTI_LOCAL_TIME("RUN_TS", "\"UTC\"", "", "yyyyMMdd"), "RUN_TS", "UTC"),
  date("RUN_DATE_MINUS_1",
       " DateTime utcNow = new DateTime(RUN_TS).minusDays(1); DateTime localNow = "
       "utcNow.withZone(DateTimeZone.forID(\"UTC\")); localNow.toString(\"yyyyMMdd\"); ",
       "RUN_TS", "UTC", -1 * day),
  date("RUN_DATE_MINUS_7",
       " DateTime utcNow = new DateTime(RUN_TS).minusDays(7); DateTime localNow = "
       "utcNow.withZone(DateTimeZone.forID(\"UTC\")); localNow.toString(\"yyyyMMdd\"); ",
       "RUN_TS", "UTC", -7 * day),
  reserved("owner", param_type::text, "return params.getFromInstance(\"owner\");", owner),
  reserved("workflow_id", param_type::text, "return params.getFromInstance(\"workflow_id\");",
           workflow_id),
}};

#undef TUTTI_LOCAL_TIME

constexpr std::array<system_default, 4> step_table{{
  reserved("workflow_instance_id", param_type::integer,
           "return params.getFromInstance(\"workflow_instance_id\");", workflow_instance_id),
  reserved("step_instance_uuid", param_type::text,
           "return params.getFromStep(\"step_instance_uuid\");", step_instance_uuid),
  reserved("step_attempt_id", param_type::integer,
           "return params.getFromStep(\"step_attempt_id\");", step_attempt_id),
  reserved("step_id", param_type::text, "return params.getFromStep(\"step_id\");", step_id),
}};

param schema(param_type type, internal_param_mode internal, param_mode mode,
             std::optional<value> literal, std::optional<std::string> validator = {}) {
  param out;
  out.type = type;
  out.literal = std::move(literal);
  out.validator = std::move(validator);
  out.mode = mode;
  out.internal_mode = internal;
  return out;
}

param_map loop_defaults() {
  return {{"loop_params", schema(param_type::map, internal_param_mode::required,
                                 param_mode::mutable_on_start, value{param_map{}}, "@NotEmpty")},
          {"loop_index", schema(param_type::integer, internal_param_mode::reserved,
                                param_mode::constant, value{std::int64_t{-1}}, "@Min(0)")}};
}

param_map while_defaults() {
  auto out = loop_defaults();
  out.set("condition", schema(param_type::boolean, internal_param_mode::reserved,
                              param_mode::constant, value{false}));
  return out;
}

param_map subworkflow_defaults() {
  return {{"subworkflow_id", schema(param_type::text, internal_param_mode::required,
                                    param_mode::mutable_on_start, std::nullopt, "@NotEmpty")},
          {"subworkflow_version",
           schema(param_type::text, internal_param_mode::provided, param_mode::mutable_on_start,
                  value{std::string{"active"}}, "@NotEmpty")}};
}

param_map make_workflow_defaults() {
  param_map out;
  for (const auto& x : workflow_table) {
    if (x.name == "owner")
      out.append("job_template_version", schema(param_type::text, internal_param_mode::optional,
                                                param_mode::mutable_always, std::nullopt));
    out.append(std::string{x.name}, to_param(x));
  }
  return out;
}

param_map make_step_defaults() {
  param_map out;
  for (const auto& x : step_table)
    out.append(std::string{x.name}, to_param(x));
  return out;
}

param dry_run_date() {
  param out;
  out.literal = value{std::string{"20210101"}};
  return out;
}

} // namespace

value system_default::derive(const instance_facts& instance, const step_facts* step) const {
  default_lookup others = [&](std::string_view other) -> result<value> {
    const auto* found = find_default(workflow_table, other);
    return found ? found->derive(instance, step) : value{};
  };
  return compute(*this, instance, step, others).value_or(value{});
}

const param_map& workflow_default_params() {
  static const auto instance = make_workflow_defaults();
  return instance;
}

const param_map& step_default_params() {
  static const auto instance = make_step_defaults();
  return instance;
}

param_map dry_run_params(const param_map* definition) {
  param_map out;
  for (auto name : {"FROM_DATE", "TO_DATE"}) {
    const auto* defined = definition ? definition->find(name) : nullptr;
    if (defined && defined->type == param_type::text)
      out.append(name, dry_run_date());
  }
  return out;
}

std::span<const system_default> system_defaults() {
  return workflow_table;
}

std::span<const system_default> step_defaults() {
  return step_table;
}

const param_map& type_defaults(model::step_type type) {
  static const param_map none;
  static const auto foreach = loop_defaults();
  static const auto while_ = while_defaults();
  static const auto subworkflow = subworkflow_defaults();
  switch (type) {
    case model::step_type::foreach:
      return foreach;
    case model::step_type::while_:
      return while_;
    case model::step_type::subworkflow:
      return subworkflow;
    default:
      return none;
  }
}

param to_param(const system_default& x) {
  param out;
  out.type = x.type;
  out.expression = std::string{x.expression};
  out.mode = x.mode;
  if (x.reserved)
    out.internal_mode = internal_param_mode::reserved;
  return out;
}

const system_default* find_default(std::span<const system_default> table, std::string_view name) {
  for (const auto& x : table)
    if (x.name == name)
      return &x;
  return nullptr;
}

} // namespace tutti::params
