#include "runtime/dsl/dsl.hpp"

#include "runtime/dsl/jobs.hpp"
#include "runtime/dsl/keys.hpp"
#include "runtime/dsl/yaml_tree.hpp"

#include <exception>

namespace tutti::dsl {

namespace {

using word = std::string_view;

constexpr std::int64_t step_concurrency_default = 20;
constexpr std::int64_t parallel_concurrency = 20;

/// The keys of the workflow (spec 01 §15.2).
class workflow_reader {
public:
  workflow_reader(const entry& root, reading& in)
    : root_(root),
      where_("workflow"),
      in_(in),
      params_(in.out) {}

  model::workflow_create_request read() {
    for (const auto& item : root_.value.entries)
      if (item.named() && !read_member(item) && !read_property(item) && !read_structure(item)) {
        hint_at_key(item, where_, {}, in_.out);
        params_.add(item, where_);
      }
    if (out_.workflow.id.empty() && !seen_id_)
      missing("id", "a text");
    if (!jobs_ || jobs_->value.kind == node_kind::null)
      missing("jobs", "a list of jobs");
    properties_.run_strategy = run_strategy();
    properties_.step_concurrency = step_concurrency_.value_or(step_concurrency_default);
    out_.properties = std::move(properties_);
    out_.workflow.params = std::move(params_).take();
    out_.workflow.steps = read_level(jobs_, dag_, where_, in_);
    return std::move(out_);
  }

private:
  void missing(word key, word expected) {
    in_.out.add(root_.key.at, path{where_, key}, missing_text(root_.value, key, expected));
  }

  bool read_member(const entry& item) {
    const auto& key = item.key.text;
    path here{where_, key};
    member_reader member{item, here, in_.out};
    auto& x = out_.workflow;
    if (key == "id") {
      seen_id_ = item.value.kind != node_kind::null;
      x.id = member.text().value_or("");
    } else if (key == "name")
      x.name = member.text();
    else if (key == "description")
      x.description = member.text();
    else if (key == "tags")
      x.tags = read_tags(item, here, in_.out);
    else if (key == "timeout")
      x.timeout = read_timeout(item, here, in_.out);
    else if (key == "criticality")
      x.criticality = member.word(model::parse_criticality, criticality_words);
    else
      return false;
    return true;
  }

  bool read_property(const entry& item) {
    const auto& key = item.key.text;
    path here{where_, key};
    member_reader member{item, here, in_.out};
    if (key == "owner") {
      if (auto name = member.strict_text())
        properties_.owner = model::user{std::move(*name), {}};
    } else if (key == "run_strategy")
      rule_ = member.word(model::parse_run_rule, run_rule_words);
    else if (key == "workflow_concurrency") {
      concurrency_entry_ = &item;
      concurrency_ = member.integer();
    } else if (key == "step_concurrency")
      step_concurrency_ = member.integer();
    else
      return false;
    return true;
  }

  bool read_structure(const entry& item) {
    const auto& key = item.key.text;
    path here{where_, key};
    if (key == "jobs")
      jobs_ = &item;
    else if (key == "dag")
      dag_ = &item;
    else if (key == "workflow_params") {
      if (member_reader{item, here, in_.out}.is(node_kind::map, "a map of params"))
        params_.replace(item.value, here);
    } else
      return false;
    return true;
  }

  model::run_strategy run_strategy() {
    if (!rule_)
      return {};
    auto parallel = *rule_ == model::run_rule::parallel;
    if (!parallel && concurrency_ && *concurrency_ > 1)
      in_.out.add(concurrency_entry_->at(), path{where_, "workflow_concurrency"},
                  "found " + std::to_string(*concurrency_) + ", expected 1, as the run strategy is "
                    + std::string{to_string(*rule_)} + "; only PARALLEL runs more than one");
    return {*rule_, concurrency_.value_or(parallel ? parallel_concurrency : 1)};
  }

  const entry& root_;
  path where_;
  reading& in_;
  param_collector params_;
  model::workflow_create_request out_;
  model::properties properties_;
  std::optional<model::run_rule> rule_;
  std::optional<std::int64_t> concurrency_;
  std::optional<std::int64_t> step_concurrency_;
  const entry* concurrency_entry_ = nullptr;
  const entry* jobs_ = nullptr;
  const entry* dag_ = nullptr;
  bool seen_id_ = false;
};

/// The entry of the root key, or nothing, which is reported.
const entry* root_entry(const node& document, report& out) {
  constexpr word expected = "expected a map with one root key, workflow";
  auto fail = [&](place at, const std::string& why) -> const entry* {
    out.add(at, why);
    return nullptr;
  };
  if (document.kind != node_kind::map || document.entries.empty())
    return fail(document.at, "found " + describe(document) + ", " + std::string{expected});
  const entry* root = nullptr;
  for (const auto& item : document.entries)
    if (item.named() && (item.key.text == root_words[0] || item.key.text == root_words[1])) {
      if (root)
        return fail(item.key.at, "found a second root key, " + std::string{expected});
      root = &item;
    }
  for (const auto& item : document.entries) {
    if (&item == root || !item.named())
      continue;
    auto why = "found the root key " + quoted(item.key.text) + ", " + std::string{expected};
    if (root)
      return fail(item.key.at, why + "; indent the keys of the workflow below it");
    auto hint = hint_for(item.key.text, std::span{root_words}.first(1));
    if (hint.empty() && item.key.text == "id")
      hint = "; write workflow: first and indent the other keys below it";
    return fail(item.key.at, why + hint);
  }
  if (root && root->value.kind != node_kind::map)
    return fail(root->at(), "workflow: found " + describe(root->value) + ", expected a map");
  return root;
}

result<model::workflow_create_request> read_checked(std::string_view yaml,
                                                    const template_lookup& find_template,
                                                    std::vector<mistake>* hints) {
  report out;
  model::workflow_create_request request;
  if (auto document = load_tree(yaml, out)) {
    reading in{out, find_template};
    if (const auto* root = root_entry(*document, out))
      request = workflow_reader{*root, in}.read();
  }
  if (hints)
    *hints = out.hints();
  if (!out.empty())
    return out.to_error();
  return request;
}

} // namespace

result<model::workflow_create_request> read_workflow(std::string_view yaml,
                                                     const template_lookup& find_template,
                                                     std::vector<mistake>* hints) {
  try {
    return read_checked(yaml, find_template, hints);
  } catch (const std::exception& why) {
    return error{ec::internal, std::string{"the YAML document could not be read: "} + why.what()};
  }
}

} // namespace tutti::dsl
