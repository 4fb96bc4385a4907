#pragma once

#include "runtime/sel/machine.hpp"

#include <cstdint>
#include <string_view>

/// How values look as text (spec 03 §6).
namespace tutti::sel {

/// A text whose memory counts as memory of the evaluation.
class text_builder {
public:
  explicit text_builder(machine& m) : m_(m), held_(m) {}

  text_builder& add(text_view x) {
    if (out_.size() + x.size() > charged_)
      charge(x.size());
    out_ += x;
    return *this;
  }

  text_builder& add(char16_t c) { return add(text_view{&c, 1}); }

  text_builder& add(std::string_view ascii);
  text_builder& add(std::int64_t x);

  /// `count` times the same character.
  text_builder& fill(std::size_t count, char16_t c);

  text_view view() const { return out_; }

  text& chars() { return out_; }

  cell* to_cell() { return m_.make_text_copy(out_); }

private:
  void charge(std::size_t more);

  machine& m_;
  scratch held_;
  text out_;
  std::size_t charged_ = 64;
};

/// As `+` appends it to a text. Throws for what has no text.
void append_inner(machine& m, text_builder& out, const cell& x);

/// As it looks within a map.
void append_outer(machine& m, text_builder& out, const cell& x, std::uint32_t depth = 0);

/// The value of `x` as arguments of methods see it, in the way of Java's `String.valueOf`.
void append_unboxed(machine& m, text_builder& out, const cell& x);

/// Joda's and Java's objects: dates, zones, properties, days, UUIDs.
void append_object(text_builder& out, const cell& x);

/// Compact JSON; keys in hash order. @pre the type can be returned
void append_json(machine& m, text_builder& out, const cell& x, std::uint32_t depth = 0);

} // namespace tutti::sel
