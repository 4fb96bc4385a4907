#include "tools/codec/cron_lines.hpp"

#include "runtime/cron/next_run.hpp"
#include "runtime/model/json.hpp"
#include "tools/codec/instants.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

namespace tutti::codec {

namespace {

namespace json = boost::json;

constexpr std::int64_t count_max = 10'000;

struct request {
  std::string cron;
  std::string timezone;
  std::int64_t after_ms = 0;
  std::size_t count = 1;
};

error refuse(std::string why) {
  return {ec::bad_request, std::move(why)};
}

/// The text of a member; empty if it is absent or null.
result<std::optional<std::string>> text_of(const json::object& line, std::string_view name) {
  const auto* found = line.if_contains(name);
  if (!found || found->is_null())
    return std::optional<std::string>{};
  const auto* text = found->if_string();
  if (!text)
    return refuse("member [" + std::string{name} + "] is no text");
  return std::optional{std::string{text->data(), text->size()}};
}

result<std::int64_t> read_after(const json::object& line) {
  const auto* found = line.if_contains("after");
  if (found && found->is_int64())
    return found->get_int64();
  auto text = text_of(line, "after");
  if (!text)
    return text.error();
  auto at = *text ? parse_instant(**text) : std::nullopt;
  if (!at)
    return refuse("member [after] is [" + text->value_or("")
                  + "], expected an instant such as "
                    "2026-01-01T00:00:00Z");
  return *at;
}

result<request> read_request(const json::object& line) {
  request out;
  auto cron = text_of(line, "cron");
  if (!cron)
    return cron.error();
  if (!*cron)
    return refuse("Expression must not be null");
  out.cron = **cron;
  auto timezone = text_of(line, "timezone");
  if (!timezone)
    return timezone.error();
  out.timezone = timezone->value_or("");
  auto after = read_after(line);
  if (!after)
    return after.error();
  out.after_ms = *after;
  if (const auto* count = line.if_contains("count"))
    if (count->is_int64())
      out.count
        = static_cast<std::size_t>(std::clamp<std::int64_t>(count->get_int64(), 0, count_max));
  return out;
}

status answer(const json::object& line, json::object& out) {
  auto wanted = read_request(line);
  if (!wanted)
    return wanted.error();
  auto parsed = cron::parse(wanted->cron);
  if (!parsed)
    return parsed.error();
  auto where = cron::find_zone(wanted->timezone);
  if (!where)
    return where.error();
  // One more than asked for tells whether they end here.
  auto runs = cron::next_runs(*parsed, *where, wanted->after_ms, wanted->count + 1);
  auto exhausted = runs.size() <= wanted->count;
  if (!exhausted)
    runs.pop_back();
  json::array next;
  for (auto x : runs)
    next.emplace_back(instant_text(x));
  out["next"] = std::move(next);
  out["exhausted"] = exhausted;
  return unit{};
}

json::object answer_line(const std::string& text) {
  json::object out;
  auto line = model::parse_text(text);
  const auto* request = line ? line->if_object() : nullptr;
  if (!request) {
    out["error"] = line ? "the line is no JSON object" : line.error().message;
    return out;
  }
  if (const auto* id = request->if_contains("id"))
    out["id"] = *id;
  auto good = answer(*request, out);
  if (!good)
    out["error"] = good.error().message;
  return out;
}

} // namespace

void run_cron_lines(std::istream& in, std::ostream& out) {
  for (std::string line; std::getline(in, line);)
    if (line.find_first_not_of(" \t\r") != std::string::npos)
      out << model::to_text(answer_line(line)) << '\n';
  out.flush();
}

} // namespace tutti::codec
