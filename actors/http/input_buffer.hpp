#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace tutti::http {

/// Bytes from a socket that the parser has not consumed.
class input_buffer {
public:
  explicit input_buffer(std::size_t size_max) : size_max_(size_max) {}

  std::string_view bytes() const { return {data_.data() + begin_, end_ - begin_}; }

  bool empty() const { return begin_ == end_; }

  bool full() const { return end_ - begin_ == size_max_; }

  void consume(std::size_t n);

  /// Room for the next read. Moves the bytes. @pre `!full()`
  std::span<char> prepare();

  void commit(std::size_t n) { end_ += n; }

private:
  std::size_t size_max_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::vector<char> data_;
};

} // namespace tutti::http
