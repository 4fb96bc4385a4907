#include "config/load/manual.hpp"

#include <cstdio>

namespace tutti::config {

namespace {

std::string placeholder(kind what) {
  switch (what) {
    case kind::integer:
      return " N";
    case kind::bytes:
      return " SIZE";
    case kind::duration:
      return " TIME";
    case kind::text:
      return " WORD";
    case kind::boolean:
      return "";
    case kind::endpoint:
      return " HOST:PORT";
    case kind::path:
      return " PATH";
  }
  return "";
}

bool bare_in_toml(kind what) {
  return what == kind::integer || what == kind::boolean;
}

std::string title(const std::string& section) {
  return section.empty() ? "Options:" : "Options, [" + section + "] in the file:";
}

} // namespace

std::string manual(const std::vector<printed_option>& options) {
  std::string page;
  const std::string* section = nullptr;
  for (const auto& x : options) {
    if (!section || *section != x.section)
      page += (section ? "\n" : "") + title(x.section) + "\n";
    section = &x.section;
    page += "  --" + x.name + placeholder(x.what) + "\n";
    page += "      " + x.help + "\n";
    page += "      Allowed: " + x.allowed + ". Default: " + (x.value.empty() ? "none" : x.value)
            + ". Variable: " + variable_name(x.name) + ".\n";
  }
  return page;
}

std::string config_file(const std::vector<printed_option>& options) {
  std::string file;
  std::string section;
  for (const auto& x : options) {
    if (!x.in_file)
      continue;
    if (!file.empty())
      file += "\n";
    if (section != x.section)
      file += "[" + x.section + "]\n\n";
    section = x.section;
    file += "# " + x.help + "\n# Allowed: " + x.allowed + ". Flag --" + x.name + ", variable "
            + variable_name(x.name) + ".\n";
    file += x.name + " = " + (bare_in_toml(x.what) ? x.value : quoted(x.value)) + "\n";
  }
  return file;
}

std::string quoted(std::string_view text) {
  std::string result{"\""};
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned>(c));
      result += escape;
    } else {
      result += c;
    }
  }
  return result + "\"";
}

} // namespace tutti::config
