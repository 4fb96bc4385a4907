#include "runtime/dsl/transitions.hpp"

#include "runtime/dsl/keys.hpp"
#include "runtime/model/enum_text.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace tutti::dsl {

namespace {

using word = std::string_view;

constexpr word blanks = " \t\r\n";
constexpr word forms = R"("job_id", "IF condition THEN job_id" or "OTHERWISE job_id")";
constexpr std::array keywords{word{"IF"}, word{"OTHERWISE"}};

word trimmed(word text) {
  auto begin = text.find_first_not_of(blanks);
  return begin == word::npos ? word{}
                             : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is_blank(char c) {
  return blanks.find(c) != word::npos;
}

bool is_job_id(word text) {
  constexpr word letters = "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr word others = "0123456789.-";
  if (text.empty() || letters.find(text.front()) == word::npos)
    return false;
  for (auto c : text)
    if (letters.find(c) == word::npos && others.find(c) == word::npos)
      return false;
  return true;
}

/// Cuts an entry at its last THEN, a word of its own.
bool cut_at_then(word rest, word& condition, word& target) {
  for (auto i = rest.size(); i-- > 1;) {
    if (i + 5 > rest.size() || !model::equal_any_case(rest.substr(i, 4), "then"))
      continue;
    if (!is_blank(rest[i - 1]) || !is_blank(rest[i + 4]))
      continue;
    condition = trimmed(rest.substr(0, i));
    target = trimmed(rest.substr(i + 4));
    return true;
  }
  return false;
}

/// The entries of one list in their order.
class transition_reader {
public:
  transition_reader(const path& where, const level_ids* ids, report& out)
    : where_(where),
      ids_(ids),
      out_(out) {}

  void read(const node& item, std::size_t index) {
    path here{where_, index};
    if (item.kind == node_kind::null)
      return;
    if (item.kind != node_kind::scalar) {
      out_.add(item.at, here,
               "found " + describe(item) + ", expected " + std::string{forms}
                 + "; put the text in quotes if it has a colon in it");
      return;
    }
    auto text = trimmed(item.text);
    if (text.empty())
      return;
    if (otherwise_) {
      out_.add(otherwise_->at, path{where_, otherwise_->index}, "OTHERWISE must be the last entry");
      otherwise_.reset();
    }
    auto why = read_entry(text, {item.at, index});
    if (!why.empty())
      out_.add(item.at, here, "found " + quoted(text) + ", " + why);
  }

  ordered_map<std::string> take() && { return std::move(successors_).take(); }

private:
  struct position {
    place at;
    std::size_t index;
  };

  /// Says what is wrong, or nothing.
  std::string read_entry(word text, position at) {
    auto first = text.substr(0, text.find_first_of(blanks));
    auto rest = trimmed(text.substr(first.size()));
    if (model::equal_any_case(first, "if"))
      return read_if(rest, at);
    if (model::equal_any_case(first, "otherwise"))
      return read_otherwise(rest, at);
    if (!is_job_id(text))
      return "expected " + std::string{forms} + hint_for(first, keywords);
    lead_to(text, "true", at);
    return {};
  }

  std::string read_if(word rest, position at) {
    word condition;
    word target;
    // The blank that stands before a THEN without condition belongs to the keyword.
    auto padded = " " + std::string{rest};
    if (!cut_at_then(padded, condition, target))
      return "expected THEN and a job id after the condition";
    if (condition.empty())
      return "expected a condition between IF and THEN";
    if (!is_job_id(target))
      return "expected one job id after THEN";
    conditions_ += (conditions_.empty() ? "(" : " || (") + std::string{condition} + ")";
    lead_to(target, std::string{condition}, at);
    return {};
  }

  std::string read_otherwise(word target, position at) {
    if (!is_job_id(target))
      return "expected one job id after OTHERWISE";
    otherwise_ = at;
    lead_to(target, conditions_.empty() ? "true" : "!(" + conditions_ + ")", at);
    return {};
  }

  void lead_to(word target, std::string condition, position at) {
    successors_.set(std::string{target}, std::move(condition));
    if (!ids_ || out_.hints_full() || ids_->all.contains(target))
      return;
    constexpr std::size_t listed_max = 10;
    auto known = std::span{ids_->list};
    out_.hint(at.at, path{where_, at.index},
              "there is no job " + quoted(target) + " at this level, expected one of "
                + listed(known.first(std::min(known.size(), listed_max)))
                + (known.size() > listed_max ? ", ..." : "") + hint_for(target, known));
  }

  const path& where_;
  const level_ids* ids_;
  report& out_;
  indexed_map<std::string> successors_;
  std::string conditions_;
  std::optional<position> otherwise_;
};

void link_in_sequence(std::vector<job>& jobs) {
  for (std::size_t i = 0; i + 1 < jobs.size(); ++i)
    if (!jobs[i].own_transition)
      jobs[i].step.transition.successors.set(jobs[i + 1].step.id, "true");
}

void apply_dag_text(const entry& dag, std::vector<job>& jobs, const path& where, report& out) {
  auto text = trimmed(dag.value.text);
  if (model::equal_any_case(text, "sequential"))
    link_in_sequence(jobs);
  else if (!model::equal_any_case(text, "parallel"))
    out.add(dag.at(), where,
            "found " + describe(dag.value) + ", expected sequential, parallel, or a map of job ids"
              + hint_for(text, dag_words));
}

void apply_dag_map(const node& map, std::vector<job>& jobs, const path& where,
                   const level_ids* known, report& out) {
  std::unordered_map<word, std::size_t> index_of;
  std::vector<word> ids;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    index_of.emplace(jobs[i].step.id, i);
    ids.push_back(jobs[i].step.id);
  }
  for (const auto& item : map.entries) {
    if (!item.named())
      continue;
    path here{where, item.key.text};
    auto found = index_of.find(item.key.text);
    if (found == index_of.end()) {
      auto hint = out.full() ? std::string{} : hint_for(item.key.text, ids);
      out.add(item.key.at, here,
              "there is no job " + quoted(item.key.text) + " among the jobs of this dag" + hint);
    }
    if (item.value.kind != node_kind::list) {
      out.add(item.at(), here,
              "found " + describe(item.value)
                + ", expected a list of transitions, such as [next_job]");
      continue;
    }
    auto successors = read_transition(item.value, here, known, out);
    if (found != index_of.end() && !jobs[found->second].own_transition)
      jobs[found->second].step.transition.successors = std::move(successors);
  }
}

} // namespace

ordered_map<std::string> read_transition(const node& list, const path& where, const level_ids* ids,
                                         report& out) {
  transition_reader reader{where, ids, out};
  for (std::size_t i = 0; i < list.items.size(); ++i)
    reader.read(list.items[i], i);
  return std::move(reader).take();
}

void apply_dag(const entry& dag, std::vector<job>& jobs, const path& where, const level_ids* ids,
               report& out) {
  switch (dag.value.kind) {
    case node_kind::null:
      return;
    case node_kind::scalar:
      return apply_dag_text(dag, jobs, where, out);
    case node_kind::map:
      return apply_dag_map(dag.value, jobs, where, ids, out);
    case node_kind::list:
      out.add(dag.at(), where, "found a list, expected sequential, parallel, or a map of job ids");
  }
}

} // namespace tutti::dsl
