#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <optional>
#include <regex>
#include <string>

/// A checker of JSON Schema (draft 7), as far as our schema goes.
namespace tutti::test {

class json_schema_checker {
public:
  explicit json_schema_checker(boost::json::value schema) : root_(std::move(schema)) {}

  /// Why a value is not valid: the first reason found, or nothing. Unknown keywords are a reason.
  std::string flaw_of(const boost::json::value& x) const { return check(root_, x, "$"); }

private:
  using value = boost::json::value;
  using object = boost::json::object;

  static std::string key(const boost::json::key_value_pair& x) { return std::string{x.key()}; }

  std::string check(const value& schema, const value& x, const std::string& at) const {
    if (schema.is_bool())
      return schema.get_bool() ? "" : at + " is not allowed";
    for (const auto& rule : schema.get_object())
      if (auto why = check_rule(key(rule), rule.value(), schema.get_object(), x, at); !why.empty())
        return why;
    return {};
  }

  std::string check_rule(const std::string& name, const value& rule, const object& schema,
                         const value& x, const std::string& at) const {
    if (name == "$schema" || name == "title" || name == "description" || name == "definitions")
      return {};
    if (name == "$ref") {
      const auto target
        = std::string{rule.get_string()}.substr(std::string{"#/definitions/"}.size());
      return check(root_.at("definitions").at(target), x, at);
    }
    if (name == "type")
      return has_type(rule, x) ? "" : at + " has another type than " + serialize(rule);
    if (name == "not")
      return check(rule, x, at).empty() ? at + " is what it must not be" : "";
    if (name == "enum")
      return holds(rule.get_array(), x) ? "" : at + " is none of " + serialize(rule);
    if (name == "anyOf" || name == "oneOf" || name == "allOf")
      return check_many(name, rule.get_array(), x, at);
    if (name == "pattern")
      return !x.is_string() || matches(rule, x.get_string()) ? "" : at + " has another form";
    if (name == "items" || name == "uniqueItems")
      return check_items(name, rule, x, at);
    return x.is_object() ? check_members(name, rule, schema, x.get_object(), at) : "";
  }

  static bool holds(const boost::json::array& all, const value& x) {
    return std::find(all.begin(), all.end(), x) != all.end();
  }

  static bool has_type(const value& rule, const value& x) {
    if (rule.is_array())
      return std::any_of(rule.get_array().begin(), rule.get_array().end(),
                         [&](auto& one) { return has_type(one, x); });
    const auto& name = rule.get_string();
    return name == "object"    ? x.is_object()
           : name == "array"   ? x.is_array()
           : name == "string"  ? x.is_string()
           : name == "number"  ? x.is_number()
           : name == "integer" ? x.is_int64()
           : name == "boolean" ? x.is_bool()
                               : name == "null" && x.is_null();
  }

  static bool matches(const value& rule, std::string_view text) {
    return matches(std::string{rule.get_string()}, text);
  }

  static bool matches(const std::string& pattern, std::string_view text) {
    return std::regex_search(std::string{text}, std::regex{pattern});
  }

  std::string check_many(const std::string& name, const boost::json::array& all, const value& x,
                         const std::string& at) const {
    std::size_t good = 0;
    std::string first;
    for (const auto& one : all) {
      auto why = check(one, x, at);
      good += why.empty() ? 1 : 0;
      if (first.empty())
        first = std::move(why);
    }
    const auto enough = name == "allOf"   ? good == all.size()
                        : name == "anyOf" ? good > 0
                                          : good == 1;
    return enough ? "" : first.empty() ? at + " fits more than one form" : first;
  }

  std::string check_items(const std::string& name, const value& rule, const value& x,
                          const std::string& at) const {
    if (!x.is_array())
      return {};
    const auto& items = x.get_array();
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto here = at + "[" + std::to_string(i) + "]";
      if (name == "uniqueItems") {
        if (std::count(items.begin(), items.end(), items[i]) > 1)
          return here + " stands there twice";
      } else if (auto why = check(rule, items[i], here); !why.empty())
        return why;
    }
    return {};
  }

  std::string check_members(const std::string& name, const value& rule, const object& schema,
                            const object& x, const std::string& at) const {
    if (name == "minProperties")
      return x.size() >= rule.to_number<std::size_t>() ? "" : at + " has too few members";
    if (name == "maxProperties")
      return x.size() <= rule.to_number<std::size_t>() ? "" : at + " has too many members";
    if (name == "required") {
      for (const auto& one : rule.get_array())
        if (!x.contains(one.get_string()))
          return at + " lacks " + std::string{one.get_string()};
      return {};
    }
    for (const auto& member : x)
      if (auto why = check_member(name, rule, schema, member, at + "." + key(member)); !why.empty())
        return why;
    return {};
  }

  std::string check_member(const std::string& name, const value& rule, const object& schema,
                           const boost::json::key_value_pair& member, const std::string& at) const {
    if (name == "propertyNames")
      return check(rule, value(member.key()), at);
    if (name == "properties") {
      const auto* own = rule.get_object().if_contains(member.key());
      return own ? check(*own, member.value(), at) : "";
    }
    if (name == "patternProperties") {
      for (const auto& one : rule.get_object())
        if (matches(key(one), member.key()))
          if (auto why = check(one.value(), member.value(), at); !why.empty())
            return why;
      return {};
    }
    if (name == "additionalProperties")
      return is_known(schema, member.key()) ? "" : check(rule, member.value(), at);
    return "unknown keyword " + name;
  }

  static bool is_known(const object& schema, std::string_view name) {
    const auto* own = schema.if_contains("properties");
    if (own && own->get_object().contains(name))
      return true;
    const auto* patterns = schema.if_contains("patternProperties");
    return patterns
           && std::any_of(patterns->get_object().begin(), patterns->get_object().end(),
                          [&](const auto& one) { return matches(key(one), name); });
  }

  value root_;
};

} // namespace tutti::test
