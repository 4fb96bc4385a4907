#include "tools/ctl/json_view.hpp"

#include <cstdio>

namespace tutti::ctl {

namespace json = boost::json;

namespace {

void append(std::string& page, const json_value& value, std::size_t depth);

template <class Items, class Write>
void append_items(std::string& page, const Items& items, std::size_t depth, char open, char close,
                  Write write) {
  page += open;
  bool first = true;
  for (const auto& x : items) {
    page += (first ? "\n" : ",\n") + std::string(2 * (depth + 1), ' ');
    first = false;
    write(x);
  }
  if (!first)
    page += "\n" + std::string(2 * depth, ' ');
  page += close;
}

void append(std::string& page, const json_value& value, std::size_t depth) {
  if (const auto* object = value.if_object())
    append_items(page, *object, depth, '{', '}', [&](const json::key_value_pair& x) {
      page += json::serialize(json::string_view{x.key()}) + ": ";
      append(page, x.value(), depth + 1);
    });
  else if (const auto* array = value.if_array())
    append_items(page, *array, depth, '[', ']',
                 [&](const json_value& x) { append(page, x, depth + 1); });
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
  if (const auto* number = value.if_double()) {
    // JSON's own form, 1.5E0, is no pleasure to read.
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.6g", *number);
    return digits;
  }
  return value.is_null() ? std::string{} : json::serialize(value);
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
  append(page, value, 0);
  return page + "\n";
}

} // namespace tutti::ctl
