#include "runtime/model/decimals.hpp"
#include "runtime/model/json_append.hpp"

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include <array>
#include <charconv>
#include <new>

namespace tutti::model {

namespace json = boost::json;

namespace {

constexpr char exact_mark = '\xFF';
constexpr std::size_t depth_max = 512;

/// Builds values and keeps the digits of numbers that a double would change.
struct text_handler {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  using code = json::error_code;
  using text = json::string_view;

  json::value_stack stack;

  bool on_document_begin(code&) { return true; }

  bool on_document_end(code&) { return true; }

  bool on_object_begin(code&) { return true; }

  bool on_object_end(std::size_t n, code&) {
    stack.push_object(n);
    return true;
  }

  bool on_array_begin(code&) { return true; }

  bool on_array_end(std::size_t n, code&) {
    stack.push_array(n);
    return true;
  }

  bool on_key_part(text part, std::size_t, code&) {
    stack.push_chars(part);
    return true;
  }

  bool on_key(text part, std::size_t, code&) {
    stack.push_key(part);
    return true;
  }

  bool on_string_part(text part, std::size_t, code&) {
    stack.push_chars(part);
    return true;
  }

  bool on_string(text part, std::size_t, code&) {
    stack.push_string(part);
    return true;
  }

  bool on_number_part(text part, code&) {
    digits_.append(part.data(), part.size());
    return true;
  }

  bool on_int64(std::int64_t x, text, code&) {
    digits_.clear();
    stack.push_int64(x);
    return true;
  }

  bool on_uint64(std::uint64_t x, text, code&) {
    digits_.clear();
    stack.push_uint64(x);
    return true;
  }

  bool on_double(double x, text part, code&) {
    digits_.append(part.data(), part.size());
    if (double_text(x) == digits_)
      stack.push_double(x);
    else
      stack.push_string(exact_mark + digits_);
    digits_.clear();
    return true;
  }

  bool on_bool(bool x, code&) {
    stack.push_bool(x);
    return true;
  }

  bool on_null(code&) {
    stack.push_null();
    return true;
  }

  bool on_comment_part(text, code&) { return true; }

  bool on_comment(text, code&) { return true; }

private:
  std::string digits_;
};

/// The length of the UTF-8 character at the start, 0 if it is broken.
std::size_t utf8_length(std::string_view x) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(x[i]); };
  auto lead = byte(0);
  std::size_t n = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (n == 0 || lead > 0xF4 || x.size() < n)
    return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((byte(i) & 0xC0) != 0x80)
      return 0;
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)
      || (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F))
    return 0;
  return n;
}

void write_control(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  switch (c) {
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[static_cast<unsigned char>(c) & 15];
  }
}

/// Bytes that stand for themselves in a text.
constexpr auto plain_bytes = [] {
  std::array<bool, 256> out{};
  for (std::size_t i = 0x20; i < 0x80; ++i)
    out[i] = i != '"' && i != '\\';
  return out;
}();

bool is_plain(char c) {
  return plain_bytes[static_cast<unsigned char>(c)];
}

/// Writes the character at the start that is not plain; its length.
std::size_t write_special(std::string& out, std::string_view x) {
  auto n = utf8_length(x);
  if (n == 0)
    out += "\xEF\xBF\xBD";
  else if (n > 1)
    out += x.substr(0, n);
  else if (x[0] == '"' || x[0] == '\\')
    (out += '\\') += x[0];
  else
    write_control(out, x[0]);
  return n == 0 ? 1 : n;
}

template <class T>
void write_whole(std::string& out, T x) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, x).ptr;
  out.append(digits, end);
}

void append_object(std::string& out, const json::object& x) {
  member_writer members{out};
  for (const auto& member : x) {
    members.name(key_of(member));
    append_tree(out, member.value());
  }
  members.end();
}

void append_array(std::string& out, const json::array& x) {
  auto separator = '[';
  for (const auto& item : x) {
    out += separator;
    separator = ',';
    append_tree(out, item);
  }
  out += separator == '[' ? "[]" : "]";
}

error syntax_error(std::string_view text, std::size_t at, const std::string& why) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (auto c : text.substr(0, at)) {
    column = c == '\n' ? 1 : column + 1;
    line += c == '\n' ? 1 : 0;
  }
  return error{ec::bad_request, "not readable as JSON at line " + std::to_string(line) + ", column "
                                  + std::to_string(column) + ": " + why};
}

} // namespace

void append_text(std::string& out, std::string_view x) {
  out += '"';
  while (!x.empty()) {
    std::size_t n = 0;
    while (n < x.size() && is_plain(x[n]))
      ++n;
    out.append(x.data(), n);
    if (n < x.size())
      n += write_special(out, x.substr(n));
    x.remove_prefix(n);
  }
  out += '"';
}

void append_json(std::string& out, std::int32_t x) {
  write_whole(out, x);
}

void append_json(std::string& out, std::int64_t x) {
  write_whole(out, x);
}

void append_json(std::string& out, double x) {
  auto text = double_text(x);
  // JSON has no such numbers; a text is what other readers of the API understand.
  if (!is_json_number(text))
    text = '"' + text + '"';
  out += text;
}

void append_tree(std::string& out, const json::value& x) {
  if (auto digits = exact_digits(x); !digits.empty()) {
    out += digits;
    return;
  }
  switch (x.kind()) {
    case json::kind::null:
      out += "null";
      break;
    case json::kind::bool_:
      out += x.get_bool() ? "true" : "false";
      break;
    case json::kind::int64:
      write_whole(out, x.get_int64());
      break;
    case json::kind::uint64:
      write_whole(out, x.get_uint64());
      break;
    case json::kind::double_:
      append_json(out, x.get_double());
      break;
    case json::kind::string:
      append_text(out, std::string_view{x.get_string().data(), x.get_string().size()});
      break;
    case json::kind::array:
      append_array(out, x.get_array());
      break;
    case json::kind::object:
      append_object(out, x.get_object());
      break;
  }
}

void member_writer::kept(std::string_view name_of, const std::string& text) {
  name(name_of);
  append_tree(out_, write_json(raw_json{text}));
}

result<json::value> parse_text(std::string_view text) {
  try {
    json::parse_options options;
    options.max_depth = depth_max;
    json::basic_parser<text_handler> parser{options};
    parser.handler().stack.reset();
    json::error_code why;
    auto used = parser.write_some(false, text.data(), text.size(), why);
    if (why)
      return syntax_error(text, used, why.message());
    return parser.handler().stack.release();
  } catch (const std::bad_alloc&) {
    return error{ec::overloaded, "no memory for " + std::to_string(text.size()) + " bytes of JSON"};
  } catch (const std::exception& why) {
    return error{ec::bad_request, std::string{"not readable as JSON: "} + why.what()};
  }
}

std::string to_text(const json::value& x) {
  std::string out;
  append_tree(out, x);
  return out;
}

json::value exact_number(std::string_view digits) {
  json::string out;
  out.reserve(digits.size() + 1);
  out += exact_mark;
  out.append(json::string_view{digits.data(), digits.size()});
  return out;
}

std::string_view exact_digits(const json::value& x) {
  const auto* text = x.if_string();
  if (!text || text->empty() || text->front() != exact_mark)
    return {};
  std::string_view digits{text->data() + 1, text->size() - 1};
  return is_json_number(digits) ? digits : std::string_view{};
}

} // namespace tutti::model
