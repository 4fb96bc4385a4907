#include "runtime/sel/text_format.hpp"

#include "runtime/sel/call_rules.hpp"
#include "runtime/sel/date_cells.hpp"
#include "runtime/sel/format_number.hpp"
#include "runtime/sel/text_forms.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace tutti::sel {

namespace {

constexpr text_view flag_letters = u"-#+ 0,(<";

std::string name_of(char16_t c) {
  return to_utf8(text_view{&c, 1});
}

/// Reads the specifiers of one format and writes their values.
class formatter {
public:
  formatter(machine& m, text_view format, arguments args)
    : m_(m),
      x_(format),
      args_(args),
      out_(m),
      held_(m) {}

  cell* run() {
    read();
    for (const auto& x : parts_) {
      out_.add(x.before);
      if (x.spec.conversion != 0)
        write(x.spec, x.index);
    }
    return out_.to_cell();
  }

private:
  struct piece {
    text_view before;
    format_spec spec; ///< without a conversion: none
    std::int64_t index = 0;
  };

  /// All specifiers are checked before the first is written.
  void read() {
    while (at_ < x_.size()) {
      const auto percent = std::min(x_.find(u'%', at_), x_.size());
      if (parts_.size() == parts_.capacity())
        held_.grow_to(std::max<std::size_t>(8, parts_.capacity() * 2) * sizeof(piece));
      parts_.push_back({x_.substr(at_, percent - at_), {}, 0});
      at_ = percent;
      if (at_ < x_.size())
        specifier(parts_.back());
    }
  }

  // -- reading ---------------------------------------------------------------------------
  bool is_digit() const { return at_ < x_.size() && x_[at_] >= u'0' && x_[at_] <= u'9'; }

  /// Digits; nothing if there are none. Too large a number: the named failure.
  std::optional<std::int32_t> number(std::string_view too_large) {
    if (!is_digit())
      return std::nullopt;
    std::int64_t out = 0;
    for (; is_digit(); ++at_)
      out = std::min<std::int64_t>(out * 10 + (x_[at_] - u'0'), 1LL << 40);
    if (out > std::numeric_limits<std::int32_t>::max())
      fail(too_large, "A number of a format specifier is too large");
    return static_cast<std::int32_t>(out);
  }

  [[noreturn]] void fail_unknown(std::size_t at) const {
    fail("UnknownFormatConversionException",
         "Conversion = '" + (at < x_.size() ? name_of(x_[at]) : "%") + "'");
  }

  void specifier(piece& to) {
    const auto start = at_++;
    format_spec spec;
    auto index = position();
    for (; at_ < x_.size() && flag_letters.find(x_[at_]) != text_view::npos; ++at_)
      add_flag(spec, x_[at_]);
    const auto has_width = is_digit();
    if (has_width)
      spec.width = *number("IllegalFormatWidthException");
    if (at_ < x_.size() && x_[at_] == u'.') {
      ++at_;
      const auto precision = number("IllegalFormatPrecisionException");
      if (!precision)
        fail_unknown(start + 1);
      spec.precision = *precision;
    }
    if (at_ >= x_.size())
      fail_unknown(start);
    spec.conversion = x_[at_++];
    if (spec.conversion == u't' || spec.conversion == u'T') {
      if (at_ >= x_.size())
        fail_unknown(at_ - 1);
      spec.date_part = x_[at_++];
    }
    if (spec.relative)
      index = -1;
    check_format_spec(spec);
    to.spec = spec;
    to.index = index;
  }

  /// `2$`; 0 if there is none.
  std::int64_t position() {
    constexpr std::string_view wrong = "IllegalFormatArgumentIndexException";
    const auto start = at_;
    const auto digits = std::min(x_.find_first_not_of(u"0123456789", at_), x_.size());
    if (digits == start || digits == x_.size() || x_[digits] != u'$')
      return 0;
    const auto index = *number(wrong);
    ++at_;
    if (index == 0)
      fail(wrong, "Illegal format argument index = 0");
    return index;
  }

  void add_flag(format_spec& spec, char16_t c) {
    auto& flag = c == u'-'   ? spec.left
                 : c == u'#' ? spec.alternate
                 : c == u'+' ? spec.plus
                 : c == u' ' ? spec.space
                 : c == u'0' ? spec.zeros
                 : c == u',' ? spec.groups
                 : c == u'(' ? spec.brackets
                             : spec.relative;
    if (flag)
      fail("DuplicateFormatFlagsException", "Flags = '" + name_of(c) + "'");
    flag = true;
  }

  // -- writing ---------------------------------------------------------------------------
  void write(const format_spec& spec, std::int64_t index) {
    if (spec.conversion == u'n' || spec.conversion == u'%')
      return write_fixed(spec);
    const auto& arg = argument(spec, index);
    switch (spec.conversion | 0x20) {
      case u'b':
        return pad(spec, truth_text(arg));
      case u'h':
        return write_hash(spec, arg);
      case u's':
        return write_text(spec, arg);
      case u'c':
        return write_character(spec, arg);
      case u'd':
      case u'o':
      case u'x':
        return write_integer(spec, arg);
      case u't':
        return write_date(spec, arg);
      default:
        return write_real(spec, arg);
    }
  }

