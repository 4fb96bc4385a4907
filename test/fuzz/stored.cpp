#include "test/fuzz/kit.hpp"
#include "test/fuzz/stored_types.hpp"

/// Stored records: damaged ones are refused, and what is read is written in one form only.

using namespace tutti;

namespace {

template <class T>
void check(std::string_view bytes) {
  const auto first = model::decode<T>(bytes);
  if (!first)
    return;
  const auto written = model::encode(*first);
  const auto second = model::decode<T>(written);
  fuzz::require(second.has_value(), "a written record is not readable");
  fuzz::require_same(written, model::encode(*second), "two writings of a record");
}

template <std::size_t... I>
void check_nth(std::size_t n, std::string_view bytes, std::index_sequence<I...>) {
  ((n == I ? check<std::tuple_element_t<I, fuzz::stored_types>>(bytes) : void()), ...);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  constexpr auto count = std::tuple_size_v<fuzz::stored_types>;
  check_nth(data[0] % count, {reinterpret_cast<const char*>(data) + 1, size - 1},
            std::make_index_sequence<count>{});
  return 0;
}
