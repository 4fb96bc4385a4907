#include "runtime/model/decimals.hpp"
#include "runtime/model/json_codec.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

namespace tutti::model {

namespace {

std::string_view trimmed(std::string_view x) {
  constexpr std::string_view blanks = " \t\r\n";
  auto first = x.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return x.substr(first, x.find_last_not_of(blanks) - first + 1);
}

std::optional<std::int64_t> integer_in(std::string_view text) {
  if (text.starts_with('+'))
    text.remove_prefix(1);
  std::int64_t x = 0;
  auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (why != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return x;
}

std::optional<bool> boolean_in(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE")
    return true;
  if (text == "false" || text == "False" || text == "FALSE")
    return false;
  return std::nullopt;
}

std::string_view view(const json::string& x) {
  return {x.data(), x.size()};
}

} // namespace

std::string json_place::path() const {
  auto out = parent_ ? parent_->path() : std::string{};
  if (in_list_)
    return out + "[" + std::to_string(index_) + "]";
  if (!out.empty() && !name_.empty())
    out += '.';
  return out.append(name_);
}

std::string brief(const json::value& x) {
  constexpr std::size_t size_max = 60;
  if (x.is_object())
    return "an object";
  if (x.is_array())
    return "a list";
  auto text = to_text(x);
  if (text.size() <= size_max)
    return text;
  auto end = size_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return text.substr(0, end) + "…";
}

bool json_reader::refuse(const json_place& at, std::string why) {
  if (!failure) {
    auto path = at.path();
    failure = error{ec::bad_request, (path.empty() ? "" : path + ": ") + std::move(why)};
  }
  return false;
}

bool json_reader::expected(const json_place& at, std::string_view what, const json::value& found) {
  return refuse(at, "expected " + std::string{what} + ", found " + brief(found));
}

bool json_reader::unknown(const json_place& at, const std::vector<std::string_view>& allowed) {
  if (rules.skip_unknown)
    return true;
  std::string why = "unknown member, expected one of ";
  for (std::size_t i = 0; i < allowed.size(); ++i)
    (why += i == 0 ? "" : ", ") += allowed[i];
  return refuse(at, std::move(why));
}

std::optional<std::string_view> plain_text(const json::value& x) {
  const auto* text = x.if_string();
  if (!text || !exact_digits(x).empty())
    return std::nullopt;
  return view(*text);
}

std::optional<std::string> number_text(const json::value& x) {
  if (auto digits = exact_digits(x); !digits.empty())
    return std::string{digits};
  if (const auto* i = x.if_int64())
    return std::to_string(*i);
  if (const auto* u = x.if_uint64())
    return std::to_string(*u);
  if (const auto* d = x.if_double())
    return double_text(*d);
  return std::nullopt;
}

bool is_absent(const json::value& x, bool number) {
  if (x.is_null())
    return true;
  auto text = number ? plain_text(x) : std::nullopt;
  return text && trimmed(*text).empty();
}

void keep_extra(ordered_map<std::string>& extras, std::string_view name, const json::value& x) {
  if (!x.is_null())
    extras.set(std::string{name}, to_text(x));
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, bool& out) {
  out = false;
  if (is_absent(x, true))
    return true;
  if (const auto* flag = x.if_bool())
    out = *flag;
  else if (const auto* i = x.if_int64())
    out = *i != 0;
  else {
    auto text = plain_text(x);
    auto found = text ? boolean_in(trimmed(*text)) : std::nullopt;
    if (!found)
      return in.expected(at, "true or false", x);
    out = *found;
  }
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, std::int64_t& out) {
  out = 0;
  if (is_absent(x, true))
    return true;
  if (const auto* i = x.if_int64()) {
    out = *i;
    return true;
  }
  std::optional<std::int64_t> found;
  if (auto number = number_text(x)) {
    found = whole_part(*number);
    if (!found)
      return in.expected(at, "a number of at most 64 bits", x);
  } else if (auto text = plain_text(x))
    found = integer_in(trimmed(*text));
  if (!found)
    return in.expected(at, "a whole number", x);
  out = *found;
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, std::int32_t& out) {
  std::int64_t wide = 0;
  if (!read_json(in, at, x, wide))
    return false;
  if (wide < std::numeric_limits<std::int32_t>::min()
      || wide > std::numeric_limits<std::int32_t>::max())
    return in.expected(at, "a number of at most 32 bits", x);
  out = static_cast<std::int32_t>(wide);
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, double& out) {
  out = 0;
  if (is_absent(x, true))
    return true;
  auto number = number_text(x);
  if (!number) {
    auto text = plain_text(x);
    if (!text)
      return in.expected(at, "a number", x);
    number = std::string{trimmed(*text)};
    auto special = *number == "NaN" || *number == "Infinity" || *number == "-Infinity";
    if (!special && !parse_decimal(*number))
      return in.expected(at, "a number", x);
  }
  out = std::strtod(number->c_str(), nullptr);
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, std::string& out) {
  out.clear();
  if (x.is_null())
    return true;
  if (auto text = plain_text(x))
    out = *text;
  else if (auto number = number_text(x))
    out = *number;
  else if (const auto* flag = x.if_bool())
    out = *flag ? "true" : "false";
  else
    return in.expected(at, "a text", x);
  return true;
}

bool read_json(json_reader&, const json_place&, const json::value& x, raw_json& out) {
  out.text = to_text(x);
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, parsable_long& out) {
  if (auto text = plain_text(x)) {
    out.v = std::string{*text};
    return true;
  }
  auto number = number_text(x);
  if (!number)
    return in.expected(at, "a number or text", x);
  auto whole = whole_part(*number);
  if (!whole || *whole < 0)
    return in.expected(at, "a number that is not negative and has at most 64 bits", x);
  out.v = *whole;
  return true;
}

json::value write_json(bool x) {
  return x;
}

json::value write_json(std::int32_t x) {
  return x;
}

json::value write_json(std::int64_t x) {
  return x;
}

json::value write_json(double x) {
  return x;
}

json::value write_json(const std::string& x) {
  return json::string_view{x.data(), x.size()};
}

json::value write_json(const raw_json& x) {
  // The text was written by `to_text`; null stands for a text that was damaged since.
  auto parsed = parse_text(x.text);
  return parsed ? std::move(parsed).value() : json::value{};
}

json::value write_json(const parsable_long& x) {
  if (const auto* number = std::get_if<std::int64_t>(&x.v))
    return *number;
  return write_json(std::get<std::string>(x.v));
}

void append_json(std::string& out, const parsable_long& x) {
  if (const auto* number = std::get_if<std::int64_t>(&x.v))
    append_json(out, *number);
  else
    append_json(out, std::get<std::string>(x.v));
}

void write_extras(json::object& out, const ordered_map<std::string>& extras) {
  for (const auto& [name, text] : extras)
    if (!out.contains(name))
      out[name] = write_json(raw_json{text});
}

} // namespace tutti::model
