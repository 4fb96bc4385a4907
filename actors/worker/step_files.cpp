#include "actors/worker/step_files.hpp"

#include "actors/worker/unique_fd.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fcntl.h>

namespace tutti::worker {

namespace json = boost::json;

namespace {

struct limit_field {
  const char* name;
  std::int64_t job_limits::*member;
};

constexpr limit_field limit_fields[] = {
  {"segment_bytes", &job_limits::segment_bytes},
  {"log_max_bytes", &job_limits::log_max_bytes},
  {"output_max_chars", &job_limits::output_max_chars},
  {"orphan_grace_ms", &job_limits::orphan_grace_ms},
  {"lease_ms", &job_limits::lease_ms},
  {"memory_max_bytes", &job_limits::memory_max_bytes},
  {"cpu_max_seconds", &job_limits::cpu_max_seconds},
  {"file_max_bytes", &job_limits::file_max_bytes},
  {"open_file_max", &job_limits::open_file_max},
};

struct result_field {
  const char* name;
  std::int64_t job_result::*member;
};

constexpr result_field result_fields[] = {
  {"start_time", &job_result::start_time},
  {"end_time", &job_result::end_time},
  {"cpu_ms", &job_result::cpu_ms},
  {"max_rss_bytes", &job_result::max_rss_bytes},
  {"stdout_bytes", &job_result::stdout_bytes},
  {"stdout_dropped", &job_result::stdout_dropped},
  {"stderr_bytes", &job_result::stderr_bytes},
  {"stderr_dropped", &job_result::stderr_dropped},
};

constexpr job_result::outcome outcomes[]
  = {job_result::outcome::exited, job_result::outcome::signalled, job_result::outcome::lost,
     job_result::outcome::refused_to_start};

// Jobs print and are given any bytes, so strings here need not be UTF-8.
result<json::object> parse_object(const char* what, std::string_view text) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code failure;
  auto value = json::parse({text.data(), text.size()}, failure, {}, options);
  if (failure)
    return error{ec::corrupt, std::string{what} + " is not JSON: " + failure.message(), {}};
  if (!value.is_object())
    return error{ec::corrupt, std::string{what} + " is not a JSON object", {}};
  return std::move(value.get_object());
}

std::int64_t int_of(const json::object& from, const char* name, std::int64_t otherwise) {
  const auto* value = from.if_contains(name);
  return value && value->is_int64() ? value->get_int64() : otherwise;
}

std::string text_of(const json::object& from, const char* name) {
  const auto* value = from.if_contains(name);
  if (!value || !value->is_string())
    return {};
  const auto& text = value->get_string();
  return {text.data(), text.size()};
}

bool flag_of(const json::object& from, const char* name) {
  const auto* value = from.if_contains(name);
  return value && value->is_bool() && value->get_bool();
}

std::vector<std::string> texts_of(const json::object& from, const char* name) {
  std::vector<std::string> all;
  const auto* value = from.if_contains(name);
  if (!value || !value->is_array())
    return all;
  for (const auto& one : value->get_array())
    if (one.is_string())
      all.emplace_back(one.get_string().data(), one.get_string().size());
  return all;
}

json::array array_of(const std::vector<std::string>& all) {
  json::array array;
  array.reserve(all.size());
  for (const auto& one : all)
    array.emplace_back(one);
  return array;
}

} // namespace

std::string_view to_string(job_result::outcome how) {
  switch (how) {
    case job_result::outcome::exited:
      return "exited";
    case job_result::outcome::signalled:
      return "signalled";
    case job_result::outcome::lost:
      return "lost";
    case job_result::outcome::refused_to_start:
      return "refused_to_start";
  }
  return "lost";
}

std::string encode(const step_order& order) {
  json::object limits;
  for (const auto& field : limit_fields)
    limits[field.name] = order.limits.*field.member;
  json::object object;
  object["step_uuid"] = order.step_uuid;
  object["argv"] = array_of(order.argv);
  object["env"] = array_of(order.env);
  object["working_dir"] = order.working_dir;
  object["grace_ms"] = order.grace_ms;
  object["limits"] = std::move(limits);
  return json::serialize(object);
}

result<step_order> decode_order(std::string_view text) {
  auto object = parse_object("spec.json", text);
  if (!object)
    return object.error();
  step_order order;
  order.step_uuid = text_of(*object, "step_uuid");
  order.argv = texts_of(*object, "argv");
  order.env = texts_of(*object, "env");
  order.working_dir = text_of(*object, "working_dir");
  order.grace_ms = int_of(*object, "grace_ms", 0);
  if (const auto* limits = object->if_contains("limits"); limits && limits->is_object())
    for (const auto& field : limit_fields)
      order.limits.*field.member = int_of(limits->get_object(), field.name,
                                          order.limits.*field.member);
  if (order.argv.empty())
    return error{ec::corrupt, "spec.json of step " + order.step_uuid + " has no argv", {}};
  return order;
}

std::string encode(const start_mark& mark) {
  json::object object;
  object["time"] = mark.time;
  object["boot_id"] = mark.boot_id;
  return json::serialize(object);
}

result<start_mark> decode_mark(std::string_view text) {
  auto object = parse_object("started.json", text);
  if (!object)
    return object.error();
  return start_mark{int_of(*object, "time", 0), text_of(*object, "boot_id")};
}

std::string encode(const job_report& report) {
  json::object object;
  object["outcome"] = to_string(report.result.how);
  object["exit_code"] = report.result.exit_code;
  object["signal"] = report.result.signal;
  object["terminated"] = report.result.terminated;
  object["message"] = report.result.message;
  for (const auto& field : result_fields)
    object[field.name] = report.result.*field.member;
  if (report.token_text)
    object["token_text"] = *report.token_text;
  object["token_text_too_large"] = report.token_text_too_large;
  object["output_max_chars"] = report.output_max_chars;
  return json::serialize(object);
}

result<job_report> decode_report(std::string_view text) {
  auto object = parse_object("result.json", text);
  if (!object)
    return object.error();
  job_report report;
  const auto name = text_of(*object, "outcome");
  bool known = false;
  for (auto how : outcomes)
    if (to_string(how) == name) {
      report.result.how = how;
      known = true;
    }
  if (!known)
    return error{ec::corrupt, "result.json has the unknown outcome '" + name + "'", {}};
  report.result.exit_code = static_cast<int>(int_of(*object, "exit_code", 0));
  report.result.signal = static_cast<int>(int_of(*object, "signal", 0));
  report.result.terminated = flag_of(*object, "terminated");
  report.result.message = text_of(*object, "message");
  for (const auto& field : result_fields)
    report.result.*field.member = int_of(*object, field.name, 0);
  if (object->if_contains("token_text"))
    report.token_text = text_of(*object, "token_text");
  report.token_text_too_large = flag_of(*object, "token_text_too_large");
  report.output_max_chars = int_of(*object, "output_max_chars", report.output_max_chars);
  return report;
}

std::string read_boot_id() {
  unique_fd file{::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)};
  char text[64];
  const auto n = file ? ::read(file.get(), text, sizeof text) : -1;
  std::string id{text, n > 0 ? static_cast<std::size_t>(n) : 0};
  while (!id.empty() && id.back() == '\n')
    id.pop_back();
  return id;
}

} // namespace tutti::worker
