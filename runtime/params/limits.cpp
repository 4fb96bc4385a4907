#include "runtime/params/limits.hpp"

#include "runtime/params/coerce.hpp"
#include "runtime/params/json_size.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tutti::params {

namespace {

constexpr std::array<std::string_view, 17> reserved_names{"maestro",
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

} // namespace

bool is_reserved_name(std::string_view name) {
  return std::find(reserved_names.begin(), reserved_names.end(), name) != reserved_names.end();
}

status check_run_params(const model::param_map& x, std::size_t max) {
  std::vector<std::string> details;
  if (x.size() > max)
    details.push_back("run params: found " + std::to_string(x.size()) + ", expected at most "
                      + std::to_string(max));
  for (const auto& [name, item] : x) {
    if (is_reserved_name(name))
      details.push_back("run param [" + name + "]: the name is reserved");
    if (item.source)
      details.push_back("run param [" + name + "]: found the source ["
                        + std::string{model::to_string(*item.source)} + "], expected none");
  }
  if (details.empty())
    return unit{};
  auto message = details.front();
  return error{ec::bad_request, std::move(message), std::move(details)};
}

status check_size(const model::param_map& x, std::string_view kind, std::string_view id,
                  std::size_t max) {
  auto size = json_size(x);
  if (size <= max)
    return unit{};
  return error{ec::bad_request, "The params of " + std::string{kind} + " [" + std::string{id}
                                  + "] have " + std::to_string(size)
                                  + " characters of JSON, expected at most " + std::to_string(max)
                                  + " (option params-max-chars)"};
}

} // namespace tutti::params
