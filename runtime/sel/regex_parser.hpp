#pragma once

#include "runtime/sel/regex_tree.hpp"

namespace tutti::sel {

/// Reads the text of a regular expression.
class regex_parser {
public:
  regex_parser(machine& m, text_view pattern) : m_(m), x_(pattern) {}

  regex_tree parse() &&;

private:
  using position = std::uint32_t;
  using kind = regex_node::kind_type;

  struct flags {
    bool any_case = false;     ///< i
    bool many_lines = false;   ///< m
    bool dot_is_all = false;   ///< s
    bool unicode_case = false; ///< u
    bool unix_lines = false;   ///< d
    bool comments = false;     ///< x
  };

  // -- characters ------------------------------------------------------------------------
  bool at_end() const { return at_ >= x_.size(); }

  bool is(char16_t c) const { return at_ < x_.size() && x_[at_] == c; }

  bool is(text_view word) const { return x_.substr(at_, word.size()) == word; }

  bool accept(text_view word);
  char32_t take();
  [[noreturn]] void refuse(std::string why) const;
  void skip_comments();

  // -- grammar ---------------------------------------------------------------------------
  position alternatives();
  position sequence();
  position atom();
  position quantified(position what);
  position parenthesis();
  position look_or_atomic(kind what, bool negative);
  position named_group();
  bool inline_flags();
  void set_flag(char16_t letter, bool on);
  position quoted();
  position escape();
  position escape_zero_width(char16_t letter);
  position back_reference(char16_t first);
  position named_reference();
  position line_break();
  position class_in_brackets();
  char_set class_items();
  char_set class_operand();
  char_set class_item();
  bool class_escape(char_set& out);
  char_set property(bool negative);
  char32_t escaped_character(char16_t letter);
  char32_t hex(std::size_t count);
  char32_t hex_in_braces();
  char32_t octal();
  std::uint32_t number();
  text name();

  // -- tree ------------------------------------------------------------------------------
  position add(regex_node x);
  position add_one(char32_t c);
  position add_set(char_set set);
  position add_dot();
  position zero_width(op what, bool flag);

  machine& m_;
  text_view x_;
  std::size_t at_ = 0;
  std::uint32_t depth_ = 0;
  flags flags_;
  regex_tree out_;
};

} // namespace tutti::sel
