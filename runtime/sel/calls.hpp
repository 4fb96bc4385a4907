#pragma once

#include "runtime/sel/builtin.hpp"
#include "runtime/sel/machine.hpp"

#include <string_view>

/// Constructors, methods and fields of the language (spec 03 §8). All throw `failure`.
namespace tutti::sel {

cell* construct(machine& m, type what, arguments args);
cell* call_method(machine& m, cell& self, method what, std::string_view name, arguments args);
cell* read_field(machine& m, cell& self, method what, std::string_view name);

// -- by type of the receiver --------------------------------------------------------------

cell* call_text(machine& m, cell& self, method what, std::string_view name, arguments args);
cell* call_long(machine& m, cell& self, method what, std::string_view name, arguments args);
cell* call_double(machine& m, cell& self, method what, std::string_view name, arguments args);
cell* call_map(machine& m, cell& self, method what, std::string_view name, arguments args);
cell* call_date(machine& m, cell& self, method what, std::string_view name, arguments args);
cell* call_zone(machine& m, cell& self, method what, std::string_view name, arguments args);
cell* call_formatter(machine& m, cell& self, method what, std::string_view name, arguments args);
cell* call_property(machine& m, cell& self, method what, std::string_view name, arguments args);
cell* call_days(machine& m, cell& self, method what, std::string_view name, arguments args);
cell* call_params(machine& m, method what, std::string_view name, arguments args);
cell* call_util(machine& m, method what, std::string_view name, arguments args);
cell* call_math(machine& m, method what, std::string_view name, arguments args);

/// `params.name`.
cell* params_field(machine& m, text_view name);

cell* construct_date(machine& m, arguments args);

[[noreturn]] void fail_no_method(const cell& self, std::string_view name, arguments args);

} // namespace tutti::sel
