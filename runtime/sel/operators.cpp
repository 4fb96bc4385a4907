#include "runtime/sel/failure.hpp"
#include "runtime/sel/text_forms.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace tutti::sel {

namespace {

[[noreturn]] void fail_operator(type left, symbol what) {
  fail(label::unsupported, std::string{to_string(left)} + " does not support the operator "
                             + std::string{to_string(what)});
}

std::int64_t wrap(std::uint64_t x) {
  return static_cast<std::int64_t>(x);
}

std::int64_t divide(std::int64_t a, std::int64_t b) {
  if (b == 0)
    fail(label::arithmetic, "/ by zero");
  return b == -1 ? wrap(0 - static_cast<std::uint64_t>(a)) : a / b;
}

std::int64_t remainder(std::int64_t a, std::int64_t b) {
  if (b == 0)
    fail(label::arithmetic, "/ by zero");
  return b == -1 ? 0 : a % b;
}

/// The result of `+ - * / %`. @pre `what` is one of them
std::int64_t calculate(symbol what, std::int64_t a, std::int64_t b) {
  const auto x = static_cast<std::uint64_t>(a);
  const auto y = static_cast<std::uint64_t>(b);
  switch (what) {
    case symbol::plus:
      return wrap(x + y);
    case symbol::minus:
      return wrap(x - y);
    case symbol::times:
      return wrap(x * y);
    case symbol::divided:
      return divide(a, b);
    default:
      return remainder(a, b);
  }
}

double calculate(symbol what, double a, double b) {
  switch (what) {
    case symbol::plus:
      return a + b;
    case symbol::minus:
      return a - b;
    case symbol::times:
      return a * b;
    case symbol::divided:
      return a / b;
    default:
      return std::fmod(a, b);
  }
}

bool is_comparison(symbol x) {
  return x >= symbol::equal && x <= symbol::greater_equal;
}

bool is_arithmetic(symbol x) {
  return x >= symbol::plus && x <= symbol::modulo;
}

template <class T>
bool compare(symbol what, T a, T b) {
  switch (what) {
    case symbol::equal:
      return a == b;
    case symbol::not_equal:
      return a != b;
    case symbol::less:
      return a < b;
    case symbol::greater:
      return a > b;
    case symbol::less_equal:
      return a <= b;
    default:
      return a >= b;
  }
}

bool is_equality(symbol x) {
  return x == symbol::equal || x == symbol::not_equal;
}

/// Whether the value inside is null. Throws for what has nothing inside.
bool holds_null(const cell& x) {
  switch (x.kind) {
    case type::null:
    case type::nothing:
      return true;
    case type::string:
      return x.is_null_text();
    case type::map:
      return x.entries == nullptr;
    case type::params:
    case type::util:
    case type::misc:
    case type::math:
    case type::uuid:
    case type::thrown:
      fail(label::unsupported, std::string{to_string(x.kind)} + " cannot be compared");
    default:
      return x.empty;
  }
}

/// The characters of `x` as `+` appends them; numbers use `scratch`.
struct piece {
  text_view chars;
  bool simple = true;
};

struct number_space {
  char16_t chars[24];
};

text_view decimal(std::int64_t x, number_space& space) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, x).ptr;
  std::copy(buffer, end, space.chars);
  return {space.chars, static_cast<std::size_t>(end - buffer)};
}

piece simple_form(const cell& x, number_space& space) {
  switch (x.kind) {
    case type::string:
      return {x.is_null_text() ? text_view{u"null"} : x.view()};
    case type::integer:
      return {decimal(x.integer, space)};
    case type::boolean:
      return {x.truth ? u"true" : u"false"};
    case type::null:
      return {u"null"};
    default:
      return {{}, false};
  }
}

