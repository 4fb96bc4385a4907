#include "runtime/dsl/differences.hpp"

#include "runtime/dsl/dsl.hpp"
#include "runtime/dsl/report.hpp"
#include "runtime/model/decimals.hpp"
#include "runtime/model/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace tutti::dsl {

namespace {

namespace json = boost::json;

std::string shown(const json::value& x) {
  return x.is_object() ? "an object" : x.is_array() ? "a list" : shortened(model::to_text(x));
}

bool is_number(const json::value& x) {
  return x.is_number() || !model::exact_digits(x).empty();
}

/// What means the same as nothing.
bool is_empty(const json::value& x) {
  return (x.is_object() && x.get_object().empty()) || (x.is_array() && x.get_array().empty());
}

double number_of(const json::value& x) {
  const auto found = model::parse_decimal(model::to_text(x));
  return found ? model::to_double(*found) : 0;
}

class comparison {
public:
  comparison(std::vector<std::string>& lost, std::vector<std::string>& added)
    : lost_(lost),
      added_(added) {}

  // NOLINTNEXTLINE(misc-no-recursion)
  void compare(const json::value& from, const json::value& to, const path* at) {
    if (const auto* members = from.if_object(); members && to.is_object())
      return compare(*members, to.get_object(), at);
    if (const auto* items = from.if_array(); items && to.is_array())
      return compare(*items, to.get_array(), at);
    const auto numbers = is_number(from) && is_number(to);
    // A timeout in seconds becomes a text, which means the same.
    if (from.is_int64() && to.is_string() && model::to_text(from) == to.get_string())
      return;
    const auto same = numbers && !(from.is_int64() && to.is_int64())
                        ? number_of(from) == number_of(to)
                        : from == to;
    if (!same)
      add(lost_, at, shown(from) + " becomes " + shown(to));
  }

private:
  // NOLINTNEXTLINE(misc-no-recursion)
  void compare(const json::object& from, const json::object& to, const path* at) {
    for (const auto& member : from) {
      const auto here = below(at, name_of(member));
      if (const auto* other = to.if_contains(member.key()))
        compare(member.value(), *other, &here);
      else if (!is_empty(member.value()))
        add(lost_, &here, "the DSL cannot say this");
    }
    for (const auto& member : to) {
      const auto here = below(at, name_of(member));
      if (!from.contains(member.key()) && !is_empty(member.value()))
        add(added_, &here, shown(member.value()) + " is added");
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void compare(const json::array& from, const json::array& to, const path* at) {
    const auto both = std::min(from.size(), to.size());
    for (std::size_t i = 0; i < both; ++i) {
      const path here{*at, i};
      compare(from[i], to[i], &here);
    }
    if (from.size() != to.size())
      add(lost_, at, std::to_string(from.size()) + " items become " + std::to_string(to.size()));
  }

  static std::string_view name_of(const json::key_value_pair& x) {
    return {x.key().data(), x.key().size()};
  }

  static path below(const path* at, std::string_view name) {
    return at ? path{*at, name} : path{name};
  }

  static void add(std::vector<std::string>& to, const path* at, const std::string& what) {
    if (to.size() < mistake_limit)
      to.push_back((at ? at->text() + ": " : std::string{}) + what);
  }

  std::vector<std::string>& lost_;
  std::vector<std::string>& added_;
};

} // namespace

void find_differences(const json::value& from, const json::value& to,
                      std::vector<std::string>& lost, std::vector<std::string>& added) {
  comparison{lost, added}.compare(from, to, nullptr);
}

} // namespace tutti::dsl
