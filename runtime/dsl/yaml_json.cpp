#include "runtime/dsl/yaml_json.hpp"

#include "runtime/dsl/scalar.hpp"
#include "runtime/model/decimals.hpp"
#include "runtime/model/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

namespace tutti::dsl {

namespace {

namespace json = boost::json;

json::value text_value(std::string_view x) {
  return json::string_view{x.data(), x.size()};
}

json::value number_value(const scalar& x) {
  const auto& text = x.number.text;
  return model::is_json_number(text) ? model::exact_number(text) : text_value(text);
}

json::value scalar_value(const node& x, const path& where, report& out) {
  auto found = resolve(x);
  switch (found.kind) {
    case scalar_kind::none:
      return nullptr;
    case scalar_kind::integer:
      return found.integer;
    case scalar_kind::boolean:
      return found.boolean;
    case scalar_kind::decimal:
      return number_value(found);
    case scalar_kind::text:
      return text_value(x.text);
    case scalar_kind::huge:
    case scalar_kind::not_finite:
      out.add(x.at, where, "found " + describe(x) + ", expected a number of at most 64 bits");
  }
  return nullptr;
}

// NOLINTNEXTLINE(misc-no-recursion): the depth of a document is limited
json::value value_of(const node& x, const path& where, report& out) {
  if (x.kind == node_kind::list) {
    json::array items;
    for (std::size_t i = 0; i < x.items.size(); ++i)
      items.push_back(value_of(x.items[i], path{where, i}, out));
    return items;
  }
  if (x.kind == node_kind::map) {
    json::object members;
    for (const auto& item : x.entries)
      if (item.named())
        members[item.key.text] = value_of(item.value, path{where, item.key.text}, out);
    return members;
  }
  return scalar_value(x, where, out);
}

} // namespace

result<json::value> yaml_to_json(std::string_view yaml) {
  report out;
  auto root = load_tree(yaml, out);
  if (!root)
    return out.to_error();
  auto x = value_of(*root, path{""}, out);
  if (!out.empty())
    return out.to_error();
  return x;
}

} // namespace tutti::dsl
