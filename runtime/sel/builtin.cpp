#include "runtime/sel/builtin.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tutti::sel {

namespace {

/// Sorted; the position plus one is the `method`.
constexpr std::string_view method_names[] = {"SUNDAY",
                                             "UTC",
                                             "asList",
                                             "compareTo",
                                             "contains",
                                             "containsKey",
                                             "currentTimeMillis",
                                             "dateIntHourToTs",
                                             "dateIntToTs",
                                             "dateIntsBetween",
                                             "dayOfMonth",
                                             "dayOfWeek",
                                             "dayOfYear",
                                             "daysBetween",
                                             "endsWith",
                                             "equals",
                                             "escape",
                                             "forID",
                                             "forPattern",
                                             "format",
                                             "get",
                                             "getAsText",
                                             "getDayOfMonth",
                                             "getDayOfWeek",
                                             "getDayOfYear",
                                             "getDays",
                                             "getHourOfDay",
                                             "getMillis",
                                             "getMillisOfDay",
                                             "getMillisOfSecond",
                                             "getMinuteOfDay",
                                             "getMinuteOfHour",
                                             "getMonthOfYear",
                                             "getOffset",
                                             "getOrDefault",
                                             "getSecondOfDay",
                                             "getSecondOfMinute",
                                             "getWeekOfWeekyear",
                                             "getWeekyear",
                                             "getYear",
                                             "hourOfDay",
                                             "incrementDateInt",
                                             "intValue",
                                             "intsBetween",
                                             "isAfter",
                                             "isBefore",
                                             "isEmpty",
                                             "isEqual",
                                             "join",
                                             "lastIndexOf",
                                             "length",
                                             "longValue",
                                             "max",
                                             "millisOfDay",
                                             "millisOfSecond",
                                             "min",
                                             "minusDays",
                                             "minusHours",
                                             "minusMillis",
                                             "minusMinutes",
                                             "minusMonths",
                                             "minusSeconds",
                                             "minusWeeks",
                                             "minusYears",
                                             "minuteOfDay",
                                             "minuteOfHour",
                                             "monthOfYear",
                                             "parse",
                                             "parseDateTime",
                                             "parseDouble",
                                             "parseLong",
                                             "parseMillis",
                                             "plusDays",
                                             "plusHours",
                                             "plusMillis",
                                             "plusMinutes",
                                             "plusMonths",
                                             "plusSeconds",
                                             "plusWeeks",
                                             "plusYears",
                                             "pow",
                                             "print",
                                             "put",
                                             "random",
                                             "randomUUID",
                                             "replace",
                                             "replaceAll",
                                             "secondOfDay",
                                             "secondOfMinute",
                                             "size",
                                             "split",
                                             "startsWith",
                                             "substring",
                                             "timeoutForDateIntDeadline",
                                             "timeoutForDateTimeDeadline",
                                             "toDateTime",
                                             "toJson",
                                             "toLowerCase",
                                             "toString",
                                             "toUpperCase",
                                             "trim",
                                             "tsToDateInt",
                                             "valueOf",
                                             "weekOfWeekyear",
                                             "weekyear",
                                             "withDayOfMonth",
                                             "withDayOfWeek",
                                             "withDayOfYear",
                                             "withHourOfDay",
                                             "withMaximumValue",
                                             "withMillisOfDay",
                                             "withMillisOfSecond",
                                             "withMinimumValue",
                                             "withMinuteOfHour",
                                             "withMonthOfYear",
                                             "withSecondOfMinute",
                                             "withTimeAtStartOfDay",
                                             "withWeekOfWeekyear",
                                             "withWeekyear",
                                             "withYear",
                                             "withZone"};

struct named_type {
  std::string_view name;
  type kind;
};

constexpr named_type types[] = {{"int", type::integer},
                                {"long", type::integer},
                                {"Integer", type::integer},
                                {"Long", type::integer},
                                {"float", type::real},
                                {"double", type::real},
                                {"Float", type::real},
                                {"Double", type::real},
                                {"boolean", type::boolean},
                                {"Boolean", type::boolean},
                                {"String", type::string},
                                {"Map", type::map},
                                {"HashMap", type::map},
                                {"LinkedHashMap", type::map},
                                {"DateTime", type::datetime},
                                {"DateTimeZone", type::zone},
                                {"DateTimeFormatter", type::formatter},
                                {"DateTimeFormat", type::formatter},
                                {"Property", type::property},
                                {"Days", type::days},
                                {"UUID", type::uuid}};

constexpr named_type presets[] = {{"DateTimeConstants", type::misc},
                                  {"System", type::misc},
                                  {"Arrays", type::misc},
                                  {"Math", type::math},
                                  {"Util", type::util}};

template <std::size_t N>
std::optional<type> find(const named_type (&table)[N], std::string_view name) {
  for (const auto& x : table)
    if (x.name == name)
      return x.kind;
  return std::nullopt;
}

} // namespace

method method_named(std::string_view name) {
  const auto* at = std::lower_bound(std::begin(method_names), std::end(method_names), name);
  if (at == std::end(method_names) || *at != name)
    return method::unknown;
  return static_cast<method>(at - std::begin(method_names) + 1);
}

std::optional<type> class_named(std::string_view name) {
  const auto preset = find(presets, name);
  return preset ? preset : find(types, name);
}

std::optional<type> type_named(std::string_view name) {
  return find(types, name);
}

} // namespace tutti::sel
