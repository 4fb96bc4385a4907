#include "actors/worker/job_order.hpp"

#include "actors/worker/output_scanner.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace tutti::worker {

namespace {

constexpr std::size_t uuid_max_chars = 64;

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

error refusal(const job_spec& spec, const std::string& why) {
  return {ec::bad_request, "job of step " + spec.step_uuid + ": " + why, {}};
}

std::size_t size_of(const job_spec& spec) {
  auto size = spec.script.size() + spec.params_json.size() + spec.working_dir.size();
  for (const auto& one : spec.argv)
    size += one.size();
  for (const auto& [name, value] : spec.env)
    size += name.size() + value.size();
  return size;
}

status check_env(const job_spec& spec) {
  for (const auto& [name, value] : spec.env)
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value))
      return refusal(spec, "environment name '" + name
                             + "' must not be empty or hold '=', and no part may hold NUL");
  return unit{};
}

std::string working_dir_of(const job_spec& spec, const run_folder& folder) {
  return spec.working_dir.empty() ? folder.path() + "/" + file_name::work : spec.working_dir;
}

std::vector<std::string> environment(const job_spec& spec, const runner_options& options,
                                     const run_folder& folder) {
  std::map<std::string, std::string, std::less<>> all{{"HOME", working_dir_of(spec, folder)}};
  for (const auto* layer : {&options.base_env, &spec.env})
    for (const auto& [name, value] : *layer)
      all[name] = value;
  all["MAESTRO_OUTPUT_START"] = output_start_token;
  all["MAESTRO_OUTPUT_END"] = output_end_token;
  all["TUTTI_OUTPUT"] = folder.path() + "/" + file_name::output;
  all["TUTTI_PARAMS"] = folder.path() + "/" + file_name::params;
  all["TUTTI_STEP_UUID"] = spec.step_uuid;
  std::vector<std::string> flat;
  flat.reserve(all.size());
  for (const auto& [name, value] : all)
    flat.emplace_back(name).append("=").append(value);
  return flat;
}

std::vector<std::string> command_line(const job_spec& spec, const run_folder& folder) {
  if (spec.script.empty())
    return spec.argv;
  std::vector<std::string> argv{spec.interpreter, folder.path() + "/" + file_name::script};
  argv.insert(argv.end(), spec.argv.begin(), spec.argv.end());
  return argv;
}

} // namespace

status check_uuid(const std::string& step_uuid) {
  constexpr std::string_view allowed
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  if (step_uuid.empty() || step_uuid.size() > uuid_max_chars || step_uuid.front() == '.'
      || step_uuid.find_first_not_of(allowed) != std::string::npos)
    return error{ec::bad_request,
                 "step uuid '" + step_uuid.substr(0, uuid_max_chars)
                   + "' must be 1 to 64 letters, digits, '-', '_' or '.', and not begin with '.'",
                 {}};
  return unit{};
}

status check_job(const job_spec& spec) {
  if (auto named = check_uuid(spec.step_uuid); !named)
    return named;
  if (spec.script.empty() && (spec.argv.empty() || spec.argv.front().empty()))
    return refusal(spec, "neither a script nor a program is given");
  if (!spec.script.empty() && (spec.interpreter.empty() || has_nul(spec.interpreter)))
    return refusal(spec, "the script has no interpreter");
  if (std::any_of(spec.argv.begin(), spec.argv.end(), has_nul) || has_nul(spec.working_dir))
    return refusal(spec, "arguments and working directory must not hold NUL");
  if (!spec.working_dir.empty() && spec.working_dir.front() != '/')
    return refusal(spec, "working directory '" + spec.working_dir + "' must be absolute");
  const auto& limits = spec.limits;
  if (limits.segment_bytes < 1 || limits.log_max_bytes < 0 || limits.output_max_chars < 0
      || limits.orphan_grace_ms < 0 || limits.lease_ms < 0 || spec.grace_ms < 0)
    return refusal(spec, "limits and grace must not be negative, and segment_bytes not 0");
  // JSON may need six characters for one byte.
  if (size_of(spec) > spec_max_bytes / 8)
    return error{ec::too_large,
                 "job of step " + spec.step_uuid + " has " + std::to_string(size_of(spec))
                   + " bytes, at most " + std::to_string(spec_max_bytes / 8) + " are allowed",
                 {}};
  return check_env(spec);
}

status write_job(const job_spec& spec, const runner_options& options, const run_folder& folder) {
  using durable = run_folder::durable;
  for (const auto* name : {file_name::work, file_name::out})
    if (auto made = folder.make_folder(name); !made)
      return made;
  const std::string params = spec.params_json.empty() ? "{}" : spec.params_json;
  if (auto written = folder.write(file_name::params, params, durable::no); !written)
    return written;
  if (!spec.script.empty())
    if (auto written = folder.write(file_name::script, spec.script, durable::no); !written)
      return written;
  const step_order order{.step_uuid = spec.step_uuid,
                         .argv = command_line(spec, folder),
                         .env = environment(spec, options, folder),
                         .working_dir = working_dir_of(spec, folder),
                         .grace_ms = spec.grace_ms,
                         .limits = spec.limits};
  // Not durable: after power loss there is nothing to find, and the launch comes again.
  return folder.write(file_name::spec, encode(order), durable::no);
}

std::string environment_mark(const run_folder& folder) {
  return "TUTTI_PARAMS=" + folder.path() + "/" + file_name::params;
}

} // namespace tutti::worker
