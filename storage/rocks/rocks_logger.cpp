#include "storage/rocks/rocks_logger.hpp"

#include "runtime/base/log.hpp"

#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <string>

namespace tutti::storage {

namespace {

constexpr int lines_max = 10'000;

class node_logger final : public rocksdb::Logger {
public:
  node_logger() : Logger(rocksdb::WARN_LEVEL) {}

  using Logger::Logv;

  void Logv(const char* format, va_list args) override { say(rocksdb::WARN_LEVEL, format, args); }

  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list args) override {
    // HEADER_LEVEL is the highest number, and only tells of options.
    if (level >= GetInfoLogLevel() && level != rocksdb::HEADER_LEVEL)
      say(level, format, args);
  }

private:
  void say(rocksdb::InfoLogLevel level, const char* format, va_list args) {
    if (++lines_ > lines_max)
      return;
    std::array<char, 1000> line;
    std::vsnprintf(line.data(), line.size(), format, args);
    std::string text = line.data();
    while (!text.empty() && text.back() == '\n')
      text.pop_back();
    if (level >= rocksdb::ERROR_LEVEL)
      log::error("rocksdb", {{"says", std::move(text)}});
    else
      log::warning("rocksdb", {{"says", std::move(text)}});
  }

  std::atomic<int> lines_ = 0;
};

} // namespace

std::shared_ptr<rocksdb::Logger> make_rocks_logger() {
  return std::make_shared<node_logger>();
}

} // namespace tutti::storage
