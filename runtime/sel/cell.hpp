#pragma once

#include "runtime/model/int_seq.hpp"
#include "runtime/sel/text.hpp"

#include <cstdint>
#include <string_view>

/// Values of the language: mutable cells with an identity (spec 03 §4, §5.4).
namespace tutti::sel {

enum class type : std::uint8_t {
  string,
  integer,
  real,
  boolean,
  string_array,
  long_array,
  double_array,
  boolean_array,
  map,
  datetime,
  zone,
  formatter,
  property,
  days,
  uuid,
  null,
  nothing, ///< VOID
  thrown,  ///< ERROR
  params,
  util,
  misc,
  math
};

/// `STRING`, `LONG_ARRAY`, …
std::string_view to_string(type x);

constexpr bool is_array(type x) {
  return x >= type::string_array && x <= type::boolean_array;
}

/// The type of an array of `item`, or `null` if there is none.
type array_of(type item);
type item_of(type array);

struct cell;
class hash_map;
class zone;
struct date_format;
enum class date_field : std::uint8_t;

/// Characters that can grow in place: the used part never changes, so others may look at it.
struct text_buffer {
  std::uint32_t used;
  std::uint32_t capacity;

  char16_t* chars() { return reinterpret_cast<char16_t*>(this + 1); }
};

/// A fixed number of items. Lists of numbers from outside stay compact until an item is needed.
struct array {
  std::uint32_t count = 0;
  cell* items = nullptr;               ///< null while compact
  const model::int_seq* seq = nullptr; ///< the numbers while compact
};

/// Lives in the arena of one evaluation. Text, array and map contents are shared references.
struct cell {
  cell() = default;

  explicit cell(type x) : kind(x) {}

  type kind = type::null;
  /// A Joda object or UUID that holds nothing.
  bool empty = false;
  date_field which{};       ///< of a property
  std::uint32_t length = 0; ///< characters of a text

  union {
    std::int64_t integer = 0; ///< also millis of a date, a day count, a half of a UUID
    double real;
    bool truth;
    const char16_t* chars; ///< null for the null string
    array* items;
    hash_map* entries; ///< null for the null map
    const date_format* format;
  };

  union {
    text_buffer* home = nullptr; ///< of a text that may grow in place
    const zone* place;           ///< of a date, property, formatter or zone
    std::int64_t second_half;    ///< of a UUID
  };

  text_view view() const { return {chars, length}; }

  bool is_null_text() const { return chars == nullptr; }
};

static_assert(sizeof(cell) == 24);

} // namespace tutti::sel
