#include "tools/codec/sel_lines.hpp"

#include "actors/run/process_budget.hpp"
#include "runtime/model/json.hpp"
#include "runtime/sel/sel.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <istream>
#include <ostream>
#include <string>
#include <utility>

namespace tutti::codec {

namespace {

namespace json = boost::json;

/// A value of the language from JSON: lists are homogeneous, numbers with a fraction or an
/// exponent are doubles.
result<model::value> to_value(const json::value& x);

std::optional<double> as_double(const json::value& x) {
  if (x.is_double())
    return x.get_double();
  const auto digits = model::exact_digits(x);
  if (digits.empty())
    return std::nullopt;
  return std::strtod(std::string{digits}.c_str(), nullptr);
}

std::optional<std::int64_t> as_long(const json::value& x) {
  return x.is_int64() ? std::optional{x.get_int64()} : std::nullopt;
}

result<model::value> list_value(const json::array& items) {
  std::vector<std::string> texts;
  std::vector<std::int64_t> longs;
  std::vector<double> doubles;
  std::vector<bool> bools;
  for (const auto& x : items) {
    if (x.is_bool())
      bools.push_back(x.get_bool());
    else if (const auto number = as_long(x))
      longs.push_back(*number);
    else if (const auto real = as_double(x))
      doubles.push_back(*real);
    else if (x.is_string())
      texts.emplace_back(x.get_string());
  }
  if (texts.size() == items.size())
    return model::value{std::move(texts)};
  if (longs.size() == items.size())
    return model::value{model::int_seq{std::move(longs)}};
  if (doubles.size() == items.size())
    return model::value{std::move(doubles)};
  if (bools.size() == items.size())
    return model::value{std::move(bools)};
  return error{ec::bad_request, "A list has items of several types"};
}

result<model::value> to_value(const json::value& x) {
  if (x.is_null())
    return model::value{};
  if (x.is_bool())
    return model::value{x.get_bool()};
  if (const auto number = as_long(x))
    return model::value{*number};
  if (const auto real = as_double(x))
    return model::value{*real};
  if (x.is_string())
    return model::value{std::string{x.get_string()}};
  if (const auto* items = x.if_array())
    return list_value(*items);
  if (const auto* members = x.if_object()) {
    model::value_map out;
    for (const auto& [key, item] : *members) {
      auto value = to_value(item);
      if (!value)
        return value;
      out.append(std::string{key}, *std::move(value));
    }
    return model::value{std::move(out)};
  }
  return error{ec::bad_request, "A number is too large"};
}

class given_names final : public sel::inputs {
public:
  status read(const json::value& params) {
    const auto* members = params.if_object();
    if (!members)
      return error{ec::bad_request, "params is no object"};
    for (const auto& [name, item] : *members) {
      auto value = to_value(item);
      if (!value)
        return value.error();
      values_.append(std::string{name}, *std::move(value));
    }
    return unit{};
  }

  const model::value* find(std::string_view name) override { return values_.find(name); }

private:
  model::value_map values_;
};

/// The same values with what a host adds.
class hosted_names final : public sel::inputs {
public:
  explicit hosted_names(given_names& names) : names_(names) {}

  const model::value* find(std::string_view name) override { return names_.find(name); }

