#include "storage/journal/row_batch.hpp"

#include "storage/journal/big_endian.hpp"
#include "storage/journal/checksum.hpp"
#include "test/fuzz/kit.hpp"

/// Changes of rows in log entries. The checksum would keep nearly all inputs out, so that each is
/// tried with the right one too.

using namespace tutti;

namespace {

void check(std::string_view bytes) {
  const auto ops = storage::decode_rows(bytes);
  // No changes have two forms: no bytes, and a header alone.
  if (ops && !ops->empty())
    fuzz::require_same(bytes, storage::encode_rows(*ops), "rows and their writing");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes{reinterpret_cast<const char*>(data), size};
  check(bytes);
  storage::append_be(bytes, storage::crc32c(bytes));
  check(bytes);
  return 0;
}
