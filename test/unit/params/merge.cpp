#include "runtime/params/merge.hpp"

#include "test/unit/params/builders.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::internal_param_mode;
using model::param_map;
using model::param_mode;
using model::param_source;
using model::param_type;
using model::value;

namespace {

constexpr merge_context definition{param_source::definition, false, false};
constexpr merge_context launch{param_source::launch, false, false};
constexpr merge_context restart{param_source::restart, false, true};
constexpr merge_context upstream{param_source::foreach, true, false};
constexpr merge_context output{param_source::output_parameter, false, false};

param_map defined(param_map x) {
  param_map out;
  REQUIRE(merge(out, x, definition));
  return out;
}

std::string refusal(param_map baseline, const param_map& add, const merge_context& context) {
  auto good = merge(baseline, add, context);
  REQUIRE(!good);
  CHECK(good.error().code == ec::bad_request);
  return good.error().message;
}

param_map merged(param_map baseline, const param_map& add, const merge_context& context) {
  auto good = merge(baseline, add, context);
  REQUIRE_MESSAGE(good.has_value(), (good ? "" : good.error().message));
  return baseline;
}

} // namespace

TEST_CASE("a new parameter gets mode, source and tags and loses user meta") {
  auto x = literal(text("v"));
  x.meta.set("note", "1");
  auto out = defined({{"p", x}});
  const auto& p = *out.find("p");
  CHECK(p.mode == param_mode::mutable_always);
  CHECK(p.source == param_source::definition);
  CHECK(p.tags == std::vector<model::tag>{});
  CHECK(p.meta.empty());
}

TEST_CASE("names keep their places and new ones are appended") {
  auto base = defined({{"a", literal(number(1))}, {"b", literal(number(2))}});
  auto out = merged(base, {{"c", literal(number(3))}, {"a", literal(number(4))}}, launch);
  std::vector<std::string> order;
  for (const auto& x : out)
    order.push_back(x.first);
  CHECK(order == std::vector<std::string>{"a", "b", "c"});
  CHECK(out.find("a")->literal == number(4));
  CHECK(out.find("a")->source == param_source::launch);
}

TEST_CASE("modes say who may change a parameter") {
  auto base = [](param_mode mode) { return defined({{"p", literal(text("a"), mode)}}); };
  param_map change{{"p", literal(text("b"))}};
  merged(base(param_mode::mutable_on_start), change, launch);
  merged(base(param_mode::mutable_on_start_restart), change, restart);
  merged(base(param_mode::mutable_always), change, output);
  CHECK(refusal(base(param_mode::immutable), change, launch)
        == "Cannot modify param with mode [IMMUTABLE] for parameter [p]");
  CHECK(refusal(base(param_mode::constant), change, definition)
        == "Cannot modify param with mode [CONSTANT] for parameter [p]");
  CHECK(refusal(base(param_mode::mutable_on_start), change, restart)
        == "Cannot modify param with mode [MUTABLE_ON_START] for parameter [p]");
  CHECK(refusal(base(param_mode::mutable_on_start_restart), change, output)
        == "Cannot modify param with mode [MUTABLE_ON_START_RESTART] for parameter [p]");
}

TEST_CASE("setting an equal value only changes the source") {
  auto base = defined({{"p", literal(text("a"), param_mode::constant)}});
  auto out = merged(base, {{"p", literal(text("a"))}}, launch);
  CHECK(out.find("p")->source == param_source::launch);
  CHECK(out.find("p")->mode == param_mode::constant);
}

TEST_CASE("a mode may not become less strict, but a new name may have any") {
  auto base = defined({{"p", literal(text("a"), param_mode::mutable_on_start)}});
  CHECK(contains(refusal(base, {{"p", literal(text("a"), param_mode::mutable_always)}}, launch),
                 "less strict"));
  auto out = merged(base, {{"q", literal(text("a"), param_mode::constant)}}, launch);
  CHECK(out.find("q")->mode == param_mode::constant);
}

TEST_CASE("an override may raise the mode only as far as it may change it") {
  auto base = defined({{"p", literal(text("a"))}});
  auto out = merged(base, {{"p", literal(text("b"), param_mode::mutable_on_start)}}, launch);
  CHECK(out.find("p")->mode == param_mode::mutable_on_start);
  CHECK(!merge(base, {{"p", literal(text("b"), param_mode::immutable)}}, launch));
}

TEST_CASE("the baseline's type wins and literals are converted") {
  auto base = defined({{"l", literal(number(1))},
                       {"d", literal(value{1.5})},
                       {"s", literal(text("a"))},
                       {"sa", literal(value{std::vector<std::string>{"a"}})}});
  auto out = merged(base,
                    {{"l", literal(text("5"))},
                     {"d", literal(number(2))},
                     {"s", literal(value{2.50})},
                     {"sa", literal(numbers({1, 2}))}},
                    launch);
  CHECK(out.find("l")->literal == number(5));
  CHECK(out.find("l")->type == param_type::integer);
  CHECK(out.find("d")->literal == value{model::decimal{"2.0"}});
  CHECK(out.find("s")->literal == text("2.5"));
  CHECK(out.find("sa")->literal == value{std::vector<std::string>{"1", "2"}});
}

