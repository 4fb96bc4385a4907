#pragma once

#include "runtime/model/definition.hpp"
#include "runtime/model/enum_map.hpp"
#include "runtime/model/int_seq.hpp"
#include "runtime/model/stored.hpp"
#include "runtime/model/unique_list.hpp"

#include <cstdint>
#include <random>
#include <string>

/// Values of any described type, made of random numbers: the same seed gives the same value. They
/// have the right types and nothing else; most of them break rules.
namespace tutti::test {

class arbitrary {
public:
  explicit arbitrary(std::uint64_t seed) : random_(seed) {}

  std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }

  template <class T>
  T make() {
    T x{};
    fill(x);
    return x;
  }

private:
  static constexpr int depth_max = 7;

  template <class T>
  void fill(T& x) {
    ++depth_;
    if constexpr (std::is_same_v<T, bool>)
      x = dice(2) == 0;
    else if constexpr (std::is_enum_v<T>)
      x = static_cast<T>(dice(4));
    else if constexpr (std::is_integral_v<T>)
      x = static_cast<T>(number());
    else if constexpr (std::is_floating_point_v<T>)
      x = static_cast<T>(number()) / 8;
    else if constexpr (std::is_same_v<T, std::string>)
      x = text();
    else if constexpr (std::is_same_v<T, model::int_seq>)
      x = numbers();
    else
      fill_compound(x);
    --depth_;
  }

  template <class T>
  void fill_compound(T& x) {
    if constexpr (model::detail::is_optional<T>::value) {
      if (dice(2) == 0 && depth_ < depth_max)
        fill(x.emplace());
    } else if constexpr (model::detail::is_shared<T>::value) {
      auto fresh = std::make_shared<std::remove_const_t<typename T::element_type>>();
      fill(*fresh);
      x = std::move(fresh);
    } else if constexpr (model::detail::is_variant<T>::value)
      fill_alternative(x, dice(std::variant_size_v<T>));
    else if constexpr (model::described<T>)
      model::for_each_field<T>([&](const auto& f) { fill(x.*(f.member)); });
    else
      fill_items(x);
  }

  template <class T>
  void fill_items(T& x) {
    for (auto n = depth_ < depth_max ? dice(4) : 0; n > 0; --n) {
      if constexpr (model::detail::is_vector<T>::value)
        x.push_back(make<typename T::value_type>());
      else if constexpr (model::detail::is_map<T>::value)
        x.set(text(), make<typename T::value_type::second_type>());
      else if constexpr (requires { typename T::mapped_type; })
        fill(x[make<typename T::key_type>()]);
    }
  }

  template <std::size_t I = 0, class T>
  void fill_alternative(T& x, std::size_t index) {
    if constexpr (I < std::variant_size_v<T>) {
      if (index != I)
        return fill_alternative<I + 1>(x, index);
      auto& item = x.template emplace<I>();
      if constexpr (!std::is_same_v<std::decay_t<decltype(item)>, std::monostate>)
        fill(item);
    }
  }

  std::int64_t number() {
    constexpr std::int64_t edges[] = {0, 1, -1, INT64_MAX, INT64_MIN, 20'240'229};
    return dice(3) == 0 ? edges[dice(6)] : static_cast<std::int64_t>(dice(2'000'000)) - 1'000;
  }

  model::int_seq numbers() {
    if (dice(2) == 0)
      return model::int_seq::range(static_cast<std::int64_t>(dice(100)), 3, dice(50));
    std::vector<std::int64_t> items;
    for (auto n = dice(5); n > 0; --n)
      items.push_back(number());
    return model::int_seq{std::move(items)};
  }

  std::string text() {
    constexpr const char* words[] = {"a", "step_1", "${x}", "", "1.5", "\xC3\xA9\"\\\n", "true"};
    return dice(4) == 0 ? "t" + std::to_string(dice(1000)) : words[dice(7)];
  }

  std::mt19937_64 random_;
  int depth_ = 0;
};

} // namespace tutti::test
