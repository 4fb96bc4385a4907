#include "actors/link/frame.hpp"

#include <algorithm>

namespace tutti::link {

namespace {

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t x = 0;
  for (auto at = bytes.size(); at-- > 0;)
    x = (x << 8U) | static_cast<unsigned char>(bytes[at]);
  return x;
}

void put(std::string& out, std::uint64_t x, int bytes) {
  for (auto i = 0; i < bytes; ++i, x >>= 8U)
    out += static_cast<char>(x & 0xFFU);
}

constexpr std::size_t version_at = 4;
constexpr std::size_t kind_at = 6;

} // namespace

std::string make_frame(lane on, frame_kind kind, std::string_view payload) {
  std::string out;
  out.reserve(frame_header + payload.size());
  put(out, payload.size(), 4);
  put(out, frame_version, 1);
  put(out, static_cast<std::uint64_t>(on), 1);
  put(out, kind, 2);
  out += payload;
  return out;
}

result<std::size_t> frame_splitter::first_size(std::string_view bytes) const {
  if (bytes.size() < frame_header)
    return std::size_t{0};
  const auto version = little_endian(bytes.substr(version_at, 1));
  if (version != frame_version)
    return error{ec::bad_request, "a frame has the version " + std::to_string(version)
                                    + ", this node knows " + std::to_string(frame_version)};
  const auto size = little_endian(bytes.substr(0, version_at));
  if (size > payload_max_)
    return error{ec::bad_request, "a frame has " + std::to_string(size) + " bytes, at most "
                                    + std::to_string(payload_max_) + " are taken"};
  return frame_header + static_cast<std::size_t>(size);
}

status frame_splitter::feed(std::string_view bytes, const take& to) {
  // Whole frames are not copied when nothing is left of an earlier one.
  if (!rest_.empty()) {
    rest_ += bytes;
    bytes = rest_;
  }
  std::size_t done = 0;
  for (;;) {
    auto here = bytes.substr(done);
    auto size = first_size(here);
    if (!size)
      return size.error();
    if (*size == 0 || here.size() < *size)
      break;
    to(static_cast<frame_kind>(little_endian(here.substr(kind_at, 2))),
       here.substr(frame_header, *size - frame_header));
    done += *size;
  }
  if (rest_.empty())
    rest_ = bytes.substr(done);
  else
    rest_.erase(0, done);
  return unit{};
}

bool frame_queue::push(lane on, std::string frame) {
  auto& to = lanes_[static_cast<std::size_t>(on)];
  if (to.bytes > 0 && to.bytes + frame.size() > bytes_max_[static_cast<std::size_t>(on)])
    return false;
  to.bytes += frame.size();
  to.frames.push_back(std::move(frame));
  return true;
}

std::string frame_queue::take(std::size_t bytes_max) {
  std::string out;
  for (auto& from : lanes_)
    while (!from.frames.empty()
           && (out.empty() || out.size() + from.frames.front().size() <= bytes_max)) {
      from.bytes -= from.frames.front().size();
      if (out.empty())
        out = std::move(from.frames.front());
      else
        out += from.frames.front();
      from.frames.pop_front();
    }
  return out;
}

bool frame_queue::empty() const {
  return std::all_of(lanes_.begin(), lanes_.end(), [](auto& x) { return x.frames.empty(); });
}

std::size_t frame_queue::bytes() const {
  std::size_t sum = 0;
  for (auto& x : lanes_)
    sum += x.bytes;
  return sum;
}

} // namespace tutti::link
