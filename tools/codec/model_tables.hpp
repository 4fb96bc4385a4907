#pragma once

#include "tools/codec/models.hpp"

#include <span>

/// What the tables of models are made of.
namespace tutti::codec {

template <class T>
result<boost::json::value> through(const boost::json::value& x, std::string_view,
                                   const model::json_rules& rules) {
  auto read = model::from_json<T>(x, rules);
  if (!read)
    return read.error();
  return model::to_json(*read);
}

/// Ok, or what is wrong, when the value must be of one kind: its member `type` in any letter case,
/// or its only key when the kind begins with `@`.
status check_kind(const boost::json::value& x, std::string_view kind);

template <class T>
result<boost::json::value> through_kind(const boost::json::value& x, std::string_view kind,
                                        const model::json_rules& rules) {
  auto good = check_kind(x, kind);
  if (!good)
    return good.error();
  return through<T>(x, kind, rules);
}

template <class T>
constexpr model_entry entry(std::string_view name) {
  return {name, {}, &through<T>};
}

template <class T>
constexpr model_entry entry(std::string_view name, std::string_view kind) {
  return {name, kind, &through_kind<T>};
}

std::span<const model_entry> api_models();
std::span<const model_entry> definition_models();
std::span<const model_entry> run_models();

} // namespace tutti::codec
