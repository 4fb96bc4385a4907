#include "tools/ctl/json_view.hpp"

#include <charconv>
#include <cmath>

namespace tutti::ctl {

namespace json = boost::json;

namespace {

/// Where items stand: each on a line of its own, or all on one line.
enum class form : bool {
  lines,
  one_line
};

void append(std::string& page, const json_value& value, std::size_t depth, form how);

template <class Items, class Write>
void append_items(std::string& page, const Items& items, std::size_t depth, form how, char open,
                  char close, Write write) {
  auto new_line = [&](std::size_t deep) {
    if (how == form::lines)
      page += "\n" + std::string(2 * deep, ' ');
  };
  page += open;
  bool first = true;
  for (const auto& x : items) {
    page += first ? "" : ",";
    new_line(depth + 1);
    first = false;
    write(x);
  }
  if (!first)
    new_line(depth);
  page += close;
}

void append(std::string& page, const json_value& value, std::size_t depth, form how) {
  if (const auto* object = value.if_object())
    append_items(page, *object, depth, how, '{', '}', [&](const json::key_value_pair& x) {
      page += json::serialize(json::string_view{x.key()}) + (how == form::lines ? ": " : ":");
      append(page, x.value(), depth + 1, how);
    });
  else if (const auto* array = value.if_array())
    append_items(page, *array, depth, how, '[', ']',
                 [&](const json_value& x) { append(page, x, depth + 1, how); });
  else if (const auto* number = value.if_double())
    page += decimal_text(*number);
  else
    page += json::serialize(value);
}

} // namespace

result<json_value> read_json(std::string_view text) {
  try {
    boost::system::error_code why;
    auto value = json::parse(json::string_view{text.data(), text.size()}, why);
    if (why)
      return error{ec::bad_request, "not readable as JSON: " + why.message()};
    return value;
  } catch (const std::exception& what) {
    return error{ec::bad_request, std::string{"not readable as JSON: "} + what.what()};
  }
}

const json_value& member(const json_value& object, std::string_view name) {
  static const json_value nothing;
  const auto* members = object.if_object();
  const auto* found = members ? members->if_contains({name.data(), name.size()}) : nullptr;
  return found ? *found : nothing;
}

std::string text_of(const json_value& object, std::string_view name) {
  const auto& value = member(object, name);
  if (const auto* text = value.if_string())
    return {text->data(), text->size()};
  return value.is_null() ? std::string{} : compact(value);
}

std::int64_t number_of(const json_value& object, std::string_view name) {
  const auto& value = member(object, name);
  if (const auto* number = value.if_int64())
    return *number;
  if (const auto* number = value.if_uint64())
    return *number > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(*number);
  if (const auto* number = value.if_double())
    return *number > -9e18 && *number < 9e18 ? static_cast<std::int64_t>(*number) : 0;
  return 0;
}

const json::array& elements_of(const json_value& object, std::string_view name) {
  static const json::array none;
  const auto* array = member(object, name).if_array();
  return array ? *array : none;
}

const json::object& object_of(const json_value& object, std::string_view name) {
  static const json::object none;
  const auto* found = member(object, name).if_object();
  return found ? *found : none;
}

std::string pretty(const json_value& value) {
  std::string page;
  append(page, value, 0, form::lines);
  return page + "\n";
}

std::string indented(std::string_view compact_json) {
  std::string out;
  std::size_t depth = 0;
  const auto new_line = [&] { (out += '\n').append(2 * depth, ' '); };
  for (std::size_t i = 0; i < compact_json.size(); ++i) {
    const auto c = compact_json[i];
    if (c == '"') {
      auto end = i + 1;
      while (end < compact_json.size() && compact_json[end] != '"')
        end += compact_json[end] == '\\' ? 2 : 1;
      out += compact_json.substr(i, end + 1 - i);
      i = end;
    } else if (const auto pair = compact_json.substr(i, 2); pair == "{}" || pair == "[]") {
      out += pair;
      ++i;
    } else if (c == '{' || c == '[') {
      out += c;
      ++depth;
      new_line();
    } else if (c == '}' || c == ']') {
      --depth;
      new_line();
      out += c;
    } else {
      out += c;
      if (c == ',')
        new_line();
      else if (c == ':')
        out += ' ';
    }
  }
  return out + '\n';
}

std::string compact(const json_value& value) {
  std::string line;
  append(line, value, 0, form::one_line);
  return line;
}

std::string decimal_text(double x) {
  if (!std::isfinite(x))
    return "null";
  // Beyond these a reader prefers an exponent to a row of zeros.
  constexpr double least = 1e-7;
  constexpr double most = 1e15;
  const auto size = std::fabs(x);
  const bool plain = size == 0 || (size >= least && size < most);
  char digits[64];
  const auto [end, failure] = std::to_chars(digits, digits + sizeof digits, x,
                                            plain ? std::chars_format::fixed
                                                  : std::chars_format::scientific);
  std::string text{digits, failure == std::errc{} ? end : digits};
  if (plain && text.find('.') == std::string::npos)
    text += ".0";
  return text;
}

} // namespace tutti::ctl
