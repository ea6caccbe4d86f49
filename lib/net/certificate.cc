// SPDX-License-Identifier: MIT
#include "net/certificate.h"

#include <array>
#include <ctime>
#include <memory>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace wskit::net {
namespace {

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string name_of(const X509_NAME* name) {
  // As one line in UTF-8: what is no ASCII shall not be escaped twice.
  constexpr unsigned long kFlags =
      XN_FLAG_ONELINE & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  if (!out || X509_NAME_print_ex(out.get(), name, 0, kFlags) < 0) {
    return {};
  }
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

std::string ip_text(const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) {
    return "unreadable address";
  }
  inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
  return text.data();
}

std::string name_text(const GENERAL_NAME* entry) {
  int type = 0;
  const void* const value = GENERAL_NAME_get0_value(entry, &type);
  if (type == GEN_IPADD) {
    return ip_text(static_cast<const ASN1_OCTET_STRING*>(value));
  }
  return type == GEN_DNS ? text_of(static_cast<const ASN1_STRING*>(value)) : std::string();
}

std::vector<std::string> host_names(const X509& certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> entries(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  std::vector<std::string> names;
  const int count = entries ? sk_GENERAL_NAME_num(entries.get()) : 0;
  for (int i = 0; i < count; ++i) {
    if (auto name = name_text(sk_GENERAL_NAME_value(entries.get(), i)); !name.empty()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

std::string key_text(const X509& certificate) {
  const EVP_PKEY* const key = X509_get0_pubkey(&certificate);
  if (key == nullptr) {
    return "unreadable key";
  }
  constexpr std::size_t kMaxGroupName = 80;
  std::array<char, kMaxGroupName> group{};
  std::size_t length = 0;
  const char* const type = EVP_PKEY_get0_type_name(key);
  const std::string name = type == nullptr ? "unknown" : type;
  if (name == "EC" && EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) == 1) {
    return fmt::format("{} {}", name, std::string_view(group.data(), length));
  }
  return name.starts_with("ED") ? name : fmt::format("{} {}", name, EVP_PKEY_get_bits(key));
}

std::chrono::sys_seconds instant_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) {
    return {};
  }
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&fields)));
}

}  // namespace

Certificate describe(const x509_st& certificate) {
  return {.subject = name_of(X509_get_subject_name(&certificate)),
          .issuer = name_of(X509_get_issuer_name(&certificate)),
          .names = host_names(certificate),
          .key = key_text(certificate),
          .not_before = instant_of(X509_get0_notBefore(&certificate)),
          .not_after = instant_of(X509_get0_notAfter(&certificate))};
}

std::string date_text(std::chrono::sys_seconds instant) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(instant));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

}  // namespace wskit::net
