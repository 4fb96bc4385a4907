#include "runtime/sel/parser.hpp"

#include "runtime/sel/builtin.hpp"
#include "runtime/sel/failure.hpp"

#include <algorithm>
#include <iterator>

namespace tutti::sel {

namespace {

bool is_primitive(const token& x) {
  constexpr std::u16string_view words[] = {u"boolean", u"int", u"long", u"float", u"double"};
  return x.kind == token_kind::reserved
         && std::find(std::begin(words), std::end(words), x.raw) != std::end(words);
}

bool names_type(const token& x) {
  return x.kind == token_kind::identifier || is_primitive(x);
}

/// References in order: a name counts as what it is where it comes first.
std::vector<std::uint32_t>
read_from_outside(const std::vector<std::pair<std::uint32_t, bool>>& uses,
                  const std::vector<std::string>& names) {
  std::vector<bool> seen(names.size(), false);
  std::vector<std::uint32_t> out;
  for (const auto& [name, is_target] : uses) {
    if (!seen[name] && !is_target && !class_named(names[name]))
      out.push_back(name);
    seen[name] = true;
  }
  return out;
}

cell literal_cell(const literal_value& x) {
  cell out;
  if (const auto* number = std::get_if<std::int64_t>(&x)) {
    out.kind = type::integer;
    out.integer = *number;
  } else if (const auto* real = std::get_if<double>(&x)) {
    out.kind = type::real;
    out.real = *real;
  } else if (const auto* truth = std::get_if<bool>(&x)) {
    out.kind = type::boolean;
    out.truth = *truth;
  } else if (const auto* chars = std::get_if<text>(&x)) {
    out.kind = type::string;
    out.chars = chars->data();
    out.length = static_cast<std::uint32_t>(chars->size());
  }
  return out;
}

} // namespace

parser::level::level(parser& owner) : owner_(owner) {
  ++owner_.depth_;
  if (owner_.depth_ > owner_.depth_max_)
    fail(label::illegal_state, "The text nests more than " + std::to_string(owner_.depth_max_)
                                 + " levels at character " + std::to_string(owner_.peek().at + 1));
}

// -- words -----------------------------------------------------------------------------

const token& parser::peek(std::size_t ahead) {
  while (ahead_.size() <= ahead)
    ahead_.push_back(lexer_.next());
  return ahead_[ahead];
}

token parser::take() {
  auto out = peek();
  ahead_.erase(ahead_.begin());
  peek(); // The original reads one word ahead, which decides which of two errors is found first.
  return out;
}

bool parser::is(std::u16string_view word, std::size_t ahead) {
  const auto& x = peek(ahead);
  return (x.kind == token_kind::symbol || x.kind == token_kind::reserved) && x.raw == word;
}

bool parser::accept(std::u16string_view word) {
  if (!is(word))
    return false;
  take();
  return true;
}

void parser::expect(std::u16string_view word) {
  if (!accept(word))
    fail(label::parse, "Found [" + to_utf8(peek().raw) + "] at character "
                         + std::to_string(peek().at + 1) + ", expected [" + to_utf8(word) + "]");
}

token parser::expect_identifier() {
  if (peek().kind != token_kind::identifier)
    fail(label::parse, "Found [" + to_utf8(peek().raw) + "] at character "
                         + std::to_string(peek().at + 1) + ", expected a name");
  return take();
}

void parser::unexpected() {
  const auto& x = peek();
  if (x.kind == token_kind::end)
    fail(label::parse, "The text ends too early, expected more");
  fail(label::parse, "Found [" + to_utf8(x.raw) + "] at character " + std::to_string(x.at + 1)
                       + ", which is not possible there");
}

// -- statements ------------------------------------------------------------------------

tree parser::parse() && {
  import_lines();
  while (peek().kind != token_kind::end)
    out_.statements.push_back(block_statement());
  out_.references = read_from_outside(uses_, out_.names);
  for (const auto& x : out_.literals)
    out_.literal_cells.push_back(literal_cell(x));
  for (const auto& name : out_.names) {
    out_.classes.push_back(name == "params" ? type::params
                                            : class_named(name).value_or(type::null));
    out_.types.push_back(type_named(name).value_or(type::null));
  }
  return std::move(out_);
}

void parser::import_lines() {
  while (accept(u"import")) {
    accept(u"static");
    expect_identifier();
    while (accept(u"."))
      if (accept(u"*"))
        break;
      else
        expect_identifier();
    expect(u";");
    ++out_.import_count;
  }
}

bool parser::at_declaration() {
  if (!names_type(peek()))
    return false;
  if (peek(1).kind == token_kind::identifier)
    return true;
  return is(u"[", 1) && is(u"]", 2) && peek(3).kind == token_kind::identifier;
}

parser::position parser::block_statement() {
  if (!at_declaration())
    return statement();
  const auto out = declaration();
  expect(u";");
  return out;
}

parser::position parser::declaration() {
  node x{node_kind::declaration};
  x.name = intern(to_utf8(take().raw));
  x.visits = 3;
  if (accept(u"[")) {
    expect(u"]");
    x.flag = true;
  }
  positions declarators{declarator()};
  while (accept(u","))
    declarators.push_back(declarator());
  return add(x, declarators);
}

parser::position parser::declarator() {
  node x{node_kind::declarator};
  x.name = intern(to_utf8(expect_identifier().raw));
  uses_.emplace_back(x.name, true);
  x.visits = 2;
  if (!accept(u"="))
    return add(x, {});
  return add(x, {nested_expression()});
}

parser::position parser::statement() {
  if (is(u"{"))
    return block();
  if (is(u"if"))
    return branch();
  if (is(u"while"))
    return while_loop();
  if (is(u"for"))
    return for_loop();
  node x{node_kind::evaluate};
  const auto jump = is(u"break") || is(u"continue");
  if (jump) {
    x.kind = accept(u"break") ? node_kind::leave : node_kind::again;
    x.visits = 2;
    accept(u"continue");
    expect(u";");
    return add(x, {});
  }
  if (accept(u"return"))
    x.kind = node_kind::give;
  else if (accept(u"throw"))
    x.kind = node_kind::raise;
  x.visits = x.kind == node_kind::evaluate ? 1 : 2;
  const auto value = expression();
  expect(u";");
  return add(x, {value});
}

parser::position parser::block() {
  const level deeper{*this};
  expect(u"{");
  positions statements;
  while (!is(u"}"))
    statements.push_back(block_statement());
  take();
  node x{node_kind::block};
  x.visits = 2;
  return add(x, statements);
}

parser::position parser::body() {
  const level deeper{*this};
  return statement();
}

parser::position parser::branch() {
  take();
  expect(u"(");
  node x{node_kind::branch};
  x.visits = 2;
  positions parts{nested_expression()};
  expect(u")");
  parts.push_back(body());
  if (accept(u"else"))
    parts.push_back(body());
  return add(x, parts);
}

parser::position parser::while_loop() {
  take();
  expect(u"(");
  node x{node_kind::loop};
  x.visits = 2;
  const auto condition = nested_expression();
  expect(u")");
  return add(x, {no_node, condition, no_node, body()});
}

parser::position parser::for_loop() {
  take();
  expect(u"(");
  node x{node_kind::loop};
  x.visits = 2;
  x.flag = true;
  const auto init = is(u";") ? no_node : for_init();
  expect(u";");
  const auto condition = is(u";") ? no_node : nested_expression();
  expect(u";");
  const auto update = is(u")") ? no_node : statement_expression();
  expect(u")");
  return add(x, {init, condition, update, body()});
}

parser::position parser::for_init() {
  return at_declaration() ? declaration() : statement_expression();
}

/// An assignment or a primary, not any expression.
parser::position parser::statement_expression() {
  const level deeper{*this};
  if (peek().kind != token_kind::identifier)
    return primary();
  if (is(u"[", 1))
    return indexed_name(true);
  const auto first = peek();
  const auto& after = peek(1);
  constexpr std::u16string_view targets[] = {u"=", u"*=", u"/=", u"%=", u"+=", u"-="};
  if (after.kind == token_kind::symbol
      && std::find(std::begin(targets), std::end(targets), after.raw) != std::end(targets)) {
    take();
    return assignment(first, std::nullopt);
  }
  return primary();
}

// -- tree ------------------------------------------------------------------------------

parser::position parser::add(node x, std::initializer_list<position> kids) {
  return add(x, positions{kids});
}

parser::position parser::add(node x, const positions& kids) {
  x.first = static_cast<std::uint32_t>(out_.links.size());
  x.count = static_cast<std::uint32_t>(kids.size());
  out_.links.insert(out_.links.end(), kids.begin(), kids.end());
  out_.nodes.push_back(x);
  return static_cast<position>(out_.nodes.size() - 1);
}

parser::position parser::add_name(const token& name) {
  node x{node_kind::name};
  x.name = intern(to_utf8(name.raw));
  uses_.emplace_back(x.name, false);
  return add(x, {});
}

std::uint32_t parser::intern(std::string name) {
  const auto [at, is_new] = names_.try_emplace(std::move(name),
                                               static_cast<std::uint32_t>(out_.names.size()));
  if (is_new)
    out_.names.push_back(at->first);
  return at->second;
}

void parser::more_visits(position at, unsigned count) {
  out_.nodes[at].visits += count;
}

tree parse(text_view source, std::size_t depth_max) {
  const auto plain = without_unicode_escapes(source);
  return parser{plain, depth_max}.parse();
}

std::string_view to_string(symbol x) {
  constexpr std::string_view names[]
    = {"=", "||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "!"};
  return names[static_cast<std::size_t>(x)];
}

} // namespace tutti::sel