cell* join(machine& m, text_view a, text_view b) {
  constexpr std::size_t length_max = std::numeric_limits<std::int32_t>::max();
  const auto size = a.size() + b.size();
  if (2 * size >= m.with().bounds.memory)
    m.meter(2 * size); // fails, before the characters are written
  if (size > length_max)
    fail(label::illegal_state, "A string of " + std::to_string(size) + " characters is too long");
  auto* chars = m.make_chars(size);
  a.copy(chars, a.size());
  b.copy(chars + a.size(), b.size());
  return m.make_text({chars, size});
}

cell* concatenate(machine& m, text_view left, const cell& right) {
  number_space space;
  const auto simple = simple_form(right, space);
  if (simple.simple)
    return join(m, left, simple.chars);
  text_builder form{m};
  append_inner(m, form, right);
  return join(m, left, form.view());
}

cell* text_operator(machine& m, symbol what, text_view left, bool left_null, const cell& right) {
  if (what == symbol::plus)
    return concatenate(m, left_null ? text_view{u"null"} : left, right);
  if (!is_equality(what))
    fail_operator(type::string, what);
  if (right.kind == type::null)
    return m.make_bool(left_null == (what == symbol::equal));
  check_types_match(type::string, right.kind);
  m.spend(std::min<std::size_t>(left.size(), right.length) / 64);
  const auto same = left_null == right.is_null_text() && left == right.view();
  return m.make_bool(same == (what == symbol::equal));
}

cell* null_operator(machine& m, symbol what, const cell& right) {
  switch (what) {
    case symbol::equal:
      return m.make_bool(holds_null(right));
    case symbol::not_equal:
      return m.make_bool(!holds_null(right));
    case symbol::less:
    case symbol::greater:
      return m.make_bool(false);
    case symbol::plus:
      return concatenate(m, u"null", right);
    default:
      fail_operator(type::null, what);
  }
}

double number_in(const cell& x) {
  if (x.kind == type::real)
    return x.real;
  if (x.kind == type::integer)
    return static_cast<double>(x.integer);
  if (holds_null(x))
    fail(label::null_pointer, std::string{to_string(x.kind)} + " holds no number");
  fail(label::class_cast, std::string{to_string(x.kind)} + " is no number");
}

cell* double_operator(machine& m, symbol what, double left, const cell& right) {
  if (right.kind == type::null) {
    if (is_equality(what))
      return m.make_bool(what == symbol::not_equal);
    fail(label::unsupported,
         "DOUBLE does not support the operator " + std::string{to_string(what)} + " with NULL");
  }
  if (right.kind == type::string) {
    const auto form = double_text(left);
    m.meter(2 * form.size());
    return text_operator(m, what, form, false, right);
  }
  const auto number = number_in(right);
  if (is_arithmetic(what))
    return m.make_double(calculate(what, left, number));
  if (is_comparison(what))
    return m.make_bool(compare(what, left, number));
  fail_operator(type::real, what);
}

cell* long_operator(machine& m, symbol what, const cell& left, const cell& right) {
  if (right.kind == type::integer) {
    if (is_comparison(what))
      return m.make_bool(compare(what, left.integer, right.integer));
    if (is_arithmetic(what))
      return m.make_long(calculate(what, left.integer, right.integer));
    fail_operator(type::integer, what);
  }
  if (right.kind == type::null && is_equality(what))
    return m.make_bool(what == symbol::not_equal);
  if (right.kind == type::real) {
    m.meter(0);
    return double_operator(m, what, static_cast<double>(left.integer), right);
  }
  if (right.kind == type::string) {
    number_space space;
    const auto form = decimal(left.integer, space);
    m.meter(2 * form.size());
    return text_operator(m, what, form, false, right);
  }
  check_types_match(type::integer, right.kind);
  fail_operator(type::integer, what);
}

cell* bool_operator(machine& m, symbol what, const cell& left, const cell& right) {
  if (right.kind == type::null && is_equality(what))
    return m.make_bool(what == symbol::not_equal);
  check_types_match(type::boolean, right.kind);
  switch (what) {
    case symbol::both:
      return m.make_bool(left.truth && right.truth);
    case symbol::either:
      return m.make_bool(left.truth || right.truth);
    case symbol::equal:
      return m.make_bool(left.truth == right.truth);
    case symbol::not_equal:
      return m.make_bool(left.truth != right.truth);
    default:
      fail_operator(type::boolean, what);
  }
}

