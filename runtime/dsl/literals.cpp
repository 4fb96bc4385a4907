#include "runtime/dsl/literals.hpp"

#include "runtime/model/decimals.hpp"

#include <algorithm>

namespace tutti::dsl {

namespace {

using model::param_type;
using literal = std::optional<typed_value>;

bool is_text(const node& x) {
  return x.kind == node_kind::scalar && resolve(x).kind == scalar_kind::text;
}

/// Reads the items of a list whose first item decides the type.
class list_reader {
public:
  list_reader(const node& list, const path& where, report& out)
    : list_(list),
      where_(where),
      out_(out) {}

  literal read() {
    switch (first_kind()) {
      case scalar_kind::text:
        return texts();
      case scalar_kind::integer:
        return integers();
      case scalar_kind::decimal:
        return decimals();
      case scalar_kind::boolean:
        return booleans();
      default:
        wrong(0, "a text, a number or a boolean");
        return std::nullopt;
    }
  }

private:
  scalar_kind first_kind() const {
    const auto& first = list_.items.front();
    return first.kind == node_kind::scalar ? resolve(first).kind : scalar_kind::none;
  }

  scalar item(std::size_t i) const {
    const auto& x = list_.items[i];
    // What is no scalar is of no kind that a list can have.
    return x.kind == node_kind::scalar ? resolve(x) : scalar{};
  }

  void wrong(std::size_t i, std::string_view expected) {
    const auto& x = list_.items[i];
    out_.add(x.at, path{where_, i}, "found " + describe(x) + ", expected " + std::string{expected});
    good_ = false;
  }

  template <class V>
  literal finish(param_type type, V items) const {
    if (!good_)
      return std::nullopt;
    return typed_value{type, model::value{std::move(items)}};
  }

  literal texts() {
    std::vector<std::string> items;
    for (std::size_t i = 0; i < list_.items.size(); ++i)
      if (is_text(list_.items[i]))
        items.push_back(list_.items[i].text);
      else
        wrong(i, "a text like the first item of the list");
    return finish(param_type::string_array, std::move(items));
  }

  literal integers() {
    std::vector<std::int64_t> items;
    for (std::size_t i = 0; i < list_.items.size(); ++i) {
      auto x = item(i);
      auto whole = x.kind == scalar_kind::decimal ? model::whole_part(x.number.text) : std::nullopt;
      if (x.kind == scalar_kind::integer)
        items.push_back(x.integer);
      else if (whole)
        items.push_back(*whole);
      else
        wrong(i, "an integer like the first item of the list");
    }
    return finish(param_type::long_array, model::int_seq{std::move(items)});
  }

  literal decimals() {
    std::vector<model::decimal> items;
    for (std::size_t i = 0; i < list_.items.size(); ++i) {
      auto x = item(i);
      if (x.kind == scalar_kind::decimal || x.kind == scalar_kind::integer)
        items.push_back(std::move(x.number));
      else
        wrong(i, "a number like the first item of the list");
    }
    return finish(param_type::double_array, std::move(items));
  }

  literal booleans() {
    std::vector<bool> items;
    for (std::size_t i = 0; i < list_.items.size(); ++i) {
      auto x = item(i);
      if (x.kind == scalar_kind::boolean)
        items.push_back(x.boolean);
      else
        wrong(i, "a boolean like the first item of the list");
    }
    return finish(param_type::boolean_array, std::move(items));
  }

  const node& list_;
  const path& where_;
  report& out_;
  bool good_ = true;
};

literal read_list(const node& list, const param_key& key, const path& where, report& out) {
  if (!list.items.empty())
    return list_reader{list, where, out}.read();
  auto type = key.type && is_array(*key.type) ? *key.type : param_type::string_array;
  model::value empty{std::vector<std::string>{}};
  if (type == param_type::long_array)
    empty.v = model::int_seq{};
  else if (type == param_type::double_array)
    empty.v = std::vector<model::decimal>{};
  else if (type == param_type::boolean_array)
    empty.v = std::vector<bool>{};
  return typed_value{type, std::move(empty)};
}

literal read_map(const node& map, const param_key& key, const path& where, report& out) {
  auto has_text = [](const entry& x) { return is_text(x.value); };
  auto only_texts = !map.entries.empty()
                    && std::all_of(map.entries.begin(), map.entries.end(), has_text);
  if (only_texts && key.type != param_type::map) {
    indexed_map<std::string> items;
    for (const auto& item : map.entries)
      if (item.named())
        items.set(item.key.text, item.value.text);
    return typed_value{param_type::string_map, model::value{std::move(items).take()}};
  }
  param_collector params{out};
  params.add_all(map, where);
  return typed_value{param_type::map, model::value{std::move(params).take()}};
}

literal read_scalar(const entry& item, const path& where, report& out) {
  auto x = resolve(item.value);
  switch (x.kind) {
    case scalar_kind::text:
      return typed_value{param_type::text, model::value{item.value.text}};
    case scalar_kind::integer:
      return typed_value{param_type::integer, model::value{x.integer}};
    case scalar_kind::decimal:
      return typed_value{param_type::decimal, model::value{std::move(x.number)}};
    case scalar_kind::boolean:
      return typed_value{param_type::boolean, model::value{x.boolean}};
    case scalar_kind::none:
      out.add(item.at(), where, "found nothing, expected a value");
      return std::nullopt;
    default:
      out.add(item.at(), where,
              "found " + describe(item.value)
                + ", expected a value; put it in quotes if it is a text");
      return std::nullopt;
  }
}

std::string mismatch(const entry& item, const param_key& key, param_type implied) {
  std::string out = "Type mismatch for param [" + shortened(key.name) + "]: specified type ["
                    + std::string{to_string(*key.type)} + "] does not match implied type ["
                    + std::string{to_string(implied)} + "] of " + describe(item.value);
  if (key.type == param_type::decimal && implied == param_type::integer)
    return out + "; write it with a point, such as 1.0";
  if (key.type == param_type::double_array && implied == param_type::long_array)
    return out + "; write the first item with a point, such as 1.0";
  if (implied == param_type::text && item.value.text.find("${") == std::string::npos)
    return out + "; if it is an expression, begin the key with !";
  return out;
}

} // namespace

std::optional<typed_value> read_literal(const entry& item, const param_key& key, const path& where,
                                        report& out) {
  literal found;
  if (item.value.kind == node_kind::list)
    found = read_list(item.value, key, where, out);
  else if (item.value.kind == node_kind::map)
    found = read_map(item.value, key, where, out);
  else
    found = read_scalar(item, where, out);
  if (found && key.type && *key.type != found->type) {
    out.add(item.at(), where, mismatch(item, key, found->type));
    return std::nullopt;
  }
  return found;
}

} // namespace tutti::dsl
