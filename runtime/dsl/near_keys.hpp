#pragma once

#include "runtime/model/definition.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Keys that are read as params although their author may have meant something else. Params have
/// free names, so such a key is no mistake: it is a hint.
namespace tutti::dsl {

/// Whether `word` is `known` in another spelling (`stepConcurrency`, `step-concurrency`), or a
/// long word with a letter or two changed.
bool is_near(std::string_view word, std::string_view known);

/// What to say about a key of a workflow (no kind) or a job that becomes a param; empty for one
/// that looks like nothing else. @pre the key is none of the known ones
std::string near_key_text(std::string_view key, std::optional<model::step_kind> kind);

} // namespace tutti::dsl