/// Makes `target` longer, in place where nobody has written behind it.
void append_to(machine& m, cell& target, text_view more) {
  const auto old = target.is_null_text() ? text_view{u"null"} : target.view();
  const auto size = old.size() + more.size();
  constexpr std::size_t length_max = std::numeric_limits<std::int32_t>::max();
  if (size > length_max)
    fail(label::illegal_state, "A string of " + std::to_string(size) + " characters is too long");
  m.spend(more.size() / 64);
  auto* home = target.home;
  if (!home || target.chars + old.size() != home->chars() + home->used
      || home->capacity - home->used < more.size()) {
    // What was appended to before is likely to grow on.
    const auto capacity = size + (home ? size : size / 4) + 4;
    m.spend(old.size() / 64);
    home = static_cast<text_buffer*>(m.memory().take(sizeof(text_buffer) + 2 * capacity));
    home->used = static_cast<std::uint32_t>(old.size());
    home->capacity = static_cast<std::uint32_t>(capacity);
    old.copy(home->chars(), old.size());
    target.chars = home->chars();
    target.home = home;
  }
  more.copy(home->chars() + home->used, more.size());
  home->used += static_cast<std::uint32_t>(more.size());
  target.length = static_cast<std::uint32_t>(size);
}

void append_value(machine& m, cell& target, const cell& value) {
  number_space space;
  const auto simple = simple_form(value, space);
  if (simple.simple)
    return append_to(m, target, simple.chars);
  text_builder form{m};
  append_inner(m, form, value);
  append_to(m, target, form.view());
}

/// The target's type stays; contents of texts, arrays and maps are shared.
void copy_content(cell& target, const cell& value) {
  check_types_match(target.kind, value.kind);
  target = value;
}

} // namespace

void check_types_match(type left, type right) {
  if (left != right)
    fail(label::illegal_argument, "Type mismatch, found " + std::string{to_string(right)}
                                    + ", expected " + std::string{to_string(left)});
}

cell* apply_binary(machine& m, symbol what, cell& left, cell& right) {
  switch (left.kind) {
    case type::integer:
      return long_operator(m, what, left, right);
    case type::real:
      return double_operator(m, what, left.real, right);
    case type::string:
      return text_operator(m, what, left.view(), left.is_null_text(), right);
    case type::boolean:
      return bool_operator(m, what, left, right);
    case type::null:
      return null_operator(m, what, right);
    default:
      fail_operator(left.kind, what);
  }
}

cell* apply_unary(machine& m, symbol what, cell& x) {
  if (what == symbol::negation) {
    if (x.kind == type::boolean)
      return m.make_bool(!x.truth);
  } else if (x.kind == type::integer) {
    const auto bits = static_cast<std::uint64_t>(x.integer);
    return m.make_long(what == symbol::minus ? wrap(0 - bits) : x.integer);
  } else if (x.kind == type::real) {
    return m.make_double(what == symbol::minus ? -x.real : x.real);
  }
  fail_operator(x.kind, what);
}

void apply_assign(machine& m, symbol what, cell& target, const cell& value) {
  const auto kind = target.kind;
  if (kind == type::string && what == symbol::plus)
    return append_value(m, target, value);
  if (kind == type::integer || kind == type::real) {
    check_types_match(kind, value.kind);
    if (what == symbol::none)
      target = value;
    else if (kind == type::integer)
      target.integer = calculate(what, target.integer, value.integer);
    else
      target.real = calculate(what, target.real, value.real);
    return;
  }
  const auto assignable = kind <= type::days;
  if (what != symbol::none || !assignable)
    fail(label::unsupported, std::string{to_string(kind)} + " does not support the assignment "
                               + (what == symbol::none ? "" : std::string{to_string(what)}) + "=");
  copy_content(target, value);
}

} // namespace tutti::sel
