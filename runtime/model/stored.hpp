#pragma once

#include "runtime/base/error.hpp"
#include "runtime/base/ordered_map.hpp"
#include "runtime/model/fields.hpp"

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// The stored form of described structs: tagged, compact, readable for ever.
///
/// A record is one version byte and a struct. A struct is a sequence of (tag, value), where the
/// tag is `number << 3 | wire`, and wire is 0 = varint, 1 = eight bytes, 2 = length and bytes.
/// Members with their default value are left out; unknown numbers are skipped. Signed integers
/// are zigzag varints. Lists, maps, variants and nested structs are length-delimited.
/// Variants store the one-based number of the alternative: append alternatives only.
namespace tutti::model {

inline constexpr char record_version = 1;

/// Values within one another that a record may have: more than JSON of the greatest depth needs,
/// and few enough for the stack of a thread.
inline constexpr std::uint32_t record_depth_max = 2'000;

class byte_writer {
public:
  std::string out;

  void varint(std::uint64_t x) {
    while (x >= 0x80) {
      out += static_cast<char>(x | 0x80);
      x >>= 7;
    }
    out += static_cast<char>(x);
  }

  void fixed64(std::uint64_t x) {
    for (auto shift = 0; shift < 64; shift += 8)
      out += static_cast<char>((x >> shift) & 0xFF);
  }

  void bytes(std::string_view x) {
    varint(x.size());
    out += x;
  }

  /// Starts a length-delimited part; `end_part` fills in its length.
  std::size_t begin_part() const { return out.size(); }

  void end_part(std::size_t at) {
    auto size = out.size() - at;
    byte_writer prefix;
    prefix.varint(size);
    out.insert(at, prefix.out);
  }
};

class byte_reader {
public:
  explicit byte_reader(std::string_view in) : in_(in) {}

  /// A part of what `outer` reads, one level further down.
  byte_reader(std::string_view in, const byte_reader& outer)
    : in_(in),
      depth_(outer.depth_ + 1),
      ok_(depth_ <= record_depth_max) {}

  bool ok() const { return ok_; }

  bool done() const { return in_.empty() || !ok_; }

  void fail() { ok_ = false; }

  std::uint64_t varint() {
    std::uint64_t x = 0;
    for (auto shift = 0; shift < 64; shift += 7) {
      if (in_.empty())
        break;
      auto byte = static_cast<unsigned char>(in_.front());
      in_.remove_prefix(1);
      x |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80)
        return x;
    }
    ok_ = false;
    return 0;
  }

  std::uint64_t fixed64() {
    if (in_.size() < 8) {
      ok_ = false;
      return 0;
    }
    std::uint64_t x = 0;
    for (auto i = 0u; i < 8; ++i)
      x |= static_cast<std::uint64_t>(static_cast<unsigned char>(in_[i])) << (8 * i);
    in_.remove_prefix(8);
    return x;
  }

  std::string_view bytes() {
    auto n = varint();
    if (!ok_ || n > in_.size()) {
      ok_ = false;
      return {};
    }
    auto part = in_.substr(0, n);
    in_.remove_prefix(n);
    return part;
  }

  void skip(std::uint64_t wire) {
    switch (wire) {
      case 0:
        varint();
        break;
      case 1:
        fixed64();
        break;
      case 2:
        bytes();
        break;
      default:
        ok_ = false;
    }
  }

private:
  std::string_view in_;
  std::uint32_t depth_ = 0;
  bool ok_ = true;
};

/// A type with a stored form of its own: `void store(byte_writer&) const`, `bool
/// load(std::string_view)`.
template <class T>
concept self_stored = requires(T x, const T c, byte_writer& w, std::string_view in) {
  c.store(w);
  { x.load(in) } -> std::same_as<bool>;
};

namespace detail {

template <class T>
struct is_optional : std::false_type {};

template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

template <class T>
struct is_vector : std::false_type {};

template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

template <class T>
struct is_map : std::false_type {};

template <class T>
struct is_map<ordered_map<T>> : std::true_type {};

template <class T>
struct is_variant : std::false_type {};

template <class... Ts>
struct is_variant<std::variant<Ts...>> : std::true_type {};

template <class T>
struct is_shared : std::false_type {};

template <class T>
struct is_shared<std::shared_ptr<T>> : std::true_type {};

template <class T>
constexpr bool is_varint = std::is_integral_v<T> || std::is_enum_v<T>;

template <class T>
constexpr unsigned wire_of() {
  if constexpr (is_varint<T>)
    return 0;
  else if constexpr (std::is_floating_point_v<T>)
    return 1;
  else
    return 2;
}

template <class T>
std::uint64_t to_varint(T x) {
  if constexpr (std::is_enum_v<T>)
    return static_cast<std::uint64_t>(static_cast<std::underlying_type_t<T>>(x));
  else if constexpr (std::is_signed_v<T>) {
    auto wide = static_cast<std::int64_t>(x);
    return (static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63);
  } else
    return static_cast<std::uint64_t>(x);
}

template <class T>
T from_varint(std::uint64_t x) {
  if constexpr (std::is_enum_v<T>)
    return static_cast<T>(static_cast<std::underlying_type_t<T>>(x));
  else if constexpr (std::is_signed_v<T>)
    return static_cast<T>(static_cast<std::int64_t>(x >> 1) ^ -static_cast<std::int64_t>(x & 1));
  else
    return static_cast<T>(x);
}

} // namespace detail

