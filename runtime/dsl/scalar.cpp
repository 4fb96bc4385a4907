#include "runtime/dsl/scalar.hpp"

#include "runtime/model/decimals.hpp"
#include "runtime/model/enum_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tutti::dsl {

namespace {

using word = std::string_view;

/// In lower case, Capitalised or in UPPER CASE. @pre `lower` is in lower case
bool is_word(word text, word lower) {
  if (!model::equal_any_case(text, lower))
    return false;
  auto letters = text.substr(text.starts_with('.') ? 1 : 0);
  auto up = [](char c) { return c >= 'A' && c <= 'Z'; };
  auto ups = static_cast<std::size_t>(std::count_if(letters.begin(), letters.end(), up));
  return ups == 0 || ups == letters.size() || (ups == 1 && up(letters.front()));
}

template <std::size_t N>
bool is_one_of(word text, const std::array<word, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](word x) { return is_word(text, x); });
}

constexpr std::array yes_words{word{"yes"}, word{"on"}, word{"true"}};
constexpr std::array no_words{word{"no"}, word{"off"}, word{"false"}};
constexpr std::array infinite_words{word{".inf"}, word{".nan"}};

word unsigned_part(word text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+'))
    text.remove_prefix(1);
  return text;
}

std::string without_underscores(word text) {
  std::string out{text};
  std::erase(out, '_');
  return out;
}

/// The base of a text that has the form of an integer, or 0.
int integer_base(word text) {
  auto only = [](word digits, word allowed) {
    return digits.find_first_not_of(allowed) == word::npos
           && digits.find_first_not_of('_') != word::npos;
  };
  auto x = unsigned_part(text);
  if (x.starts_with("0x"))
    return only(x.substr(2), "0123456789abcdefABCDEF_") ? 16 : 0;
  if (x.starts_with("0b"))
    return only(x.substr(2), "01_") ? 2 : 0;
  if (x.empty() || x.front() < '0' || x.front() > '9')
    return 0;
  if (x.size() > 1 && x.front() == '0')
    return only(x.substr(1), "01234567_") ? 8 : 0;
  return only(x, "0123456789_") ? 10 : 0;
}

scalar read_integer(word text, int base) {
  auto digits = without_underscores(unsigned_part(text));
  if (base == 16 || base == 2)
    digits.erase(0, 2);
  if (text.front() == '-')
    digits.insert(0, "-");
  scalar out{scalar_kind::integer};
  auto [end, why] = std::from_chars(digits.data(), digits.data() + digits.size(), out.integer,
                                    base);
  if (why != std::errc{} || end != digits.data() + digits.size())
    out.kind = scalar_kind::huge;
  out.number.text = std::to_string(out.integer);
  return out;
}

std::size_t skip(word text, std::size_t at, word allowed) {
  return std::min(text.find_first_not_of(allowed, at), text.size());
}

/// `1.5`, `1.`, `.5`, `1e3`, `1_000.25e-3`
bool has_decimal_form(word text) {
  auto x = unsigned_part(text);
  if (x.empty() || x.front() == '_')
    return false;
  auto at = skip(x, 0, "0123456789_");
  auto has_digits = at > 0;
  auto marked = false;
  if (at < x.size() && x[at] == '.') {
    auto fraction_end = skip(x, at + 1, "0123456789_");
    has_digits = has_digits || (fraction_end > at + 1 && x[at + 1] != '_');
    marked = true;
    at = fraction_end;
  }
  if (at < x.size() && (x[at] == 'e' || x[at] == 'E')) {
    ++at;
    if (at < x.size() && (x[at] == '+' || x[at] == '-'))
      ++at;
    auto exponent_end = skip(x, at, "0123456789");
    if (exponent_end == at)
      return false;
    marked = true;
    at = exponent_end;
  }
  return has_digits && marked && at == x.size();
}

scalar read_decimal(word text) {
  auto number = model::parse_decimal(without_underscores(text));
  if (!number)
    return {scalar_kind::not_finite};
  if (!std::isfinite(model::to_double(*number)))
    return {scalar_kind::not_finite};
  scalar out{scalar_kind::decimal};
  out.number = std::move(*number);
  return out;
}

} // namespace

