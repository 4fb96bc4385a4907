#include "runtime/params/basic_syntax.hpp"

#include "runtime/model/decimals.hpp"
#include "runtime/params/basic_tokens.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace tutti::params {

namespace {

constexpr std::size_t length_max = 10'000;
constexpr int depth_max = 1000;
constexpr std::size_t host_args_max = 3;

constexpr std::string_view not_supported = "which this evaluator does not support: it knows "
                                           "literals, names, comparisons, !, &&, ||, "
                                           "Util.intsBetween, Util.dateIntsBetween and "
                                           "params.function('text')";

constexpr std::array<std::string_view, 51> reserved_words{
  "abstract",   "boolean",   "break",      "byte",    "case",         "catch",  "char",
  "class",      "const",     "continue",   "default", "do",           "double", "else",
  "extends",    "final",     "finally",    "float",   "for",          "goto",   "if",
  "implements", "import",    "instanceof", "int",     "interface",    "long",   "native",
  "new",        "null",      "package",    "private", "protected",    "public", "return",
  "short",      "static",    "super",      "switch",  "synchronized", "this",   "throw",
  "throws",     "transient", "try",        "void",    "volatile",     "while",  "Util",
  "params",     "String"};

struct binary_operator {
  std::string_view text;
  operation what;
  int rank; ///< binds tighter when higher
};

constexpr std::array<binary_operator, 8> binary_operators{{
  {"||", operation::logical_or, 1},
  {"&&", operation::logical_and, 2},
  {"==", operation::equal, 3},
  {"!=", operation::not_equal, 3},
  {"<", operation::less, 4},
  {"<=", operation::less_equal, 4},
  {">", operation::greater, 4},
  {">=", operation::greater_equal, 4},
}};

/// The language parses every integer as decimal, whatever it begins with.
std::optional<std::int64_t> long_of(std::string_view text) {
  while (!text.empty() && (text.back() == 'l' || text.back() == 'L'))
    text.remove_suffix(1);
  std::int64_t x = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return x;
}

std::optional<double> double_of(std::string_view text) {
  if (std::string_view{"fFdD"}.find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  auto x = model::parse_decimal(text);
  if (!x)
    return std::nullopt;
  return model::to_double(*x);
}

/// Fails once and for all: after an error every function returns at once, with any position.
class parser {
public:
  explicit parser(std::string_view text) : tokens_(text) {}

  result<syntax> run() {
    advance();
    if (is_name("return"))
      advance();
    out_.root = expression(1);
    if (is_symbol(";"))
      advance();
    if (!failure_ && token_.kind != token_kind::end)
      refuse(not_supported);
    if (failure_)
      return std::move(*failure_);
    return std::move(out_);
  }

private:
  using position = std::uint32_t;

  void advance() {
    if (failure_)
      return;
    auto next = tokens_.next();
    if (next)
      token_ = *std::move(next);
    else
      failure_ = next.error();
  }

  position refuse(std::string_view why) {
    if (!failure_)
      failure_ = tokens_.refuse(token_.at, token_.text, why);
    token_ = {};
    return 0;
  }

  bool is_symbol(std::string_view text) const {
    return token_.kind == token_kind::symbol && token_.text == text;
  }

  bool is_name(std::string_view text) const {
    return token_.kind == token_kind::name && token_.text == text;
  }

  void expect(std::string_view symbol) {
    if (is_symbol(symbol))
      advance();
    else
      refuse("expected `" + std::string{symbol} + "`");
  }

  position add(syntax_node node) {
    out_.nodes.push_back(std::move(node));
    return static_cast<position>(out_.nodes.size() - 1);
  }

  position literal(model::value x) {
    advance();
    syntax_node node;
    node.literal = std::move(x);
    return add(std::move(node));
  }

  const binary_operator* operator_here(int rank) const {
    for (const auto& x : binary_operators)
      if (x.rank >= rank && is_symbol(x.text))
        return &x;
    return nullptr;
  }

  position expression(int rank) {
    auto left = unary();
    while (const auto* found = operator_here(rank)) {
      // Every operator makes the tree deeper by one.
      if (++depth_ > depth_max)
        return refuse("which is nested too deeply");
      advance();
      auto right = expression(found->rank + 1);
      left = add({found->what, {}, {}, {left, right}});
    }
    return left;
  }

  position unary() {
    if (depth_ >= depth_max)
      return refuse("which is nested too deeply");
    ++depth_;
    auto out = nested_unary();
    --depth_;
    return out;
  }

  position nested_unary() {
    if (is_symbol("!") || is_symbol("-")) {
      auto what = is_symbol("!") ? operation::logical_not : operation::negate;
      advance();
      auto operand = unary();
      return add({what, {}, {}, {operand}});
    }
    auto out = primary();
    if (is_symbol(".") || is_symbol("[") || is_symbol("("))
      return refuse(not_supported);
    return out;
  }

  position primary() {
    switch (token_.kind) {
      case token_kind::integer:
        if (auto x = long_of(token_.text))
          return literal({*x});
        return refuse("which is no decimal number of 64 bits");
      case token_kind::decimal:
        if (auto x = double_of(token_.text))
          return literal({*x});
        return refuse("which is no number");
      case token_kind::text:
        return literal({std::move(token_.content)});
      case token_kind::name:
        return named();
      case token_kind::symbol:
        return parenthesis();
      case token_kind::end:
        return refuse("expected a value");
    }
    return refuse(not_supported);
  }

  position parenthesis() {
    if (!is_symbol("("))
      return refuse(not_supported);
    advance();
    auto out = expression(1);
    expect(")");
    return out;
  }

  position named() {
    if (is_name("true") || is_name("false"))
      return literal({is_name("true")});
    if (is_name("Util") || is_name("params"))
      return call(is_name("params"));
    if (std::find(reserved_words.begin(), reserved_words.end(), token_.text)
        != reserved_words.end())
      return refuse(not_supported);
    syntax_node node{operation::name, {}, std::string{token_.text}, {}};
    advance();
    return add(std::move(node));
  }

  position call(bool host) {
    advance();
    if (!is_symbol("."))
      return refuse(not_supported);
    advance();
    syntax_node node{operation::host_call, {}, std::string{token_.text}, {}};
    if (token_.kind != token_kind::name)
      return refuse("expected a function name");
    if (host && (node.name == "get" || node.name == "containsKey"))
      return refuse(not_supported);
    if (!host && node.name == "intsBetween")
      node.what = operation::ints_between;
    else if (!host && node.name == "dateIntsBetween")
      node.what = operation::date_ints_between;
    else if (!host)
      return refuse(not_supported);
    advance();
    if (!is_symbol("("))
      return refuse(not_supported);
    advance();
    node.operands = arguments(host);
    return add(std::move(node));
  }

  std::vector<position> arguments(bool host) {
    std::vector<position> out;
    while (!failure_ && !is_symbol(")")) {
      if (!out.empty())
        expect(",");
      out.push_back(expression(1));
    }
    if (host && out.size() > host_args_max)
      refuse("expected at most three arguments");
    else if (!host && out.size() != 3)
      refuse("expected three arguments: from, to, step");
    expect(")");
    return out;
  }

  token_reader tokens_;
  token token_;
  syntax out_;
  std::optional<error> failure_;
  int depth_ = 0;
};

} // namespace

result<syntax> parse_basic(std::string_view expression) {
  if (expression.size() >= length_max)
    return error{ec::bad_request, "Expression of " + std::to_string(expression.size())
                                    + " characters, expected less than "
                                    + std::to_string(length_max)};
  return parser{expression}.run();
}

} // namespace tutti::params
