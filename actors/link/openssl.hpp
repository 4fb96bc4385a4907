#pragma once

#include "runtime/base/error.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

/// OpenSSL's handles, freed on every path. Only for the files of this folder.
namespace tutti::link {

struct subject;

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* x) const {
    Free(x);
  }
};

using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using request_ptr = std::unique_ptr<X509_REQ, freed_by<X509_REQ_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using bignum_ptr = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;
using asn1_time_ptr = std::unique_ptr<ASN1_TIME, freed_by<ASN1_STRING_free>>;

/// What the library says about its last failure on this thread; leaves nothing behind in it.
inline error library_error(std::string_view what) {
  char text[256] = "no reason given";
  if (const auto code = ERR_get_error(); code != 0)
    ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return {ec::internal, "cannot " + std::string{what} + ": " + text};
}

inline std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (auto c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

/// As in trust.hpp, of a certificate that is read already.
result<subject> subject_of(X509* certificate);
result<std::string> fingerprint_of(X509* certificate);

} // namespace tutti::link
