#pragma once

#include "runtime/sel/zone.hpp"

#include <cstdint>

namespace tutti::sel {

/// `PST` or `Pacific Standard Time`; the offset where a zone has no name.
text zone_name(const zone& place, std::int64_t utc, bool is_long);

} // namespace tutti::sel