TEST_CASE("literals that do not fit name parameter and types") {
  auto base = defined({{"p", literal(number(1))}, {"a", literal(numbers({1}))}});
  CHECK(refusal(base, {{"p", literal(text("abc"))}}, launch)
        == "BAD_REQUEST - ParameterDefinition type mismatch name [p] from [STRING] != to [LONG]");
  CHECK(contains(refusal(base, {{"p", literal(value{1.0})}}, launch), "[DOUBLE] != to [LONG]"));
  CHECK(contains(refusal(base, {{"a", literal(text("1"))}}, launch), "[LONG_ARRAY]"));
}

TEST_CASE("an expression of another type is accepted") {
  auto base = defined({{"p", literal(number(1))}});
  auto out = merged(base, {{"p", expression(param_type::text, "x")}}, launch);
  CHECK(out.find("p")->type == param_type::integer);
  CHECK(!out.find("p")->literal);
}

TEST_CASE("a literal MAP is merged entry by entry") {
  auto inner = [](std::int64_t x) { return value{param_map{{"k", literal(number(x))}}}; };
  auto base = defined({{"m", literal(inner(1), param_mode::constant)}});
  CHECK(base.find("m")->literal->as<param_map>()->find("k")->mode == param_mode::constant);
  auto more = value{param_map{{"new", literal(text("v"))}}};
  auto out = merged(base, {{"m", literal(more)}}, launch);
  const auto* entries = out.find("m")->literal->as<param_map>();
  REQUIRE(entries);
  CHECK(entries->find("k")->literal == number(1));
  CHECK(entries->find("new")->mode == param_mode::constant);
  CHECK(entries->find("new")->source == param_source::launch);
  CHECK(refusal(base, {{"m", literal(inner(2))}}, launch)
        == "Cannot modify param with mode [CONSTANT] for parameter [k]");
}

TEST_CASE("a literal STRING_MAP is overwritten key by key whatever its mode") {
  model::string_map old{{"a", "1"}, {"b", "2"}};
  model::string_map add{{"b", "3"}, {"c", "4"}};
  auto base = defined({{"m", literal(value{old}, param_mode::constant)}});
  auto out = merged(base, {{"m", literal(value{add})}}, launch);
  CHECK(out.find("m")->literal == value{model::string_map{{"a", "1"}, {"b", "3"}, {"c", "4"}}});
}

TEST_CASE("a literal MAP cannot go over an expression, the reverse replaces it") {
  auto map = literal(value{param_map{{"k", literal(number(1))}}});
  auto from = expression(param_type::map, "f");
  CHECK(contains(refusal(defined({{"m", from}}), {{"m", map}}, launch), "is the expression [f]"));
  auto out = merged(defined({{"m", map}}), {{"m", from}}, launch);
  CHECK(out.find("m")->expression == "f");
  CHECK(!out.find("m")->literal);
  CHECK(contains(refusal(defined({{"m", literal(text("a"))}}), {{"m", map}}, launch),
                 "[MAP] != to [STRING]"));
}

TEST_CASE("an upstream run wins over modes unless the value is from its definition") {
  auto base = defined({{"p", literal(text("a"), param_mode::constant)}});
  auto change = literal(text("b"));
  CHECK(!merge(base, {{"p", change}}, upstream));
  change.source = param_source::definition;
  CHECK(!merge(base, {{"p", change}}, upstream));
  change.source = param_source::launch;
  auto out = merged(base, {{"p", change}}, upstream);
  CHECK(out.find("p")->literal == text("b"));
  CHECK(out.find("p")->mode == param_mode::constant);
  CHECK(out.find("p")->source == param_source::foreach);
}

TEST_CASE("sources and system modes cannot be set by others") {
  auto base = defined({{"p", literal(text("a"))}});
  auto change = literal(text("b"));
  change.source = param_source::definition;
  CHECK(refusal(base, {{"p", change}}, launch) == "Cannot modify source for parameter [p]");
  change.source.reset();
  change.internal_mode = internal_param_mode::optional;
  CHECK(refusal(base, {{"p", change}}, launch) == "Cannot modify system mode for parameter [p]");
}

TEST_CASE("tags are joined and the validator stays unless replaced") {
  auto x = literal(text("a"));
  x.tags = std::vector<model::tag>{{"t1", {}, {}, {}}};
  x.validator = "@NotEmpty";
  auto y = literal(text("b"));
  y.tags = std::vector<model::tag>{{"t1", {}, {}, {}}, {"t2", {}, {}, {}}};
  auto out = merged(defined({{"p", x}}), {{"p", y}}, launch);
  CHECK(out.find("p")->tags->size() == 2);
  CHECK(out.find("p")->validator == "@NotEmpty");
}

TEST_CASE("clean-up drops unset optional parameters and refuses unset required ones") {
  model::param unset;
  unset.internal_mode = internal_param_mode::optional;
  auto empty = literal(value{param_map{}});
  empty.internal_mode = internal_param_mode::optional;
  auto reserved = literal(number(1));
  reserved.internal_mode = internal_param_mode::reserved;
  auto map = literal(value{param_map{{"in", unset}, {"k", reserved}}});
  param_map all{{"unset", unset}, {"empty", empty}, {"r", reserved}, {"m", map}};
  REQUIRE(clean_up(all));
  CHECK(all.size() == 2);
  CHECK(!all.find("r")->internal_mode);
  const auto* entries = all.find("m")->literal->as<param_map>();
  CHECK(entries->size() == 1);
  CHECK(!entries->find("k")->internal_mode);
  unset.internal_mode = internal_param_mode::required;
  param_map missing{{"image", unset}};
  auto good = clean_up(missing);
  REQUIRE(!good);
  CHECK(good.error().message == "[image] is a required parameter (type=[STRING])");
}
