#include "runtime/params/json_size.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/model/decimals.hpp"

#include <string_view>

namespace tutti::params {

namespace {

/// A kind, a count and two numbers.
constexpr std::size_t compact_range_size = 32;

std::size_t size_of(std::int64_t x) {
  std::size_t n = x < 0 ? 2 : 1;
  for (x /= 10; x != 0; x /= 10)
    ++n;
  return n;
}

std::size_t size_of(bool x) {
  return x ? 4 : 5;
}

std::size_t size_of(double x) {
  return model::double_text(x).size();
}

std::size_t size_of(const model::decimal& x) {
  return x.text.size();
}

/// With the quotes.
std::size_t size_of(std::string_view text) {
  std::size_t n = 2;
  for (auto c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte == '"' || byte == '\\' || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\b'
        || byte == '\f')
      n += 2;
    else if (byte < 0x20)
      n += 6;
    else if (byte >= 0xF0)
      n += 2; // A surrogate pair.
    else if ((byte & 0xC0) != 0x80)
      n += 1; // The other bytes of a character count nothing.
  }
  return n;
}

std::size_t size_of(const std::string& text) {
  return size_of(std::string_view{text});
}

/// Brackets and commas.
std::size_t frame(std::size_t count) {
  return 2 + (count > 0 ? count - 1 : 0);
}

std::size_t size_of(const model::int_seq& x) {
  if (x.compact())
    return compact_range_size;
  auto n = frame(x.size());
  for (std::uint64_t i = 0; i < x.size(); ++i)
    n += size_of(x[i]);
  return n;
}

std::size_t size_of(const model::tag& x);

template <class T>
std::size_t size_of(const std::vector<T>& items) {
  auto n = frame(items.size());
  for (const auto& x : items)
    n += size_of(static_cast<const T&>(x));
  return n;
}

std::size_t size_of(const model::value& x) {
  return json_size(x);
}

std::size_t size_of(const model::param& x);

template <class T>
std::size_t size_of(const ordered_map<T>& items) {
  auto n = frame(items.size());
  for (const auto& [key, item] : items)
    n += size_of(key) + 1 + size_of(item);
  return n;
}

/// `"name":` and a comma.
constexpr std::size_t key_size(std::string_view name) {
  return name.size() + 4;
}

std::size_t size_of(const model::tag& x) {
  auto n = key_size("name") + size_of(x.name) + frame(0);
  if (x.name_space)
    n += key_size("namespace") + size_of(*x.name_space);
  if (x.permit)
    n += key_size("permit") + size_of(*x.permit);
  for (const auto& [key, text] : x.attributes)
    n += key_size(key) + text.size();
  return n;
}

std::size_t size_of(const model::param& x) {
  auto n = frame(0) - 1; // There is a comma less than members.
  auto member = [&](std::string_view name, std::size_t size) { n += key_size(name) + size; };
  if (x.literal)
    member("value", size_of(*x.literal));
  if (x.expression)
    member("expression", size_of(*x.expression));
  member("type", size_of(model::to_string(x.type)));
  if (x.validator)
    member("validator", size_of(*x.validator));
  if (x.tags)
    member("tags", size_of(*x.tags));
  if (x.mode)
    member("mode", size_of(model::to_string(*x.mode)));
  if (x.evaluated_result)
    member("evaluated_result", size_of(*x.evaluated_result));
  if (x.evaluated_time)
    member("evaluated_time", size_of(*x.evaluated_time));
  if (x.internal_mode)
    member("internal_mode", size_of(model::to_string(*x.internal_mode)));
  if (x.source)
    member("source", size_of(model::to_string(*x.source)));
  for (const auto& [key, text] : x.meta)
    member(key, text.size());
  return n;
}

} // namespace

std::size_t json_size(const model::param_map& x) {
  return size_of(x);
}

std::size_t json_size(const model::value& x) {
  return std::visit(overload{[](std::monostate) { return std::size_t{4}; },
                             [](const auto& item) { return size_of(item); }},
                    x.v);
}

} // namespace tutti::params
