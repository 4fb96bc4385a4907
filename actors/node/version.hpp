#pragma once

namespace tutti::actors {

/// Of the programs, for people.
inline constexpr auto program_version = "0.1.0";

} // namespace tutti::actors
