#include "tools/codec/roundtrip.hpp"

#include "runtime/dsl/dsl.hpp"
#include "runtime/dsl/yaml_json.hpp"
#include "tools/codec/models.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace tutti::codec {

namespace {

namespace json = boost::json;

constexpr std::string_view map_of = "map of ";
constexpr std::string_view list_of = "list of ";

error at(const std::string& place, const error& why) {
  return error{why.code, place + ": " + why.message, why.details};
}

class tripper {
public:
  explicit tripper(const model::json_rules& rules) : rules_(rules) {}

  // NOLINTNEXTLINE(misc-no-recursion): one level for each prefix of the name
  result<json::value> go(std::string_view name, const json::value& x) const {
    if (name.starts_with(map_of))
      return map(name.substr(map_of.size()), x);
    if (name.starts_with(list_of))
      return list(name.substr(list_of.size()), x);
    const auto* found = find_model(name);
    if (!found)
      return error{ec::not_found, "unknown model [" + std::string{name}
                                    + "], expected one of those that the command models tells"};
    return found->through(x, found->kind, rules_);
  }

private:
  result<json::value> map(std::string_view name, const json::value& x) const {
    const auto* members = x.if_object();
    if (!members)
      return known(name, "expected an object");
    json::object out;
    for (const auto& member : *members) {
      auto item = go(name, member.value());
      if (!item)
        return at(std::string{member.key()}, item.error());
      out[member.key()] = std::move(item).value();
    }
    if (out.empty())
      return known(name, json::value(std::move(out)));
    return json::value(std::move(out));
  }

  result<json::value> list(std::string_view name, const json::value& x) const {
    const auto* items = x.if_array();
    if (!items)
      return known(name, "expected a list");
    json::array out;
    for (std::size_t i = 0; i < items->size(); ++i) {
      auto item = go(name, (*items)[i]);
      if (!item)
        return at("[" + std::to_string(i) + "]", item.error());
      out.push_back(std::move(item).value());
    }
    if (out.empty())
      return known(name, json::value(std::move(out)));
    return json::value(std::move(out));
  }

  /// An answer that does not depend on the model still needs a model that exists.
  static result<json::value> known(std::string_view name, json::value answer) {
    auto missing = check_name(name);
    if (!missing)
      return missing.error();
    return answer;
  }

  static result<json::value> known(std::string_view name, const char* why) {
    auto missing = check_name(name);
    if (!missing)
      return missing.error();
    return error{ec::bad_request, why};
  }

  static status check_name(std::string_view name) {
    for (auto prefix : {map_of, list_of})
      while (name.starts_with(prefix))
        name.remove_prefix(prefix.size());
    if (find_model(name))
      return unit{};
    return error{ec::not_found, "unknown model [" + std::string{name} + "]"};
  }

  const model::json_rules& rules_;
};

/// The job templates of the original's own tests.
std::optional<model::step_type> find_template(std::string_view type, std::string_view) {
  if (type == "spark")
    return model::step_type::notebook;
  return std::nullopt;
}

/// `shell` is a step type of ours; there it is a template on Kubernetes.
// NOLINTNEXTLINE(misc-no-recursion): one level for each loop
void undo_shell(std::vector<model::step>& steps) {
  for (auto& x : steps) {
    if (x.type == model::step_type::shell) {
      x.type = model::step_type::kubernetes;
      x.sub_type = "shell";
    }
    if (x.steps)
      undo_shell(*x.steps);
  }
}

result<std::string> read_dsl(std::string_view text) {
  auto read = dsl::read_workflow(text, find_template);
  if (!read)
    return read.error();
  undo_shell(read->workflow.steps);
  return model::json_text(*read);
}

result<json::value> read_value(std::string_view model, std::string_view text) {
  auto x = model::parse_text(text);
  if (x || !model.starts_with("JobTemplate"))
    return x;
  return dsl::yaml_to_json(text);
}

} // namespace

result<std::string> round_trip_text(std::string_view model, std::string_view text,
                                    std::int64_t now) {
  if (model == "DSL")
    return read_dsl(text);
  model::json_rules rules;
  rules.as_original = true;
  rules.now = now;
  tripper trip{rules};
  auto x = read_value(model, text);
  if (!x) {
    // An unknown model is the first thing to tell.
    auto known = trip.go(model, json::value{});
    return !known && known.error().code == ec::not_found ? known.error() : x.error();
  }
  auto out = trip.go(model, *x);
  if (!out)
    return out.error();
  return model::to_text(*out);
}

} // namespace tutti::codec
