#include "runtime/sel/call_rules.hpp"

namespace tutti::sel {

void wrap_failure(failure& why, std::string_view name, std::size_t count) {
  if (why.from_host || why.label == label::illegal_state)
    return;
  why.cause = why.label;
  why.label = label::illegal_argument;
  why.message = "Failed calling method " + std::string{name} + std::to_string(count) + ": "
                + why.message;
}

void fail_wrong_receiver() {
  fail(label::wrong_method_type, "the receiver is null, or the method takes none");
}

void check_has_value(const cell& x) {
  if (x.kind >= type::params || x.kind == type::uuid)
    fail(label::unsupported, std::string{to_string(x.kind)} + " has no value for a method");
}

const cell& text_or_null(const cell& x) {
  check_has_value(x);
  if (x.kind != type::string && x.kind != type::null)
    fail(label::class_cast, std::string{to_string(x.kind)} + " is no STRING");
  return x;
}

text_view text_argument(const cell& x) {
  const auto& out = text_or_null(x);
  if (out.kind == type::null || out.is_null_text())
    fail(label::null_pointer, "an argument is null, expected STRING");
  return out.view();
}

std::int32_t int_argument(const cell& x) {
  check_has_value(x);
  if (x.kind == type::null || (x.kind == type::string && x.is_null_text())
      || (x.kind == type::map && x.entries == nullptr) || x.empty)
    fail(label::null_pointer, "an argument is null, expected LONG");
  if (x.kind != type::integer)
    fail(label::class_cast, std::string{to_string(x.kind)} + " is no LONG");
  if (x.integer > 2'147'483'647)
    fail(label::class_cast, std::to_string(x.integer) + " has more than 32 bits");
  return static_cast<std::int32_t>(x.integer);
}

const cell& cast(const cell& x, type wanted) {
  if (x.kind != wanted)
    fail(label::class_cast, "An argument is " + std::string{to_string(x.kind)} + ", expected "
                              + std::string{to_string(wanted)});
  return x;
}

const cell& cast_text(const cell& x) {
  return cast(x, type::string);
}

std::int64_t cast_long(const cell& x) {
  return cast(x, type::integer).integer;
}

std::int64_t long_of(const cell& x) {
  const auto out = x.is_null_text() ? std::nullopt : parse_long(x.view());
  if (!out)
    fail(label::number_format, x.is_null_text()
                                 ? "Cannot parse null string"
                                 : "For input string: \"" + to_utf8(x.view().substr(0, 64)) + "\"");
  return *out;
}

double double_of(const cell& x) {
  if (x.is_null_text())
    fail(label::null_pointer, "A number is to be read from null");
  const auto out = parse_double(x.view());
  if (!out)
    fail(label::number_format, "For input string: \"" + to_utf8(x.view().substr(0, 64)) + "\"");
  return *out;
}

} // namespace tutti::sel