  bool extended() const override { return true; }

private:
  given_names& names_;
};

struct line {
  std::string id;
  std::string group;
  std::string expr;
  given_names names;
  sel::budget with;
  bool wants_references = false;
};

status read_limits(const json::object& from, sel::limits& to) {
  for (const auto& [name, item] : from) {
    const auto number = as_long(item);
    if (!number || *number < 0)
      return error{ec::bad_request, "limits." + std::string{name} + " is no number"};
    const auto wide = static_cast<std::uint64_t>(*number);
    const auto narrow = static_cast<std::uint32_t>(std::min<std::uint64_t>(wide, UINT32_MAX));
    if (name == "loop")
      to.loop = narrow;
    else if (name == "array")
      to.array = narrow;
    else if (name == "stack")
      to.stack = narrow;
    else if (name == "depth")
      to.depth = narrow;
    else if (name == "length")
      to.length = wide;
    else if (name == "visit")
      to.visits = wide;
    else if (name == "memory")
      to.memory = wide;
    else if (name == "timeout")
      to.time_ms = *number;
    else
      return error{ec::bad_request, "limits." + std::string{name} + " is unknown"};
  }
  return unit{};
}

result<std::string> text_member(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (!found || found->is_null())
    return std::string{};
  if (!found->is_string())
    return error{ec::bad_request, std::string{name} + " is no text"};
  return std::string{found->get_string()};
}

status read_line(const json::object& from, line& to) {
  for (const auto& [name, member] :
       {std::pair{"id", &to.id}, std::pair{"group", &to.group}, std::pair{"expr", &to.expr}}) {
    auto found = text_member(from, name);
    if (!found)
      return found.error();
    *member = *std::move(found);
  }
  to.with = actors::process_budget();
  to.with.stop = [deadline = std::chrono::steady_clock::now() + std::chrono::minutes{2}] {
    return std::chrono::steady_clock::now() > deadline;
  };
  if (const auto* now = from.if_contains("now"); now && now->is_int64())
    to.with.now_ms = [fixed = now->get_int64()] { return fixed; };
  if (const auto* limits = from.if_contains("limits"); limits && limits->is_object()) {
    auto good = read_limits(limits->get_object(), to.with.bounds);
    if (!good)
      return good;
  }
  to.wants_references = to.group == "refs" || from.contains("refs");
  if (const auto* params = from.if_contains("params"); params && !params->is_null())
    return to.names.read(*params);
  return unit{};
}

/// The members of an answer, in their order.
class answer {
public:
  void add(std::string_view name, std::string_view json_text) {
    text_ += (text_.empty() ? "{\"" : ",\"") + std::string{name} + "\":" + std::string{json_text};
  }

  void add_text(std::string_view name, std::string_view value) {
    add(name, model::to_text(json::string{value}));
  }

  std::string finish() && { return std::move(text_) + "}"; }

private:
  std::string text_;
};

void add_error(answer& to, const error& why) {
  to.add("result", "null");
  to.add("type", "null");
  to.add_text("error", why.details.empty() ? "MaestroInternalError" : why.details[0]);
  if (why.details.size() > 1)
    to.add_text("cause", why.details[1]);
}

void add_outcome(answer& to, const sel::outcome& out) {
  to.add("result", out.json);
  to.add_text("type", out.type);
  to.add("error", "null");
}

/// As the expression of a parameter: all failures have one of two classes.
void run_wrapped(answer& to, line& x) {
  hosted_names names{x.names};
  const auto compiled = sel::compile(sel::with_semicolon(x.expr), x.with.bounds);
  const auto out = compiled ? (*compiled)->evaluate(names, x.with)
                            : result<model::value>{compiled.error()};
  if (out) { // once more for what a parameter's value does not show: null texts, and the type
    const auto shown = (*compiled)->run(names, x.with);
    return shown ? add_outcome(to, *shown) : add_error(to, shown.error());
  }
  const auto internal = out.error().code == ec::internal || out.error().code == ec::timeout;
  const auto* label = internal ? "MaestroInternalError" : "MaestroInvalidExpressionException";
  add_error(to, {out.error().code, out.error().message, {label}});
}

void run_bare(answer& to, line& x) {
  const auto compiled = sel::compile(x.expr, x.with.bounds);
  if (!compiled)
    return add_error(to, compiled.error());
  const auto out = (*compiled)->run(x.names, x.with);
  if (!out)
    return add_error(to, out.error());
  add_outcome(to, *out);
}

void list_references(answer& to, const line& x) {
  const auto compiled = sel::compile(x.expr, x.with.bounds);
  if (!compiled)
    return add_error(to, compiled.error());
  auto names = (*compiled)->references();
  std::sort(names.begin(), names.end());
  to.add("refs", model::to_text(json::value_from(names)));
  to.add("error", "null");
}

std::string answer_line(const std::string& text) {
  answer out;
  const auto parsed = model::parse_text(text);
  line x;
  auto good = parsed ? status{unit{}} : status{parsed.error()};
  if (good && !parsed->is_object())
    good = error{ec::bad_request, "The line is no object"};
  if (good)
    good = read_line(parsed->get_object(), x);
  if (!x.id.empty())
    out.add_text("id", x.id);
  if (!good)
    out.add_text("line_error", good.error().message);
  else if (x.wants_references)
    list_references(out, x);
  else if (x.group == "maestro")
    run_wrapped(out, x);
  else
    run_bare(out, x);
  return std::move(out).finish();
}

} // namespace

void run_sel_lines(std::istream& in, std::ostream& out) {
  for (std::string text; std::getline(in, text);)
    if (!text.empty())
      out << answer_line(text) << '\n';
}

} // namespace tutti::codec
