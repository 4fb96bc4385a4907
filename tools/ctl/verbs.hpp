#pragma once

#include "tools/ctl/verb.hpp"

#include <string>
#include <vector>

namespace tutti::ctl {

/// Every verb but `help` and `version`, in the order of the help page.
const std::vector<verb>& verb_table();

/// Flags that every verb takes.
const std::vector<flag>& common_flags();

/// The help page of the program, or of one verb.
std::string program_help();
std::string verb_help(const verb& x);

/// The program, without its name as the first argument.
exit_code run_tutti(const std::vector<std::string>& texts, surroundings& around);

} // namespace tutti::ctl
