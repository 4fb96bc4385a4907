#pragma once

#include <string>

/// Where this build's sources and programs lie. Only places.cpp is compiled with these paths, so
/// that a clone at another path finds all other test objects in the compiler cache.
namespace tutti::test {

/// The absolute path of `relative` to the top folder of the project ("../" leads out of it).
std::string in_sources(const std::string& relative);

std::string step_program();
std::string node_program();
std::string ctl_program();

} // namespace tutti::test
