#include "runtime/sel/sel.hpp"

#include "runtime/sel/convert.hpp"
#include "runtime/sel/failure.hpp"
#include "runtime/sel/machine.hpp"
#include "runtime/sel/tree.hpp"

#include <exception>
#include <new>

namespace tutti::sel {

namespace {

error to_error(const failure& why) {
  if (why.from_host)
    return *why.from_host;
  error out{ec::bad_request, why.label + ": " + why.message, {why.label}};
  if (!why.cause.empty())
    out.details.push_back(why.cause);
  return out;
}

/// Runs what may throw.
template <class F>
auto guarded(F body) -> decltype(body()) {
  try {
    return body();
  } catch (const failure& why) {
    return to_error(why);
  } catch (const std::bad_alloc&) {
    return error{ec::overloaded,
                 "There is not enough memory for an expression",
                 {std::string{label::illegal_state}}};
  } catch (const std::exception& why) {
    return error{ec::internal, "An expression failed: " + std::string{why.what()}};
  }
}

bool can_be_result(type x) {
  return x <= type::map;
}

std::size_t size_of(const tree& x) {
  auto out = sizeof(tree) + x.nodes.size() * sizeof(node) + x.links.size() * sizeof(std::uint32_t)
             + x.literals.size() * (sizeof(literal_value) + sizeof(cell));
  for (const auto& name : x.names)
    out += sizeof(name) + name.capacity() + 8;
  for (const auto& literal : x.literals)
    if (const auto* chars = std::get_if<text>(&literal))
      out += 2 * chars->capacity();
  return out;
}

} // namespace

program::program(tree compiled)
  : tree_(std::make_unique<const tree>(std::move(compiled))),
    bytes_(size_of(*tree_)) {
  for (const auto name : tree_->references)
    references_.push_back(tree_->names[name]);
}

program::~program() = default;

result<outcome> program::run(inputs& names, const budget& with) const {
  return guarded([&]() -> result<outcome> {
    machine m{*tree_, names, with};
    const auto& out = m.run();
    return outcome{std::string{to_string(out.kind)}, to_json_text(m, out)};
  });
}

result<model::value> program::evaluate(inputs& names, const budget& with) const {
  return guarded([&]() -> result<model::value> {
    machine m{*tree_, names, with};
    const auto& out = m.run();
    if (out.kind == type::thrown)
      return error{ec::bad_request,
                   "Expression throws an error [ERROR: "
                     + (out.is_null_text() ? "null" : to_utf8(out.view())) + "]",
                   {"ERROR"}};
    if (!can_be_result(out.kind))
      return error{ec::bad_request,
                   "Invalid return type [" + std::string{to_string(out.kind)} + "]",
                   {std::string{to_string(out.kind)}}};
    try {
      return to_value(m, out);
    } catch (const failure& why) {
      auto out_error = to_error(why);
      if (why.label != label::illegal_state && !why.from_host)
        out_error.code = ec::internal;
      return out_error;
    }
  });
}

result<std::shared_ptr<const program>> compile(std::string_view source, const limits& within) {
  return guarded([&]() -> result<std::shared_ptr<const program>> {
    // A character of UTF-16 has at most three bytes.
    const auto units = source.size() / 3 >= within.length ? std::u16string{} : to_utf16(source);
    if (source.size() / 3 >= within.length || units.size() >= within.length)
      fail(label::illegal_argument,
           "The text has not less than " + std::to_string(within.length) + " characters");
    return std::make_shared<const program>(parse(units, within.depth));
  });
}

} // namespace tutti::sel
