#include "runtime/model/json_codec.hpp"
#include "runtime/model/time_trigger_date.hpp"

#include <algorithm>
#include <span>

namespace tutti::model {

namespace {

using names = std::span<const std::string_view>;

constexpr std::string_view cron_members[] = {"cron", "fuzzy_max_delay", "timezone", "type"};
constexpr std::string_view predefined_members[] = {"expression", "fuzzy_max_delay", "timezone",
                                                   "type"};
constexpr std::string_view interval_members[] = {"fuzzy_max_delay", "interval", "start", "timezone",
                                                 "type"};
constexpr std::string_view start_name = "start";

names members_of(time_trigger_type type) {
  switch (type) {
    case time_trigger_type::cron:
      return cron_members;
    case time_trigger_type::predefined:
      return predefined_members;
    case time_trigger_type::interval:
      return interval_members;
  }
  return cron_members;
}

bool read_start(json_reader& in, const json_place& at, const json::value& x, time_trigger& out) {
  if (x.is_null() || x.is_int64())
    return read_json(in, at, x, out.start);
  auto how = in.rules.as_original ? date_reading::lenient : date_reading::exact;
  auto text = plain_text(x);
  out.start = text ? parse_trigger_date(*text, how) : std::nullopt;
  return out.start || in.expected(at, "a date as MM-dd-yyyy hh:mm:ss.SSSz", x);
}

} // namespace

json::value write_json(const time_trigger& x) {
  json::object out;
  for_each_field<time_trigger>([&](const auto& f) {
    if (detail::left_out(x.*(f.member), f.when))
      return;
    if (f.name == start_name)
      out[start_name] = write_json(trigger_date_text(*x.start));
    else
      out[f.name] = write_json(x.*(f.member));
  });
  return out;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, time_trigger& out) {
  const auto* members = x.if_object();
  if (!members || absent(*members, "type"))
    return in.expected(at, "an object with type", x);
  if (!read_json(in, json_place{at, "type"}, members->at("type"), out.type))
    return false;
  auto allowed = members_of(out.type);
  for (const auto& member : *members) {
    auto name = key_of(member);
    json_place here{at, name};
    auto known = std::find(allowed.begin(), allowed.end(), name) != allowed.end();
    auto good = !known ? in.unknown(here, {allowed.begin(), allowed.end()})
                : name == start_name
                  ? read_start(in, here, member.value(), out)
                  : read_member(in, here, name, member.value(), out) == member_result::read;
    if (!good)
      return false;
  }
  if (out.type == time_trigger_type::interval)
    out.timezone.reset(); // Taken, but without a meaning.
  return true;
}

TUTTI_JSON_TYPE(time_trigger);
TUTTI_JSON_TYPE(std::vector<time_trigger>);
TUTTI_JSON_TYPE(trigger_uuids);
TUTTI_JSON_TYPE(time_trigger_with_watermark);
TUTTI_JSON_TYPE(time_trigger_execution);

} // namespace tutti::model
