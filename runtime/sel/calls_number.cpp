#include "runtime/sel/call_rules.hpp"
#include "runtime/sel/hash_map.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tutti::sel {

namespace {

/// As Java casts: the nearest number of 64 bits, 0 for NaN.
std::int64_t truncated(double x) {
  constexpr auto bound = 9223372036854775808.0;
  if (std::isnan(x))
    return 0;
  if (x >= bound)
    return std::numeric_limits<std::int64_t>::max();
  if (x < -bound)
    return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(x);
}

double number_of(const cell& x) {
  if (x.kind == type::integer)
    return static_cast<double>(x.integer);
  if (x.kind == type::real)
    return x.real;
  check_has_value(x);
  const auto is_null = x.kind == type::null || x.empty
                       || (x.kind == type::string && x.is_null_text())
                       || (x.kind == type::map && x.entries == nullptr);
  if (is_null)
    fail(label::null_pointer, "A number is null");
  fail(label::class_cast, std::string{to_string(x.kind)} + " is no number");
}

/// Java says NaN where C has agreed on 1.
double power(double base, double exponent) {
  if (exponent == 0)
    return 1;
  if (std::isnan(base) || std::isnan(exponent) || (std::fabs(base) == 1 && std::isinf(exponent)))
    return std::numeric_limits<double>::quiet_NaN();
  return std::pow(base, exponent);
}

[[noreturn]] void fail_null_map() {
  fail(label::null_pointer, "The map is null");
}

} // namespace

cell* call_double(machine& m, cell& self, method what, std::string_view name, arguments args) {
  if (args.empty()) {
    if (what == method::to_string)
      return m.make_text_copy(double_text(self.real));
    if (what == method::int_value || what == method::long_value)
      return m.make_long(truncated(self.real));
  } else if (args.size() == 1) {
    const auto& x = *args[0];
    if (what == method::to_string)
      return m.make_text_copy(double_text(cast(x, type::real).real));
    if (what == method::value_of && x.kind == type::real)
      return m.make_double(x.real);
    if (what == method::value_of && x.kind == type::string)
      return m.make_double(double_of(x));
    if (what == method::parse_double)
      return m.make_double(double_of(cast_text(x)));
  }
  fail_no_method(self, name, args);
}

cell* call_math(machine& m, method what, std::string_view name, arguments args) {
  if (args.size() == 2) {
    if (what == method::min || what == method::max) {
      const auto a = cast_long(*args[0]);
      const auto b = cast_long(*args[1]);
      return m.make_long(what == method::min ? std::min(a, b) : std::max(a, b));
    }
    if (what == method::pow)
      return m.make_double(power(number_of(*args[0]), number_of(*args[1])));
  }
  if (what == method::random && args.empty()) {
    constexpr auto bits = 53;
    return m.make_double(
      std::ldexp(static_cast<double>(m.with().random_bits() >> (64 - bits)), -bits));
  }
  fail_no_method(cell{type::math}, name, args);
}

cell* call_map(machine& m, cell& self, method what, std::string_view name, arguments args) {
  auto* entries = self.entries;
  const auto known = (what == method::size && args.empty())
                     || (what == method::get && args.size() == 1)
                     || (what == method::contains_key && args.size() == 1)
                     || (what == method::put && args.size() == 2)
                     || (what == method::get_or_default && args.size() == 2);
  if (!known)
    fail_no_method(self, name, args);
  if (what == method::size)
    return m.make_long(entries ? entries->size() : 0);
  if (what == method::contains_key && !entries)
    return m.make_bool(false);
  const auto& key = cast_text(*args[0]);
  if (!entries)
    fail_null_map();
  std::uint64_t work = 0;
  cell* out = nullptr;
  if (what == method::put)
    out = entries->put(m.memory(), key.chars, key.length, args[1], work);
  else
    out = entries->find(key.chars, key.length, work);
  m.spend(work / 4);
  if (what == method::contains_key)
    return m.make_bool(out != nullptr);
  if (!out)
    return what == method::get_or_default ? args[1] : m.null();
  return out;
}

} // namespace tutti::sel
