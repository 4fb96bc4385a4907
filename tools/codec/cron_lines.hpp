#pragma once

#include <iosfwd>

namespace tutti::codec {

/// Reads one JSON object a line: `cron` (text), `timezone` (text, optional), `after` (UTC instant
/// as ISO text, or epoch ms), `count` (default 1, at most 10000). Writes one line for each: `next`,
/// a list of UTC instants such as `2026-01-01T01:00:00Z`, strictly after `after`, and `exhausted`,
/// whether there are no more runs after those; or `error`. An `id` is handed on. Blank lines are
/// skipped. Rules: spec 07 §2, §3.
void run_cron_lines(std::istream& in, std::ostream& out);

} // namespace tutti::codec
