#include "config/load/environment.hpp"

#include <cctype>
#include <cstdlib>

namespace tutti::config {

environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no threads yet
    const char* value = std::getenv(name.c_str());
    if (!value)
      return std::nullopt;
    return std::string{value};
  };
}

std::string variable_name(std::string_view option) {
  std::string name{"TUTTI_"};
  for (unsigned char c : option)
    name += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

std::vector<setting> read_environment(const std::vector<option_name>& names,
                                      const environment& variables) {
  std::vector<setting> settings;
  for (const auto& x : names)
    if (auto value = variables(variable_name(x.name)))
      settings.push_back({x.name, *value, variable_name(x.name)});
  return settings;
}

} // namespace tutti::config
