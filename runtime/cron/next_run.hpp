#pragma once

#include "runtime/cron/expression.hpp"
#include "runtime/cron/zone.hpp"

#include <cstdint>
#include <optional>
#include <vector>

/// The runs of a cron expression in a time zone (spec 07 §2, §3). Whole days and months that
/// cannot match are skipped, and a search ends after 100 years, so each costs microseconds.
namespace tutti::cron {

/// The first run after the instant, both epoch ms; nothing if there is none within 100 years.
///
/// Wall times in a gap do not exist. In an overlap, the run of the second pass is left out if the
/// search starts at a run of the first pass and the run after it is more than an hour later.
std::optional<std::int64_t> next_run(const expression& x, const zone& where, std::int64_t after_ms);

/// The next runs, at most `count`; fewer if there are no more.
std::vector<std::int64_t> next_runs(const expression& x, const zone& where, std::int64_t after_ms,
                                    std::size_t count);

} // namespace tutti::cron
