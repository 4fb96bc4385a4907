#include "runtime/sel/builtin.hpp"
#include "runtime/sel/failure.hpp"
#include "runtime/sel/parser.hpp"

namespace tutti::sel {

namespace {

struct binary_operator {
  std::u16string_view word;
  symbol what;
  int strength;
};

constexpr binary_operator binary_operators[] = {
  {u"||", symbol::either, 1},     {u"&&", symbol::both, 2},          {u"==", symbol::equal, 3},
  {u"!=", symbol::not_equal, 3},  {u"<", symbol::less, 4},           {u">", symbol::greater, 4},
  {u"<=", symbol::less_equal, 4}, {u">=", symbol::greater_equal, 4}, {u"+", symbol::plus, 5},
  {u"-", symbol::minus, 5},       {u"*", symbol::times, 6},          {u"/", symbol::divided, 6},
  {u"%", symbol::modulo, 6},
};

const binary_operator* find_operator(const token& x) {
  if (x.kind == token_kind::symbol)
    for (const auto& known : binary_operators)
      if (known.word == x.raw)
        return &known;
  return nullptr;
}

std::optional<symbol> assignment_operator(const token& x) {
  if (x.kind != token_kind::symbol)
    return std::nullopt;
  if (x.raw == u"=")
    return symbol::none;
  if (x.raw == u"+=")
    return symbol::plus;
  if (x.raw == u"-=")
    return symbol::minus;
  if (x.raw == u"*=")
    return symbol::times;
  if (x.raw == u"/=")
    return symbol::divided;
  if (x.raw == u"%=")
    return symbol::modulo;
  return std::nullopt;
}

std::int64_t integer_value(text_view raw) {
  text digits;
  for (auto c : raw)
    if (c != u'l' && c != u'L')
      digits += c;
  const auto out = parse_long(digits);
  if (!out)
    fail(label::number_format, "For input string: \"" + to_utf8(digits) + "\"");
  return *out;
}

} // namespace

parser::position parser::nested_expression() {
  const level deeper{*this};
  return expression();
}

parser::position parser::expression() {
  position out = 0;
  if (peek().kind == token_kind::identifier && is(u"[", 1)) {
    out = indexed_name(false);
  } else if (peek().kind == token_kind::identifier && assignment_operator(peek(1))) {
    const auto name = take();
    out = assignment(name, std::nullopt);
  } else {
    out = conditional(std::nullopt);
  }
  more_visits(out, 1);
  return out;
}

parser::position parser::indexed_name(bool statement_level) {
  const auto name = take();
  const auto use = uses_.size();
  const auto target = add_name(name);
  const auto bracket = suffix();
  if (assignment_operator(peek())) {
    uses_[use].second = true;
    return assignment(name, out_.links[out_.nodes[bracket].first]);
  }
  const auto first = with_suffixes({target, bracket});
  return statement_level ? first : conditional(first);
}

/// @pre the next word is an assignment operator
parser::position parser::assignment(token name, std::optional<position> at) {
  node x{at ? node_kind::assign_at : node_kind::assign};
  x.name = intern(to_utf8(name.raw));
  x.what = *assignment_operator(take());
  x.visits = 3;
  if (!at)
    uses_.emplace_back(x.name, true);
  const auto value = nested_expression();
  return at ? add(x, {*at, value}) : add(x, {value});
}

parser::position parser::conditional(std::optional<position> first) {
  const auto condition = binary(1, first);
  if (!accept(u"?"))
    return condition;
  const auto yes = nested_expression();
  expect(u":");
  const auto no = nested_expression();
  return add(node{node_kind::choice}, {condition, yes, no});
}

/// What stands between operators of at least the given strength. Operators of one level, and
/// stronger ones before them, form one chain, however long.
parser::position parser::binary(int least, std::optional<position> first) {
  positions parts{first ? *first : unary()};
  for (;;) {
    const auto* found = find_operator(peek());
    if (!found || found->strength < least)
      break;
    take();
    node x{node_kind::operand};
    x.what = found->what;
    parts.push_back(add(x, {binary(found->strength + 1, std::nullopt)}));
  }
  if (parts.size() == 1)
    return parts[0];
  node x{node_kind::chain};
  x.visits = 0;
  return add(x, parts);
}

parser::position parser::unary() {
  node x{node_kind::unary};
  if (is(u"-"))
    x.what = symbol::minus;
  else if (is(u"+"))
    x.what = symbol::plus;
  else if (is(u"!"))
    x.what = symbol::negation;
  else
    return primary();
  take();
  const level deeper{*this};
  return add(x, {unary()});
}

parser::position parser::primary() {
  return with_suffixes({prefix()});
}

parser::position parser::with_suffixes(positions parts) {
  while (is(u".") || is(u"["))
    parts.push_back(suffix());
  if (parts.size() > 1)
    return add(node{node_kind::path}, parts);
  more_visits(parts[0], 1);
  return parts[0];
}

parser::position parser::prefix() {
  switch (peek().kind) {
    case token_kind::integer:
    case token_kind::floating:
    case token_kind::string:
      return literal();
    case token_kind::identifier:
      return add_name(take());
    default:
      break;
  }
  if (is(u"true") || is(u"false") || is(u"null"))
    return literal();
  if (is(u"new"))
    return allocation();
  if (!is(u"("))
    unexpected();
  take();
  const auto out = nested_expression();
  expect(u")");
  return out;
}

parser::position parser::literal() {
  const auto word = take();
  literal_value value;
  if (word.kind == token_kind::integer)
    value = integer_value(word.raw);
  else if (word.kind == token_kind::floating)
    value = parse_double(word.raw).value_or(0);
  else if (word.kind == token_kind::string)
    value = unquoted(word.raw);
  else if (word.raw != u"null")
    value = word.raw == u"true";
  node x{node_kind::literal};
  x.name = static_cast<std::uint32_t>(out_.literals.size());
  out_.literals.push_back(std::move(value));
  return add(x, {});
}

parser::positions parser::arguments(std::u16string_view end) {
  const level deeper{*this};
  positions out;
  if (accept(end))
    return out;
  if (end == u"}" && accept(u",")) {
    expect(end);
    return out;
  }
  out.push_back(expression());
  while (accept(u",")) {
    if (end == u"}" && is(end)) // a trailing comma
      break;
    out.push_back(expression());
  }
  expect(end);
  return out;
}

parser::position parser::suffix() {
  if (accept(u"[")) {
    const auto at = nested_expression();
    expect(u"]");
    node x{node_kind::index};
    x.visits = 2;
    return add(x, {at});
  }
  expect(u".");
  node x{node_kind::field};
  x.visits = 2;
  x.name = intern(to_utf8(expect_identifier().raw));
  x.method = static_cast<std::uint16_t>(method_named(out_.names[x.name]));
  if (!accept(u"("))
    return add(x, {});
  x.kind = node_kind::call;
  x.visits = 4;
  return add(x, arguments(u")"));
}

parser::position parser::allocation() {
  take();
  const auto primitive = peek().kind == token_kind::reserved;
  const auto word = peek().raw;
  if (primitive && word != u"boolean" && word != u"int" && word != u"long" && word != u"float"
      && word != u"double")
    unexpected();
  node x{node_kind::new_object};
  x.visits = 4;
  x.name = intern(to_utf8(primitive ? take().raw : expect_identifier().raw));
  if (!primitive && accept(u"("))
    return add(x, arguments(u")"));
  x.visits = 3;
  expect(u"[");
  if (accept(u"]")) {
    expect(u"{");
    x.kind = node_kind::new_items;
    return add(x, arguments(u"}"));
  }
  x.kind = node_kind::new_array;
  const auto size = nested_expression();
  expect(u"]");
  return add(x, {size});
}

} // namespace tutti::sel
