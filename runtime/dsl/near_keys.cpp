#include "runtime/dsl/near_keys.hpp"

#include "runtime/dsl/keys.hpp"
#include "runtime/dsl/report.hpp"

#include <algorithm>
#include <array>

namespace tutti::dsl {

namespace {

using model::step_kind;
using word = std::string_view;

constexpr std::size_t key_max = 40;

constexpr word json_only = "the DSL has no such key, definitions in JSON have";
constexpr word retry_in_json
  = "the DSL has no key for a retry policy, definitions in JSON have \"retry_policy\"";
constexpr word order_of_jobs
  = "the order of jobs is told by \"transition\" of the earlier job, or by \"dag\"";

/// A word of another tool, or of the JSON form, without separators and in lower case.
struct foreign_key {
  word key;
  /// The key of the DSL, or else a sentence.
  word meant;
  word sentence{};
};

constexpr std::array foreign_everywhere{foreign_key{"retrypolicy", "", retry_in_json},
                                        foreign_key{"retry", "", retry_in_json},
                                        foreign_key{"retries", "", retry_in_json}};
constexpr std::array foreign_in_workflow{foreign_key{"params", "workflow_params"},
                                         foreign_key{"parameters", "workflow_params"},
                                         foreign_key{"steps", "jobs"},
                                         foreign_key{"tasks", "jobs"},
                                         foreign_key{"concurrency", "workflow_concurrency"},
                                         foreign_key{"instancestepconcurrency", "", json_only},
                                         foreign_key{"timetriggers", "", json_only},
                                         foreign_key{"signaltriggers", "", json_only}};
constexpr std::array foreign_in_job{foreign_key{"dependson", "", order_of_jobs},
                                    foreign_key{"dependencies", "", order_of_jobs},
                                    foreign_key{"needs", "", order_of_jobs},
                                    foreign_key{"params", "job_params"},
                                    foreign_key{"parameters", "job_params"},
                                    foreign_key{"steptype", "type"},
                                    foreign_key{"steps", "jobs"},
                                    foreign_key{"strictordering", "", json_only}};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string squeezed(word text) {
  std::string out;
  for (auto c : text)
    if (c != '_' && c != '-' && c != ' ')
      out += lower(c);
  return out;
}

word find_near(word key, std::span<const key_decl> known) {
  auto found = std::find_if(known.begin(), known.end(),
                            [&](const key_decl& x) { return is_near(key, x.name); });
  return found == known.end() ? word{} : found->name;
}

std::string find_foreign(word key, std::span<const foreign_key> table) {
  auto same = [text = squeezed(key)](const foreign_key& x) { return x.key == text; };
  auto found = std::find_if(table.begin(), table.end(), same);
  if (found == table.end())
    return {};
  return found->meant.empty() ? std::string{found->sentence}
                              : "did you mean " + quoted(found->meant) + "?";
}

std::string meaning_of(word key, std::optional<step_kind> kind) {
  auto near = kind ? find_near(key, keys_of(*kind)) : find_near(key, workflow_keys());
  if (near.empty() && kind)
    near = find_near(key, job_keys());
  if (!near.empty())
    return "did you mean " + quoted(near) + "?";
  if (auto text = find_foreign(key, foreign_everywhere); !text.empty())
    return text;
  return kind ? find_foreign(key, foreign_in_job) : find_foreign(key, foreign_in_workflow);
}

/// `tpye` for `type`: likely a slip even in a short word.
bool neighbours_swapped(word text, word known) {
  if (text.size() != known.size() || text == known)
    return false;
  const auto at = static_cast<std::size_t>(
    std::mismatch(text.begin(), text.end(), known.begin()).first - text.begin());
  return at + 1 < text.size() && text[at] == known[at + 1] && text[at + 1] == known[at]
         && text.substr(at + 2) == known.substr(at + 2);
}

} // namespace

bool is_near(word text, word known) {
  constexpr std::size_t typo_length_min = 5;
  constexpr std::size_t two_typos_length_min = 8;
  if (text.size() > key_max)
    return false;
  if (squeezed(text) == squeezed(known) || neighbours_swapped(text, known))
    return true;
  if (known.size() < typo_length_min)
    return false;
  return letters_apart(text, known) <= (known.size() < two_typos_length_min ? 1U : 2U);
}

std::string near_key_text(word key, std::optional<step_kind> kind) {
  if (key.empty() || key.size() > key_max)
    return {};
  auto meaning = meaning_of(key, kind);
  if (meaning.empty())
    return {};
  return "found a key that becomes a param; " + meaning;
}

} // namespace tutti::dsl
