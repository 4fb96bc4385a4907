#include "runtime/dsl/schema.hpp"

#include "runtime/dsl/keys.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace tutti::dsl {

namespace {

namespace json = boost::json;
using word = std::string_view;

json::string text(word x) {
  return json::string{json::string_view{x.data(), x.size()}};
}

json::array texts(word_list words) {
  json::array out;
  for (auto x : words)
    out.push_back(text(x));
  return out;
}

json::object type(std::initializer_list<word> names) {
  json::array all;
  for (auto x : names)
    all.push_back(text(x));
  return {{"type", std::move(all)}};
}

json::object ref(word name) {
  return {{"$ref", text("#/definitions/" + std::string{name})}};
}

/// A pattern that takes the words in any letter case: JSON Schema knows no other way.
std::string any_case(word_list words) {
  std::string out;
  for (auto x : words) {
    out += out.empty() ? "(" : "|";
    for (auto c : x) {
      const auto low = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      if (low >= 'a' && low <= 'z')
        ((((out += '[') += low) += static_cast<char>(low - 32)) += ']');
      else
        out += c;
    }
  }
  return out + ")";
}

/// One of the words: as they are, so that editors offer them, or in another letter case.
json::object one_of(word_list words) {
  return {{"anyOf", json::array{json::object{{"enum", texts(words)}},
                                json::object{{"type", "string"},
                                             {"pattern", text("^" + any_case(words) + "$")}},
                                json::object{{"type", "null"}}}}};
}

json::object scalar() {
  return type({"string", "number", "boolean", "null"});
}

json::object map_of(json::value item) {
  return {{"type", json::array{"object", "null"}}, {"additionalProperties", std::move(item)}};
}

json::object list_of(json::value item) {
  return {{"type", json::array{"array", "null"}}, {"items", std::move(item)}};
}

json::object form_of(const key_decl& x) {
  switch (x.form) {
    case value_form::text:
    case value_form::number_text: {
      auto out = scalar();
      if (!x.words.empty()) // Others are allowed, these are to be offered.
        out = {{"anyOf", json::array{json::object{{"enum", texts(x.words)}}, std::move(out)}}};
      return out;
    }
    case value_form::strict_text:
      return type({"string", "null"});
    case value_form::integer:
      return type({"integer", "null"});
    case value_form::boolean:
      return type({"boolean", "null"});
    case value_form::word:
      return one_of(x.words);
    case value_form::tags: {
      auto out = list_of(type({"string", "number", "boolean"}));
      out["uniqueItems"] = true;
      return out;
    }
    case value_form::params:
      return {{"anyOf", json::array{ref("params"), json::object{{"type", "null"}}}}};
    case value_form::ranges:
      return map_of(ref("range"));
    case value_form::transitions:
      return ref("transitions");
    case value_form::jobs:
      return list_of(ref("jobItem"));
    case value_form::dag:
      return {{"anyOf", json::array{one_of(x.words), map_of(ref("transitions"))}}};
  }
  return {};
}

void add_properties(json::object& to, std::span<const key_decl> keys) {
  for (const auto& x : keys) {
    auto form = form_of(x);
    form["description"] = text(x.help);
    to[json::string_view{x.name.data(), x.name.size()}] = std::move(form);
  }
}

/// Asks for a key with a value.
json::object present(word name) {
  const json::object value{{"not", json::object{{"type", "null"}}}};
  return {{"required", json::array{text(name)}},
          {"properties", json::object{{json::string_view{name.data(), name.size()}, value}}}};
}

/// `allOf` entries that ask for a key or another name of it.
void add_required(json::array& to, std::span<const key_decl> keys) {
  for (const auto& x : keys) {
    if (!x.required)
      continue;
    json::array names;
    names.push_back(present(x.name));
    for (const auto& other : keys)
      if (other.same_as == x.name)
        names.push_back(present(other.name));
    to.push_back(json::object{{"anyOf", std::move(names)}});
  }
}

json::object param_rules() {
  return {{"type", "object"},
          {"propertyNames", ref("paramKey")},
          {"patternProperties", json::object{{"^!", ref("expression")}}},
          {"additionalProperties", ref("literal")}};
}

/// A map with keys of the tables; all others are params.
json::object object_with(word help, std::span<const key_decl> some,
                         std::span<const key_decl> more = {}) {
  auto out = param_rules();
  out["description"] = text(help);
  json::object properties;
  json::array required;
  for (auto keys : {some, more}) {
    add_properties(properties, keys);
    add_required(required, keys);
  }
  out["properties"] = std::move(properties);
  out["allOf"] = std::move(required);
  return out;
}

/// `["!"] name ["<" type ">"] ["(" mode ")"]`
std::string key_pattern() {
  return R"(^!?[^!<>()\s]+(\s*<\s*)" + any_case(param_type_words) + R"(\s*>)?(\s*\(\s*)"
         + any_case(param_mode_words) + R"(\s*\))?$)";
}

json::object range() {
  json::object properties;
  add_properties(properties, range_keys());
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", false}};
}

json::object job_item() {
  json::object properties;
  json::object patterns;
  for (const auto& x : job_kinds) {
    properties[json::string_view{x.name.data(), x.name.size()}] = ref(x.name);
    patterns["^" + any_case(std::array{x.name}) + "$"] = ref(x.name);
  }
  return {{"type", "object"},
          {"description", "A job: one key, its kind"},
          {"minProperties", 1},
          {"maxProperties", 1},
          {"properties", std::move(properties)},
          {"patternProperties", std::move(patterns)},
          {"additionalProperties", false}};
}

json::object literal() {
  const auto list = [](json::object item) {
    return json::object{{"type", "array"}, {"items", std::move(item)}};
  };
  return {{"anyOf", json::array{type({"string", "number", "boolean"}), list(type({"string"})),
                                list(type({"number"})), list(type({"boolean"})), ref("params"),
                                // A map of texts, whose keys may be anything.
                                json::object{{"type", "object"},
                                             {"additionalProperties", type({"string"})}}}}};
}

json::object expression() {
  return {{"description", "Text of an expression"},
          {"anyOf", json::array{type({"string", "number", "boolean"}),
                                json::object{{"type", "array"}, {"items", ref("expression")}}}}};
}

json::object definitions() {
  json::object out;
  out["workflow"] = object_with("A workflow", workflow_keys());
  for (const auto& x : job_kinds)
    out[json::string_view{x.name.data(), x.name.size()}] = object_with(x.help, job_keys(),
                                                                       keys_of(x.kind));
  out["jobItem"] = job_item();
  auto transitions = list_of(type({"string", "number", "boolean", "null"}));
  transitions["description"]
    = "Ids of jobs, IF condition THEN id, and at the end maybe OTHERWISE id";
  out["transitions"] = std::move(transitions);
  out["range"] = range();
  out["params"] = param_rules();
  out["paramKey"] = {{"type", "string"}, {"pattern", text(key_pattern())}};
  out["literal"] = literal();
  out["expression"] = expression();
  return out;
}

} // namespace

json::value json_schema() {
  json::object properties;
  json::array one;
  for (auto x : root_words) {
    properties[json::string_view{x.data(), x.size()}] = ref("workflow");
    one.push_back(json::object{{"required", json::array{text(x)}}});
  }
  return json::object{{"$schema", "http://json-schema.org/draft-07/schema#"},
                      {"title", "Tutti workflow"},
                      {"type", "object"},
                      {"properties", std::move(properties)},
                      {"oneOf", std::move(one)},
                      {"additionalProperties", false},
                      {"definitions", definitions()}};
}

} // namespace tutti::dsl
