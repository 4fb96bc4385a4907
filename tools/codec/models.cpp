#include "tools/codec/models.hpp"

#include "runtime/model/enum_text.hpp"
#include "tools/codec/model_tables.hpp"

#include <boost/json/object.hpp>

#include <array>

namespace tutti::codec {

namespace {

std::array<std::span<const model_entry>, 3> tables() {
  return {definition_models(), run_models(), api_models()};
}

std::string_view text_of(const boost::json::value& x) {
  const auto* text = x.if_string();
  return text ? std::string_view{text->data(), text->size()} : std::string_view{};
}

} // namespace

status check_kind(const boost::json::value& x, std::string_view kind) {
  const auto* members = x.if_object();
  if (!members)
    return error{ec::bad_request, "expected an object"};
  auto by_key = kind.starts_with('@');
  auto wanted = by_key ? kind.substr(1) : kind;
  std::string_view found;
  if (by_key && members->size() == 1)
    found = std::string_view{members->begin()->key().data(), members->begin()->key().size()};
  else if (const auto* type = by_key ? nullptr : members->if_contains("type"))
    found = text_of(*type);
  else if (kind == "DEFAULT")
    found = kind;
  if (model::equal_any_case(found, wanted))
    return unit{};
  return error{ec::bad_request, std::string{by_key ? "expected one key " : "type: expected "}
                                  + std::string{wanted} + ", found \"" + std::string{found} + "\""};
}

const model_entry* find_model(std::string_view name) {
  for (auto table : tables())
    for (const auto& x : table)
      if (x.name == name)
        return &x;
  return nullptr;
}

std::vector<std::string_view> model_names() {
  std::vector<std::string_view> out;
  for (auto table : tables())
    for (const auto& x : table)
      out.push_back(x.name);
  return out;
}

} // namespace tutti::codec
