#pragma once

#include "runtime/dsl/jobs.hpp"

namespace tutti::dsl {

/// Reads the keys of one job, `item.value`. @pre that is a map, and `where` its path
job read_job(model::step_kind kind, const entry& item, const path& where, reading& in);

} // namespace tutti::dsl
