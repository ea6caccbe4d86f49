// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "core/error.h"
#include "net/loop.h"
#include "net/send_queue.h"
#include "net/stream.h"
#include "net/tls_context.h"
#include "net/tls_engine.h"
#include "net/turn_hook.h"

namespace wskit::net {

/// A TLS connection over a connected stream, as a client or as a server. The handshake starts with
/// the constructor and ends in on_connect, or in on_error with a tls_ code. What is committed in a
/// turn becomes as few records as possible at its end; on_sent and unsent() count plaintext.
///
/// The peer's close_notify is on_eof. A FIN without it may be an attacker's: it is on_error with
/// ErrorCode::eof, since what is committed has nowhere to go either (RFC 8446 section 6.1).
/// Messages of errors that are TLS's own do not name the peer.
class TlsStream final : public Stream, private StreamHandler, private TurnHook {
 public:
  /// `context` is shared with the dialer; `server` is one of its servers. Without one, the context
  /// is shared with the acceptor, and the peer is a client.
  TlsStream(Loop& loop, std::shared_ptr<TlsContext> context, TlsServer* server,
            std::unique_ptr<Stream> inner);
  ~TlsStream() override;

  /// After on_connect.
  [[nodiscard]] TlsAgreement agreement() const { return engine_.agreement(); }

  /// After on_connect, or after on_error with tls_certificate; only with describe_certificates.
  [[nodiscard]] ServerCertificates certificates() const { return engine_.certificates(); }

  /// TlsEngine's.
  [[nodiscard]] const x509_st* trusted_certificate() const { return engine_.trusted_certificate(); }

  void set_handler(StreamHandler& handler) override { handler_ = &handler; }
  [[nodiscard]] std::size_t unsent() const override { return plain_.size() + encrypted_; }
  void finish() override;
  void reset_on_close() override { inner_->reset_on_close(); }
  void pause() override;
  void resume() override;

 private:
  enum class State : std::uint8_t {
    handshake,
    open,
    closed_by_peer,
    /// An alert is on its way to the peer; error_ comes after it.
    failing,
    failed,
  };

  /// Where in the bytes ever written below a piece of plaintext ends.
  struct Mark {
    std::size_t end;
    std::size_t plaintext;
  };

  class Watch;

  void make_room(std::size_t bytes) override;
  void on_commit() override { loop_.at_turn_end(*this); }
  void on_data(std::span<std::byte> bytes, Instant received) override;
  void on_offer(Instant at) override;
  void on_sent(std::size_t bytes) override;
  void on_eof() override;
  void on_error(const Error& error) override;
  void on_turn_end() override;

  void shake_hands();
  void deliver();
  [[nodiscard]] TlsEngine::Step deliver_piece();
  void keep_unread();
  void deliver_kept();
  void end_of_stream();
  void encrypt();
  void mark(std::size_t plaintext);
  void fail(const Error& error);

  Loop& loop_;
  std::shared_ptr<TlsContext> context_;
  std::unique_ptr<Stream> inner_;
  StreamHandler* handler_ = nullptr;
  TlsEngine engine_;
  SendQueue plain_;
  State state_ = State::handshake;
  bool finishing_ = false;
  bool close_sent_ = false;
  bool paused_ = false;
  /// A pause came before all that was received was handed over.
  bool interrupted_ = false;
  bool inner_eof_ = false;
  Instant received_;
  /// Received and not yet decrypted when the pause came.
  std::vector<std::byte> kept_;
  std::vector<Mark> marks_;
  /// Plaintext in marks.
  std::size_t encrypted_ = 0;
  std::size_t sent_below_ = 0;
  std::unique_ptr<Error> error_;
  Watch* watch_ = nullptr;
};

}  // namespace wskit::net