template <described T>
void store_fields(byte_writer& w, const T& x);

template <described T>
void load_fields(byte_reader& r, T& x);

/// Writes a value so that it can be read without knowing where it ends.
template <class T>
void store_value(byte_writer& w, const T& x) {
  if constexpr (detail::is_varint<T>)
    w.varint(detail::to_varint(x));
  else if constexpr (std::is_floating_point_v<T>)
    w.fixed64(std::bit_cast<std::uint64_t>(static_cast<double>(x)));
  else if constexpr (std::is_same_v<T, std::string>)
    w.bytes(x);
  else {
    auto at = w.begin_part();
    if constexpr (self_stored<T>)
      x.store(w);
    else if constexpr (described<T>)
      store_fields(w, x);
    else if constexpr (detail::is_optional<T>::value) {
      if (x)
        store_value(w, *x);
    } else if constexpr (detail::is_shared<T>::value) {
      if (x)
        store_value(w, *x);
    } else if constexpr (detail::is_vector<T>::value) {
      w.varint(x.size());
      for (const auto& item : x)
        store_value(w, static_cast<const typename T::value_type&>(item));
    } else if constexpr (detail::is_map<T>::value) {
      w.varint(x.size());
      for (const auto& [key, item] : x) {
        w.bytes(key);
        store_value(w, item);
      }
    } else if constexpr (detail::is_variant<T>::value) {
      w.varint(x.index() + 1);
      std::visit(
        [&](const auto& item) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(item)>, std::monostate>)
            store_value(w, item);
        },
        x);
    } else
      static_assert(!sizeof(T*), "no stored form for this type");
    w.end_part(at);
  }
}

template <class T>
void load_value(byte_reader& r, T& x);

namespace detail {

template <class V, std::size_t I = 0>
void load_alternative(byte_reader& r, V& x, std::uint64_t index) {
  if constexpr (I == std::variant_size_v<V>)
    r.fail(); // A newer writer; the caller decides what to do with the record.
  else if (index == I + 1) {
    using item_type = std::variant_alternative_t<I, V>;
    x.template emplace<I>();
    if constexpr (!std::is_same_v<item_type, std::monostate>)
      load_value(r, *std::get_if<I>(&x));
  } else
    load_alternative<V, I + 1>(r, x, index);
}

template <class T>
void load_part(byte_reader& r, T& x) {
  if constexpr (is_optional<T>::value) {
    if (!r.done())
      load_value(r, x.emplace());
  } else if constexpr (is_shared<T>::value) {
    if (!r.done()) {
      auto fresh = std::make_shared<std::remove_const_t<typename T::element_type>>();
      load_value(r, *fresh);
      x = std::move(fresh);
    }
  } else if constexpr (is_vector<T>::value) {
    auto n = r.varint();
    for (std::uint64_t i = 0; i < n && r.ok(); ++i) {
      typename T::value_type item{};
      load_value(r, item);
      x.push_back(std::move(item));
    }
  } else if constexpr (is_map<T>::value) {
    auto n = r.varint();
    for (std::uint64_t i = 0; i < n && r.ok(); ++i) {
      auto key = r.bytes();
      typename T::value_type::second_type item{};
      load_value(r, item);
      x.append(std::string{key}, std::move(item));
    }
  } else if constexpr (is_variant<T>::value)
    load_alternative(r, x, r.varint());
  else
    static_assert(!sizeof(T*), "no stored form for this type");
}

} // namespace detail

