#include "runtime/dsl/jobs.hpp"

#include "runtime/dsl/job_keys.hpp"
#include "runtime/dsl/keys.hpp"
#include "runtime/dsl/near_keys.hpp"
#include "runtime/model/enum_text.hpp"

#include <unordered_set>
#include <utility>

namespace tutti::dsl {

namespace {

using word = std::string_view;

std::optional<model::step_kind> kind_of(word name) {
  for (const auto& x : job_kinds)
    if (model::equal_any_case(x.name, name))
      return x.kind;
  return std::nullopt;
}

std::string list_of_kinds() {
  return "a map with one key, one of " + listed(job_kind_words);
}

/// An item is a map with one key, its kind.
std::optional<job> read_item(const node& item, const path& where, reading& in) {
  auto fail = [&](place at, const std::string& why) {
    in.out.add(at, where, why);
    return std::nullopt;
  };
  if (item.kind != node_kind::map)
    return fail(item.at, "found " + describe(item) + ", expected " + list_of_kinds());
  if (item.entries.empty())
    return fail(item.at, "found an empty map, expected " + list_of_kinds());
  const auto& first = item.entries.front();
  if (!first.named())
    return std::nullopt;
  auto kind = kind_of(first.key.text);
  if (!kind)
    return fail(first.key.at, "found the key " + quoted(first.key.text) + ", expected "
                                + list_of_kinds() + hint_for(first.key.text, job_kind_words));
  if (item.entries.size() > 1) {
    auto flat = first.value.kind == node_kind::null;
    return fail(item.entries[1].key.at,
                "found the key " + quoted(item.entries[1].key.text) + " beside "
                  + quoted(first.key.text) + ", expected one key"
                  + (flat ? "; indent the keys of the job deeper than its kind" : ""));
  }
  path here{where, first.key.text};
  if (first.value.kind != node_kind::map) {
    in.out.add(first.at(), here, "found " + describe(first.value) + ", expected a map");
    return std::nullopt;
  }
  return read_job(*kind, first, here, in);
}

/// The id that an item of a list of jobs gives, before the job is read; empty if it has none.
word id_in(const node& item) {
  if (item.kind != node_kind::map || item.entries.size() != 1)
    return {};
  for (const auto& member : item.entries.front().value.entries)
    if (member.named() && member.key.text == "id" && member.value.kind == node_kind::scalar)
      return member.value.text;
  return {};
}

/// Nothing where an id is missing: then it would be reported as unknown as well.
std::optional<level_ids> ids_in(const node& jobs) {
  level_ids ids;
  for (const auto& item : jobs.items) {
    auto id = id_in(item);
    if (id.empty())
      return std::nullopt;
    if (ids.all.insert(id).second)
      ids.list.push_back(id);
  }
  return ids;
}

} // namespace

std::optional<std::vector<model::tag>> read_tags(const entry& item, const path& where,
                                                 report& out) {
  if (!member_reader{item, where, out}.is(node_kind::list, "a list of texts"))
    return std::nullopt;
  std::vector<model::tag> tags;
  std::unordered_set<word> seen;
  for (std::size_t i = 0; i < item.value.items.size(); ++i) {
    const auto& x = item.value.items[i];
    path here{where, i};
    if (x.kind != node_kind::scalar)
      out.add(x.at, here, "found " + describe(x) + ", expected a text");
    else if (!seen.insert(x.text).second)
      out.add(x.at, here, "the tag " + quoted(x.text) + " is given twice");
    else {
      model::tag tag;
      tag.name = x.text;
      tags.push_back(std::move(tag));
    }
  }
  return tags;
}

std::optional<model::parsable_long> read_timeout(const entry& item, const path& where,
                                                 report& out) {
  auto text = member_reader{item, where, out}.number_text();
  if (!text)
    return std::nullopt;
  return model::parsable_long{std::move(*text)};
}

void hint_at_key(const entry& item, const path& where, std::optional<model::step_kind> kind,
                 report& out) {
  if (out.hints_full())
    return;
  if (auto text = near_key_text(item.key.text, kind); !text.empty())
    out.hint(item.key.at, path{where, item.key.text}, std::move(text));
}

std::string missing_text(const node& map, std::string_view key, std::string_view expected) {
  auto text = "missing, expected " + std::string{expected};
  for (const auto& item : map.entries)
    if (item.named() && item.key.text != key && is_near(item.key.text, key))
      return text + "; found the key " + quoted(item.key.text) + " in line "
             + std::to_string(item.key.at.line) + ", did you mean " + quoted(key) + "?";
  return text;
}

std::vector<model::step> read_level(const entry* jobs_entry, const entry* dag, const path& where,
                                    reading& in) {
  std::vector<job> jobs;
  auto complete = true;
  auto ids = jobs_entry ? ids_in(jobs_entry->value) : std::nullopt;
  const auto* outer = std::exchange(in.level, ids ? &*ids : nullptr);
  if (jobs_entry) {
    path here{where, jobs_entry->key.text};
    if (member_reader{*jobs_entry, here, in.out}.is(node_kind::list, "a list of jobs"))
      for (std::size_t i = 0; i < jobs_entry->value.items.size(); ++i) {
        auto x = read_item(jobs_entry->value.items[i], path{here, i}, in);
        if (x)
          jobs.push_back(std::move(*x));
        else
          complete = false;
      }
  }
  // Where a job could not be read, its id would be reported as unknown.
  if (dag && complete)
    apply_dag(*dag, jobs, path{where, dag->key.text}, in.level, in.out);
  in.level = outer;
  std::vector<model::step> steps;
  steps.reserve(jobs.size());
  for (auto& x : jobs)
    steps.push_back(std::move(x.step));
  return steps;
}

} // namespace tutti::dsl
