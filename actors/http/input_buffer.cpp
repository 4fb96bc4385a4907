#include "actors/http/input_buffer.hpp"

#include <algorithm>

namespace tutti::http {

namespace {

constexpr std::size_t read_size_min = std::size_t{4} << 10U;

} // namespace

void input_buffer::consume(std::size_t n) {
  begin_ += n;
  if (begin_ == end_)
    begin_ = end_ = 0;
}

std::span<char> input_buffer::prepare() {
  if (data_.size() - end_ < read_size_min) {
    std::copy(data_.data() + begin_, data_.data() + end_, data_.data());
    end_ -= begin_;
    begin_ = 0;
    if (data_.size() - end_ < read_size_min && data_.size() < size_max_)
      data_.resize(std::min(std::max(data_.size() * 2, read_size_min * 2), size_max_));
  }
  return {data_.data() + end_, data_.size() - end_};
}

} // namespace tutti::http
