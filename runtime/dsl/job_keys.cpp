#include "runtime/dsl/job_keys.hpp"

#include "runtime/dsl/keys.hpp"

namespace tutti::dsl {

namespace {

using model::step_kind;
using model::step_type;
using word = std::string_view;

constexpr word range_words[] = {"from", "to", "increment"};

model::param literal_param(model::param_type type, model::value literal) {
  model::param x;
  x.type = type;
  x.literal = std::move(literal);
  return x;
}

/// The steps of a type that has a job key of its own.
bool has_own_key(step_type x) {
  return x == step_type::foreach || x == step_type::while_ || x == step_type::subworkflow;
}

/// One job, key by key; what depends on several keys is left for the end.
class job_reader {
public:
  job_reader(step_kind kind, const entry& item, const path& where, reading& in)
    : item_(item),
      where_(where),
      in_(in),
      params_(in.out),
      loop_params_(in.out, loop_texts(kind)) {
    x_.step.kind = kind;
  }

  job read() {
    for (const auto& item : item_.value.entries)
      if (item.named() && !read_common(item) && !read_special(item)) {
        hint_at_key(item, where_, x_.step.kind, in_.out);
        params_.add(item, where_);
      }
    if (!seen_id_)
      missing("id", "a text");
    finish();
    x_.step.params = std::move(params_).take();
    return std::move(x_);
  }

private:
  static text_means loop_texts(step_kind kind) {
    return kind == step_kind::foreach ? text_means::array_reference : text_means::literal;
  }

  void missing(word key, word expected) {
    in_.out.add(item_.key.at, path{where_, key}, missing_text(item_.value, key, expected));
  }

  /// Whether the key is one that all kinds have.
  bool read_common(const entry& item) {
    path here{where_, item.key.text};
    member_reader member{item, here, in_.out};
    const auto& key = item.key.text;
    auto& step = x_.step;
    if (key == "id")
      read_id(item, here);
    else if (key == "name")
      step.name = member.text();
    else if (key == "description")
      step.description = member.text();
    else if (key == "failure_mode")
      step.failure_mode = member.word(model::parse_failure_mode, failure_mode_words);
    else if (key == "tags")
      step.tags = read_tags(item, here, in_.out);
    else if (key == "timeout")
      step.timeout = read_timeout(item, here, in_.out);
    else if (key == "transition") {
      if (member.is(node_kind::list, "a list of transitions")) {
        x_.own_transition = !item.value.items.empty();
        step.transition.successors = read_transition(item.value, here, in_.level, in_.out);
      }
    } else if (key == "job_params") {
      if (member.is(node_kind::map, "a map of params"))
        params_.replace(item.value, here);
    } else
      return false;
    return true;
  }

  void read_id(const entry& item, const path& here) {
    auto id = member_reader{item, here, in_.out}.text();
    // Another kind of value is reported as such.
    seen_id_ = item.value.kind != node_kind::null;
    if (!id)
      return;
    auto [first, fresh] = in_.job_ids.emplace(*id, item.value.at);
    if (!fresh)
      in_.out.add(item.value.at, here,
                  "the job id " + quoted(*id) + " is used already in line "
                    + std::to_string(first->second.line));
    x_.step.id = std::move(*id);
  }

  /// Whether the key is one of this kind.
  bool read_special(const entry& item) {
    switch (x_.step.kind) {
      case step_kind::step:
        return read_job_key(item);
      case step_kind::subworkflow:
        return read_subworkflow_key(item);
      default:
        return read_loop_key(item);
    }
  }

  bool read_job_key(const entry& item) {
    const auto& key = item.key.text;
    if (key == "type")
      type_ = &item;
    else if (key == "type_version")
      version_ = member_reader{item, path{where_, key}, in_.out}.number_text();
    else
      return false;
    return true;
  }

  bool read_subworkflow_key(const entry& item) {
    const auto& key = item.key.text;
    path here{where_, key};
    member_reader member{item, here, in_.out};
    if (key == "workflow_id" || key == "subworkflow_id")
      target_ = member.text();
    else if (key == "version" || key == "subworkflow_version")
      version_ = member.number_text();
    else if (key == "sync")
      x_.step.sync = member.boolean();
    else if (key == "explicit_params")
      x_.step.explicit_params = member.boolean();
    else
      return false;
    return true;
  }

  bool read_loop_key(const entry& item) {
    auto foreach = x_.step.kind == step_kind::foreach;
    const auto& key = item.key.text;
    path here{where_, key};
    member_reader member{item, here, in_.out};
    if (key == "loop_params" || key == "params") {
      if (member.is(node_kind::map, "a map of loop params")) {
        loop_params_.replace(item.value, here);
        has_loop_params_ = true;
      }
    } else if (key == "jobs")
      jobs_ = &item;
    else if (key == "dag")
      dag_ = &item;
    else if (foreach && (key == "concurrency" || key == "job_concurrency"))
      x_.step.concurrency = member.integer();
    else if (foreach && key == "ranges")
      ranges_ = &item;
    else if (!foreach && key == "condition")
      x_.step.condition = member.number_text();
    else
      return false;
    return true;
  }

