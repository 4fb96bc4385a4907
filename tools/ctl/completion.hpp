#pragma once

#include <string>

namespace tutti::ctl {

/// A bash script that completes verbs, options, files and ids of workflows; made from the table
/// of verbs, so that it knows what the program knows.
std::string bash_completion();

} // namespace tutti::ctl
