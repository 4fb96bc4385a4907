#include "runtime/sel/cell.hpp"

namespace tutti::sel {

std::string_view to_string(type x) {
  constexpr std::string_view names[] = {"STRING",
                                        "LONG",
                                        "DOUBLE",
                                        "BOOLEAN",
                                        "STRING_ARRAY",
                                        "LONG_ARRAY",
                                        "DOUBLE_ARRAY",
                                        "BOOLEAN_ARRAY",
                                        "MAP",
                                        "DATETIME",
                                        "DATETIME_ZONE",
                                        "DATETIME_FORMATTER",
                                        "DATETIME_PROPERTY",
                                        "DATETIME_DAYS",
                                        "UUID",
                                        "NULL",
                                        "VOID",
                                        "ERROR",
                                        "PRESET_PARAMS",
                                        "PRESET_UTIL_FUNCTION",
                                        "PRESET_MISC_FUNC_FIELDS",
                                        "MATH"};
  return names[static_cast<std::size_t>(x)];
}

type array_of(type item) {
  switch (item) {
    case type::string:
      return type::string_array;
    case type::integer:
      return type::long_array;
    case type::real:
      return type::double_array;
    case type::boolean:
      return type::boolean_array;
    default:
      return type::null;
  }
}

type item_of(type array) {
  switch (array) {
    case type::string_array:
      return type::string;
    case type::long_array:
      return type::integer;
    case type::double_array:
      return type::real;
    default:
      return type::boolean;
  }
}

} // namespace tutti::sel