/// Reads what `store_value` wrote; on damage the reader turns not `ok`.
template <class T>
void load_value(byte_reader& r, T& x) {
  if constexpr (detail::is_varint<T>)
    x = detail::from_varint<T>(r.varint());
  else if constexpr (std::is_floating_point_v<T>)
    x = static_cast<T>(std::bit_cast<double>(r.fixed64()));
  else if constexpr (std::is_same_v<T, std::string>)
    x = std::string{r.bytes()};
  else {
    auto in = r.bytes();
    if (!r.ok())
      return;
    if constexpr (self_stored<T>) {
      if (!x.load(in))
        r.fail();
    } else {
      byte_reader part{in, r};
      if constexpr (described<T>)
        load_fields(part, x);
      else
        detail::load_part(part, x);
      if (!part.ok())
        r.fail();
    }
  }
}

namespace detail {

/// Optionals are stored as their content: absence is the missing tag. Other members are left out
/// when they are what a fresh struct has, which need not be zero.
template <class M>
void store_member(byte_writer& w, std::uint32_t id, const M& x, const M& fresh) {
  if constexpr (is_optional<M>::value || is_shared<M>::value) {
    if (!x)
      return;
    using item = std::remove_cvref_t<decltype(*x)>;
    w.varint(id << 3 | wire_of<item>());
    store_value(w, *x);
  } else {
    // Nested structs may have no equality; an empty one costs two bytes.
    if constexpr (is_varint<M> || std::is_floating_point_v<M>) {
      if (x == fresh)
        return;
    } else if constexpr (std::is_same_v<M, std::string> || is_vector<M>::value
                         || is_map<M>::value) {
      if (x.empty() && fresh.empty())
        return;
    }
    w.varint(id << 3 | wire_of<M>());
    store_value(w, x);
  }
}

template <class M>
void load_member(byte_reader& r, M& x) {
  if constexpr (is_optional<M>::value)
    load_value(r, x.emplace());
  else if constexpr (is_shared<M>::value) {
    auto fresh = std::make_shared<std::remove_const_t<typename M::element_type>>();
    load_value(r, *fresh);
    x = std::move(fresh);
  } else
    load_value(r, x);
}

template <class M>
constexpr unsigned member_wire() {
  if constexpr (is_optional<M>::value)
    return wire_of<typename M::value_type>();
  else if constexpr (is_shared<M>::value)
    return wire_of<std::remove_const_t<typename M::element_type>>();
  else
    return wire_of<M>();
}

} // namespace detail

template <described T>
void store_fields(byte_writer& w, const T& x) {
  [[maybe_unused]] static const T fresh{};
  for_each_field<T>(
    [&](const auto& f) { detail::store_member(w, f.id, x.*(f.member), fresh.*(f.member)); });
}

namespace detail {

/// Reads a number of `retired_fields()`; false if it is none of them.
template <has_retired_fields T>
bool load_retired(byte_reader& r, std::uint64_t tag, T& x) {
  auto found = false;
  auto look = [&]<class Old>(const retired_decl<T, Old>& f) {
    if (found || tag != (f.id << 3 | wire_of<Old>()))
      return;
    found = true;
    Old old{};
    load_value(r, old);
    if (r.ok())
      f.adopt(std::move(old), x);
  };
  std::apply([&](const auto&... f) { (look(f), ...); }, T::retired_fields());
  return found;
}

} // namespace detail

template <described T>
void load_fields(byte_reader& r, T& x) {
  while (!r.done()) {
    auto tag = r.varint();
    auto found = false;
    for_each_field<T>([&](const auto& f) {
      using member = std::remove_cvref_t<decltype(x.*(f.member))>;
      if (!found && tag == (f.id << 3 | detail::member_wire<member>())) {
        found = true;
        detail::load_member(r, x.*(f.member));
      }
    });
    if constexpr (has_retired_fields<T>)
      found = found || detail::load_retired(r, tag, x);
    if (!found)
      r.skip(tag & 7);
  }
}

/// A record for the disk or the wire.
template <class T>
std::string encode(const T& x) {
  byte_writer w;
  w.out += record_version;
  if constexpr (described<T>)
    store_fields(w, x);
  else
    store_value(w, x);
  return std::move(w.out);
}

/// Reads a record; `ec::corrupt` when the bytes are damaged or of an unknown version.
template <class T>
result<T> decode(std::string_view in) {
  T x{};
  if (in.empty() || in.front() != record_version)
    return error{ec::corrupt, "record of unknown version "
                                + (in.empty() ? std::string{"(empty)"}
                                              : std::to_string(static_cast<unsigned char>(in[0])))};
  byte_reader r{in.substr(1)};
  if constexpr (described<T>)
    load_fields(r, x);
  else
    load_value(r, x);
  if (!r.ok())
    return error{ec::corrupt, "record is damaged (" + std::to_string(in.size()) + " bytes)"};
  return x;
}

} // namespace tutti::model
