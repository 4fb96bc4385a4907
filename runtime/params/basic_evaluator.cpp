#include "runtime/model/decimals.hpp"
#include "runtime/params/basic_syntax.hpp"
#include "runtime/params/coerce.hpp"
#include "runtime/params/evaluator.hpp"
#include "runtime/params/ranges.hpp"

#include <algorithm>
#include <optional>

namespace tutti::params {

namespace {

using model::value;

std::optional<double> number_of(const value& x) {
  if (const auto* whole = x.as<std::int64_t>())
    return static_cast<double>(*whole);
  if (const auto* real = x.as<double>())
    return *real;
  if (const auto* exact = x.as<model::decimal>())
    return model::to_double(*exact);
  return std::nullopt;
}

std::string_view symbol(operation what) {
  switch (what) {
    case operation::equal:
      return "==";
    case operation::not_equal:
      return "!=";
    case operation::less:
      return "<";
    case operation::less_equal:
      return "<=";
    case operation::greater:
      return ">";
    case operation::greater_equal:
      return ">=";
    case operation::logical_and:
      return "&&";
    case operation::logical_or:
      return "||";
    case operation::logical_not:
      return "!";
    default:
      return "-";
  }
}

template <class T>
bool ordered(operation what, const T& a, const T& b) {
  switch (what) {
    case operation::equal:
      return a == b;
    case operation::not_equal:
      return a != b;
    case operation::less:
      return a < b;
    case operation::less_equal:
      return a <= b;
    case operation::greater:
      return a > b;
    default:
      return a >= b;
  }
}

class run {
public:
  run(std::string_view expression, const syntax& tree, scope& names)
    : expression_(expression),
      tree_(tree),
      names_(names) {}

  result<value> evaluate(std::uint32_t at) {
    const auto& node = tree_.nodes[at];
    if (node.what == operation::literal)
      return node.literal;
    if (node.what == operation::name)
      return names_.resolve(node.name);
    std::vector<value> operands;
    operands.reserve(node.operands.size());
    for (auto i : node.operands) {
      auto x = evaluate(i);
      if (!x)
        return x;
      operands.push_back(*std::move(x));
    }
    return apply(node, operands);
  }

private:
  error refuse(std::string why) const {
    return {ec::bad_request, "Expression [" + std::string{expression_} + "]: " + std::move(why)};
  }

  result<value> apply(const syntax_node& node, const std::vector<value>& operands) {
    switch (node.what) {
      case operation::ints_between:
      case operation::date_ints_between:
        return range(node.what, operands);
      case operation::host_call:
        return host_call(node.name, operands);
      case operation::negate:
        return negate(operands[0]);
      case operation::logical_not:
      case operation::logical_and:
      case operation::logical_or:
        return logic(node.what, operands);
      default:
        return compare(node.what, operands[0], operands[1]);
    }
  }

  result<value> range(operation what, const std::vector<value>& x) const {
    auto out = what == operation::ints_between ? ints_between(x[0], x[1], x[2])
                                               : date_ints_between(x[0], x[1], x[2]);
    if (!out)
      return refuse(out.error().message);
    return value{*std::move(out)};
  }

  result<value> host_call(const std::string& function, const std::vector<value>& operands) {
    std::vector<std::string> args;
    for (const auto& x : operands) {
      const auto* text = x.as<std::string>();
      if (!text)
        return refuse("params." + function + " got [" + to_text(x) + "], expected texts only");
      args.push_back(*text);
    }
    return names_.call(function, args);
  }

  result<value> negate(const value& x) const {
    if (const auto* whole = x.as<std::int64_t>())
      return value{static_cast<std::int64_t>(-static_cast<std::uint64_t>(*whole))};
    if (auto number = number_of(x))
      return value{-*number};
    return mismatch("-", x);
  }

  error mismatch(std::string_view what, const value& x) const {
    return refuse("`" + std::string{what} + "` cannot be used on [" + to_text(x) + "] of type "
                  + std::string{type_name(x)});
  }

  result<value> logic(operation what, const std::vector<value>& operands) const {
    bool x[2] = {false, false};
    for (std::size_t i = 0; i < operands.size(); ++i) {
      const auto* flag = operands[i].as<bool>();
      if (!flag)
        return mismatch(symbol(what), operands[i]);
      x[i] = *flag;
    }
    if (what == operation::logical_not)
      return value{!x[0]};
    return value{what == operation::logical_and ? x[0] && x[1] : x[0] || x[1]};
  }

  /// The type of the left side selects the rule (spec 03 §6).
  result<value> compare(operation what, const value& left, const value& right) const {
    const auto* text = right.as<std::string>();
    auto number = number_of(left);
    if (number && text)
      return compare_texts(what, to_text(left), right);
    if (left.as<std::int64_t>() && right.as<std::int64_t>())
      return value{ordered(what, *left.as<std::int64_t>(), *right.as<std::int64_t>())};
    if (auto other = number_of(right); number && other)
      return value{ordered(what, *number, *other)};
    if (left.as<std::string>())
      return compare_texts(what, *left.as<std::string>(), right);
    auto same = what == operation::equal || what == operation::not_equal;
    if (same && left.as<bool>() && right.as<bool>())
      return value{ordered(what, *left.as<bool>(), *right.as<bool>())};
    return mismatch(symbol(what), number || left.as<bool>() ? right : left);
  }

  result<value> compare_texts(operation what, const std::string& left, const value& right) const {
    const auto* other = right.as<std::string>();
    if (!other || (what != operation::equal && what != operation::not_equal))
      return mismatch(symbol(what), right);
    return value{ordered(what, left, *other)};
  }

  std::string_view expression_;
  const syntax& tree_;
  scope& names_;
};

class basic final : public expression_evaluator {
public:
  status check(std::string_view expression) const override {
    auto tree = parse_basic(expression);
    if (!tree)
      return tree.error();
    return unit{};
  }

  result<value> evaluate(std::string_view expression, scope& names) const override {
    auto tree = parse_basic(expression);
    if (!tree)
      return tree.error();
    auto out = run{expression, *tree, names}.evaluate(tree->root);
    if (out && out->is_null())
      return error{ec::bad_request,
                   "Invalid return type [NULL] for expr=[" + std::string{expression} + "]"};
    return out;
  }

  result<std::vector<std::string>> references(std::string_view expression) const override {
    auto tree = parse_basic(expression);
    if (!tree)
      return tree.error();
    std::vector<std::string> out;
    auto add = [&](const std::string& name) {
      if (std::find(out.begin(), out.end(), name) == out.end())
        out.push_back(name);
    };
    for (const auto& node : tree->nodes) {
      if (node.what == operation::name)
        add(node.name);
      else if (node.what == operation::host_call)
        add("params");
    }
    return out;
  }
};

} // namespace

const expression_evaluator& basic_evaluator() {
  static const basic instance;
  return instance;
}

} // namespace tutti::params
