#pragma once

#include "runtime/dsl/transitions.hpp"

#include <string>
#include <unordered_map>
#include <vector>

/// Jobs and what they have in common with the workflow (spec 01 §15.3).
namespace tutti::dsl {

/// What the reading of one document needs everywhere.
struct reading {
  report& out;
  const template_lookup& find_template;
  std::unordered_map<std::string, place> job_ids{}; ///< of all levels
  const level_ids* level = nullptr; ///< of the level that is read; none if not all are known
};

/// Members that stand in more than one kind.
std::optional<std::vector<model::tag>> read_tags(const entry& item, const path& where, report& out);
std::optional<model::parsable_long> read_timeout(const entry& item, const path& where, report& out);

/// Hints at a key that becomes a param of a workflow (no kind) or a job, if it looks like another.
void hint_at_key(const entry& item, const path& where, std::optional<model::step_kind> kind,
                 report& out);

/// `missing, expected a text`, and the key of the map that was probably meant to be it.
std::string missing_text(const node& map, std::string_view key, std::string_view expected);

/// Reads the jobs of one level and adds the edges of their dag; either may be absent.
/// @pre `where` is the path of the map that holds both
std::vector<model::step> read_level(const entry* jobs, const entry* dag, const path& where,
                                    reading& in);

} // namespace tutti::dsl