  const cell& argument(const format_spec& spec, std::int64_t index) {
    if (index == -1)
      index = last_;
    else if (index == 0)
      index = ++ordinary_;
    last_ = index;
    if (index < 1 || static_cast<std::size_t>(index) > args_.size())
      fail("MissingFormatArgumentException",
           "Format specifier '%" + name_of(spec.conversion) + "'");
    const auto& out = *args_[static_cast<std::size_t>(index - 1)];
    check_has_value(out);
    return out;
  }

  void write_fixed(const format_spec& spec) { pad(spec, spec.conversion == u'n' ? u"\n" : u"%"); }

  /// With the width of the specifier, in its letter case.
  void pad(const format_spec& spec, text_view x) {
    if (spec.precision >= 0 && is_general(spec))
      x = x.substr(0, static_cast<std::size_t>(spec.precision));
    pad_uncut(spec, x);
  }

  void pad_uncut(const format_spec& spec, text_view x) {
    const auto width = static_cast<std::size_t>(std::max(spec.width, 0));
    const auto blanks = width > x.size() ? width - x.size() : 0;
    if (!spec.left)
      out_.fill(blanks, u' ');
    if (spec.conversion >= u'A' && spec.conversion <= u'Z')
      out_.add(to_upper(x));
    else
      out_.add(x);
    if (spec.left)
      out_.fill(blanks, u' ');
  }

  static bool is_general(const format_spec& spec) {
    return text_view{u"bBhHsS"}.find(spec.conversion) != text_view::npos;
  }

  static text_view truth_text(const cell& arg) {
    const auto is_true = arg.kind == type::boolean ? arg.truth : !is_null(arg);
    return is_true ? u"true" : u"false";
  }

  static bool is_null(const cell& x) {
    return x.kind == type::null || x.empty || (x.kind == type::string && x.is_null_text())
           || (x.kind == type::map && x.entries == nullptr);
  }

  void write_text(const format_spec& spec, const cell& arg) {
    if (spec.alternate)
      fail("FormatFlagsConversionMismatchException", "Conversion = s, Flags = #");
    text_builder form{m_};
    append_unboxed(m_, form, arg);
    pad(spec, form.view());
  }

  void write_hash(const format_spec& spec, const cell& arg) {
    if (is_null(arg))
      return pad(spec, u"null");
    pad(spec, hex_text(static_cast<std::uint32_t>(java_hash(m_, arg))));
  }

  void write_character(const format_spec& spec, const cell& arg) {
    if (is_null(arg))
      return pad_uncut(spec, u"null");
    if (arg.kind != type::integer || arg.integer > std::numeric_limits<std::int32_t>::max())
      fail_conversion(spec, arg);
    const auto code = static_cast<std::int32_t>(arg.integer);
    if (code < 0 || code > 0x10FFFF)
      fail("IllegalFormatCodePointException", "Code point = " + std::to_string(code));
    text out;
    append_character(out, static_cast<char32_t>(code));
    pad_uncut(spec, out);
  }

  void write_integer(const format_spec& spec, const cell& arg) {
    if (is_null(arg))
      return pad_uncut(spec, u"null");
    if (arg.kind != type::integer)
      fail_conversion(spec, arg);
    const auto is_long = arg.integer > std::numeric_limits<std::int32_t>::max();
    const auto value = is_long ? arg.integer : static_cast<std::int32_t>(arg.integer);
    const auto width = static_cast<std::size_t>(std::max(spec.width, 0));
    m_.memory().charge(spec.zeros ? 4 * width : 0);
    pad_uncut(spec, spec.conversion == u'd' ? decimal_number(spec, value)
                                            : bits_number(spec, value, is_long));
  }

  void write_real(const format_spec& spec, const cell& arg) {
    if (is_null(arg)) {
      const auto shown = text_view{u"null"};
      return pad_uncut(spec, spec.precision < 0
                               ? shown
                               : shown.substr(0, static_cast<std::size_t>(spec.precision)));
    }
    if (arg.kind != type::real)
      fail_conversion(spec, arg);
    const auto width = static_cast<std::size_t>(std::max({spec.width, spec.precision, 0}));
    m_.memory().charge(8 * width);
    pad_uncut(spec, real_number(spec, arg.real));
  }

  /// Only a number of 64 bits is a date there, not one of 32.
  void write_date(const format_spec& spec, const cell& arg) {
    if (is_null(arg))
      return pad_uncut(spec, u"null");
    if (arg.kind != type::integer || arg.integer <= std::numeric_limits<std::int32_t>::max())
      fail_conversion(spec, arg);
    text form;
    append_date(form, *format_of(m_, date_part_pattern(spec.date_part)),
                {arg.integer, utc_place()});
    if (spec.date_part == u's' || spec.date_part == u'Q')
      form = long_text(spec.date_part == u's' ? arg.integer / 1000 : arg.integer);
    else if (spec.date_part == u'p')
      form = to_lower(form);
    else if (spec.date_part == u'N')
      form += u"000000";
    pad_uncut(spec, form);
  }

  [[noreturn]] static void fail_conversion(const format_spec& spec, const cell& arg) {
    fail("IllegalFormatConversionException",
         name_of(spec.conversion) + " != " + std::string{to_string(arg.kind)});
  }

  machine& m_;
  text_view x_;
  arguments args_;
  text_builder out_;
  std::vector<piece> parts_;
  scratch held_;
  std::size_t at_ = 0;
  std::int64_t ordinary_ = 0;
  std::int64_t last_ = 0;
};

} // namespace

cell* format_text(machine& m, text_view format, arguments args) {
  m.spend(format.size() / 16);
  return formatter{m, format, args}.run();
}

} // namespace tutti::sel
