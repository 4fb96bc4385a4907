#include "config/load/toml_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

namespace tutti::config {

namespace {

/// Where a key was found. Sections are named in errors as the file has them.
struct place {
  std::string file;
  std::string section;
  std::string key;
  std::size_t line = 0;

  std::string text() const { return file + ":" + std::to_string(line) + ": "; }
};

std::string located(const std::string& section) {
  return section.empty() ? "at the top of the file, before every [section]"
                         : "in [" + section + "]";
}

error unknown_key(const place& at, const std::vector<option_name>& names) {
  std::vector<std::string> known;
  for (const auto& x : names)
    if (x.in_file)
      known.push_back(x.name);
  return error{ec::bad_request,
               at.text() + "unknown key '" + at.key + "'" + did_you_mean(at.key, known)};
}

error unknown_section(const place& at, const std::vector<option_name>& names) {
  std::vector<std::string> sections;
  std::string all;
  for (const auto& x : names) {
    if (x.section.empty()
        || std::find(sections.begin(), sections.end(), x.section) != sections.end())
      continue;
    sections.push_back(x.section);
    all += " [" + x.section + "]";
  }
  return error{ec::bad_request, at.text() + "unknown section [" + at.key + "]"
                                  + did_you_mean(at.key, sections) + "; there are" + all};
}

std::optional<std::string> scalar_text(const toml::node& node) {
  if (auto text = node.as_string())
    return text->get();
  if (auto number = node.as_integer())
    return std::to_string(number->get());
  if (auto flag = node.as_boolean())
    return flag->get() ? "true" : "false";
  return std::nullopt;
}

result<setting> read_key(const place& at, const toml::node& node,
                         const std::vector<option_name>& names) {
  auto known = std::find_if(names.begin(), names.end(), [&](auto& x) { return x.name == at.key; });
  if (known == names.end())
    return unknown_key(at, names);
  if (!known->in_file)
    return error{ec::bad_request,
                 at.text() + "'" + at.key + "' cannot be set in a file: use --" + at.key};
  if (known->section != at.section)
    return error{ec::bad_request, at.text() + "'" + at.key + "' is written "
                                    + located(known->section) + ", not " + located(at.section)};
  auto value = scalar_text(node);
  if (!value)
    return error{ec::bad_request,
                 at.text() + "'" + at.key + "' must be a text, a whole number or true or false"};
  return setting{at.key, *value, at.text() + at.key};
}

status read_table(const place& above, const toml::table& table,
                  const std::vector<option_name>& names, std::vector<setting>& settings) {
  for (const auto& [key, node] : table) {
    place at{above.file, above.section, std::string{key.str()}, key.source().begin.line};
    auto is_section = [&](auto& x) { return !x.section.empty() && x.section == at.key; };
    auto is_name = [&](auto& x) { return x.name == at.key; };
    if (const auto* inner = node.as_table();
        inner && above.section.empty() && !std::any_of(names.begin(), names.end(), is_name)) {
      if (!std::any_of(names.begin(), names.end(), is_section))
        return unknown_section(at, names);
      if (auto ok = read_table({at.file, at.key, {}, at.line}, *inner, names, settings); !ok)
        return ok;
      continue;
    }
    auto found = read_key(at, node, names);
    if (!found)
      return found.error();
    settings.push_back(std::move(*found));
  }
  return unit{};
}

} // namespace

result<std::vector<setting>> read_toml(const std::vector<option_name>& names, std::string_view text,
                                       const std::string& file) {
  try {
    auto root = toml::parse(text, file);
    std::vector<setting> settings;
    if (auto ok = read_table({file, {}, {}, 0}, root, names, settings); !ok)
      return ok.error();
    return settings;
  } catch (const toml::parse_error& what) {
    const auto at = what.source().begin;
    return error{ec::bad_request, file + ":" + std::to_string(at.line) + ":"
                                    + std::to_string(at.column)
                                    + ": not readable as TOML: " + std::string{what.description()}};
  } catch (const std::exception& what) {
    return error{ec::bad_request, file + ": not readable as TOML: " + what.what()};
  }
}

result<std::vector<setting>> read_toml_file(const std::vector<option_name>& names,
                                            const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    // An empty file is a configuration too; it fails only the second test.
    if (!in.is_open() || in.bad() || in.peek() != std::ifstream::traits_type::eof())
      return error{ec::bad_request, "configuration file '" + file + "' cannot be read"};
  return read_toml(names, text.str(), file);
}

} // namespace tutti::config