  void finish() {
    switch (x_.step.kind) {
      case step_kind::step:
        return finish_job();
      case step_kind::subworkflow:
        return finish_subworkflow();
      default:
        return finish_loop();
    }
  }

  /// A type that is no step type names a job template, whose step type counts.
  void finish_job() {
    if (!type_ || type_->value.kind == node_kind::null)
      return missing("type", "a step type or a job template");
    path here{where_, "type"};
    auto type = member_reader{*type_, here, in_.out}.text();
    if (!type)
      return;
    auto found = model::parse_step_type(*type);
    if (found && has_own_key(*found)) {
      in_.out.add(type_->at(), here,
                  "found " + describe(type_->value)
                    + ", expected the type of a job; write the job under the key "
                    + quoted(to_string(*found)) + " in place of \"job\"");
      return;
    }
    if (!found) {
      auto version = version_.value_or("default");
      if (in_.find_template)
        found = in_.find_template(*type, version);
      if (!found) {
        in_.out.add(type_->at(), here,
                    "found " + describe(type_->value)
                      + ", which is no step type, and there is no job template of "
                        "that name in version "
                      + quoted(version) + hint_for(*type, job_type_words));
        return;
      }
      x_.step.sub_type = std::move(*type);
    }
    x_.step.type = *found;
  }

  void finish_subworkflow() {
    x_.step.type = step_type::subworkflow;
    auto set = [&](const char* name, std::string text) {
      params_.set(name, literal_param(model::param_type::text, model::value{std::move(text)}));
    };
    set("subworkflow_id", target_.value_or(x_.step.id));
    if (version_)
      set("subworkflow_version", std::move(*version_));
  }

  void finish_loop() {
    auto foreach = x_.step.kind == step_kind::foreach;
    x_.step.type = foreach ? step_type::foreach : step_type::while_;
    if (ranges_)
      read_ranges();
    if (!foreach && !has_loop_params_)
      missing("loop_params", "a map of loop params; {} if there are none");
    if (!foreach && !x_.step.condition)
      missing_condition();
    params_.set("loop_params", literal_param(model::param_type::map,
                                             model::value{std::move(loop_params_).take()}));
    if (!jobs_ || jobs_->value.kind == node_kind::null)
      missing("jobs", "a list of jobs");
    x_.step.steps = read_level(jobs_, dag_, where_, in_);
  }

  void missing_condition() {
    for (const auto& item : item_.value.entries)
      if (item.named() && item.key.text == "condition" && item.value.kind != node_kind::null)
        return; // It is there, and reported as no text.
    missing("condition", "an expression");
  }

  void read_ranges() {
    path here{where_, ranges_->key.text};
    if (!member_reader{*ranges_, here, in_.out}.is(node_kind::map, "a map of ranges"))
      return;
    for (const auto& item : ranges_->value.entries)
      if (item.named())
        read_range(item, path{here, item.key.text});
  }

  void read_range(const entry& range, const path& where) {
    if (range.value.kind != node_kind::map) {
      in_.out.add(range.at(), where,
                  "found " + describe(range.value) + ", expected a map such as {from: 0, to: 10}");
      return;
    }
    std::string from = "0";
    std::string to = "null";
    std::string increment = "1";
    for (const auto& item : range.value.entries) {
      if (!item.named())
        continue;
      const auto& key = item.key.text;
      path here{where, key};
      auto* part = key == "from"        ? &from
                   : key == "to"        ? &to
                   : key == "increment" ? &increment
                                        : nullptr;
      if (!part) {
        in_.out.add(item.key.at, here,
                    "unknown key of a range, expected one of " + listed(range_words)
                      + hint_for(key, range_words));
        continue;
      }
      if (auto number = member_reader{item, here, in_.out}.integer())
        *part = std::to_string(*number);
    }
    model::param x;
    x.type = model::param_type::long_array;
    x.expression = "Util.intsBetween(" + from + ", " + to + ", " + increment + ");";
    loop_params_.set(range.key.text, std::move(x));
  }

  const entry& item_;
  const path& where_;
  reading& in_;
  job x_;
  param_collector params_;
  param_collector loop_params_;
  bool seen_id_ = false;
  bool has_loop_params_ = false;
  std::optional<std::string> target_;
  std::optional<std::string> version_;
  const entry* type_ = nullptr;
  const entry* ranges_ = nullptr;
  const entry* jobs_ = nullptr;
  const entry* dag_ = nullptr;
};

} // namespace

job read_job(model::step_kind kind, const entry& item, const path& where, reading& in) {
  return job_reader{kind, item, where, in}.read();
}

} // namespace tutti::dsl