scalar resolve(std::string_view plain) {
  if (plain.empty() || plain == "~" || is_word(plain, "null"))
    return {};
  scalar out{scalar_kind::boolean};
  out.boolean = is_one_of(plain, yes_words);
  if (out.boolean || is_one_of(plain, no_words))
    return out;
  if (auto base = integer_base(plain))
    return read_integer(plain, base);
  if (has_decimal_form(plain))
    return read_decimal(plain);
  if (is_one_of(unsigned_part(plain), infinite_words) || plain == ".NaN")
    return {scalar_kind::not_finite};
  return {scalar_kind::text};
}

scalar resolve(const node& x) {
  if (x.kind == node_kind::null)
    return {};
  return x.literal_text ? scalar{scalar_kind::text} : resolve(x.text);
}

std::string plain_text(const node& x) {
  auto value = resolve(x);
  if (value.kind == scalar_kind::integer)
    return std::to_string(value.integer);
  if (value.kind == scalar_kind::boolean)
    return value.boolean ? "true" : "false";
  return value.kind == scalar_kind::decimal ? without_underscores(x.text) : x.text;
}

std::string describe(const node& x) {
  if (x.kind == node_kind::list)
    return "a list";
  if (x.kind == node_kind::map)
    return "a map";
  switch (resolve(x).kind) {
    case scalar_kind::none:
      return "nothing";
    case scalar_kind::text:
      return "text " + quoted(x.text) + (x.alias ? " (an alias is read as its name)" : "");
    case scalar_kind::integer:
      return "integer " + shortened(x.text);
    case scalar_kind::decimal:
      return "number " + shortened(x.text);
    case scalar_kind::boolean:
      return "boolean " + x.text;
    case scalar_kind::huge:
      return "an integer of more than 64 bits";
    case scalar_kind::not_finite:
      return "a number that is not finite, " + quoted(x.text);
  }
  return "something";
}

void member_reader::wrong(std::string_view expected) const {
  out_.add(item_.at(), where_,
           "found " + describe(item_.value) + ", expected " + std::string{expected});
}

bool member_reader::is(node_kind kind, std::string_view expected) const {
  if (item_.value.kind == kind)
    return true;
  if (item_.value.kind != node_kind::null)
    wrong(expected);
  return false;
}

std::optional<std::string> member_reader::text() const {
  if (!is(node_kind::scalar, "a text"))
    return std::nullopt;
  return item_.value.text;
}

std::optional<std::string> member_reader::number_text() const {
  if (!is(node_kind::scalar, "a text or number"))
    return std::nullopt;
  return plain_text(item_.value);
}

std::optional<std::string> member_reader::strict_text() const {
  if (!is(node_kind::scalar, "a text"))
    return std::nullopt;
  if (resolve(item_.value).kind == scalar_kind::text)
    return item_.value.text;
  wrong("a text; put it in quotes");
  return std::nullopt;
}

std::optional<std::int64_t> member_reader::integer() const {
  if (!is(node_kind::scalar, "an integer"))
    return std::nullopt;
  auto value = item_.value.literal_text ? resolve(item_.value.text) : resolve(item_.value);
  if (value.kind == scalar_kind::integer)
    return value.integer;
  wrong("an integer");
  return std::nullopt;
}

std::optional<bool> member_reader::boolean() const {
  if (!is(node_kind::scalar, "true or false"))
    return std::nullopt;
  auto value = item_.value.literal_text ? resolve(item_.value.text) : resolve(item_.value);
  if (value.kind == scalar_kind::boolean)
    return value.boolean;
  wrong("true or false");
  return std::nullopt;
}

void member_reader::wrong_word(std::string_view given,
                               std::span<const std::string_view> known) const {
  out_.add(item_.at(), where_,
           "found " + describe(item_.value) + ", expected one of " + listed(known)
             + hint_for(given, known));
}

} // namespace tutti::dsl
