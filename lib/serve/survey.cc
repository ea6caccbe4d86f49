// SPDX-License-Identifier: MIT
#include "serve/survey.h"

#include <memory>
#include <utility>

#include <ev++.h>

#include "serve/service_thread.h"

namespace wskit::serve {
namespace {

constexpr double kPatienceSeconds = 1;

/// Waits for what the nodes say.
class Surveying final : public ExchangeHandler {
 public:
  Surveying(PubSubNode& asker, HttpExchange& exchange, Survey survey);
  Surveying(const Surveying&) = delete;
  Surveying& operator=(const Surveying&) = delete;
  ~Surveying() override { shared_->asker = nullptr; }

  void ask_all();
  void on_drain() override { answer(); }

 private:
  /// Shared with the calls that are under way between the threads.
  struct Shared {
    std::function<Json(PubSubNode&)> question;
    NodeInbox& inbox;            // of the asker
    Surveying* asker = nullptr;  // for the asker's thread only; null once nobody waits any more

    void hand_over(const Json& said) const {
      if (asker != nullptr) {
        asker->on_answer(said);
      }
    }
  };

  static void ask(const std::shared_ptr<Shared>& shared, NodeInbox& inbox);
  void on_answer(Json said);
  void on_time_out() noexcept { answer(); }
  void answer();

  PubSubNode& node_;
  HttpExchange& exchange_;
  Survey survey_;
  std::vector<Json> answers_;
  std::size_t awaited_ = 0;
  ev::timer timer_;
  std::shared_ptr<Shared> shared_;
};

Surveying::Surveying(PubSubNode& asker, HttpExchange& exchange, Survey survey)
    : node_(asker),
      exchange_(exchange),
      survey_(std::move(survey)),
      timer_(asker.thread().loop()),
      shared_(std::make_shared<Shared>(survey_.question, asker.inbox(), this)) {
  timer_.set<Surveying, &Surveying::on_time_out>(this);
}

void Surveying::ask_all() {
  const auto threads = node_.state().threads();
  awaited_ = threads.size();
  for (const auto& thread : threads) {
    if (thread.inbox != &node_.inbox()) {
      ask(shared_, *thread.inbox);
    }
  }
  timer_.start(kPatienceSeconds);
  on_answer(survey_.question(node_));
}

void Surveying::ask(const std::shared_ptr<Shared>& shared, NodeInbox& inbox) {
  inbox.post([shared](PubSubNode& node) {
    shared->inbox.post([shared, said = shared->question(node)](PubSubNode& /*asker*/) {
      shared->hand_over(said);
    });
  });
}

void Surveying::on_answer(Json said) {
  answers_.push_back(std::move(said));
  if (answers_.size() == awaited_) {
    answer();
  }
}

void Surveying::answer() {
  if (exchange_.answered()) {
    return;
  }
  timer_.stop();
  const std::size_t silent = awaited_ - answers_.size();
  survey_.conclude(exchange_, std::move(answers_), silent);
}

}  // namespace

void ask_nodes(PubSubNode& asker, HttpExchange& exchange, Survey survey) {
  auto surveying = std::make_unique<Surveying>(asker, exchange, std::move(survey));
  Surveying& waiting = *surveying;
  exchange.answer_later(std::move(surveying));
  waiting.ask_all();
}

}  // namespace wskit::serve
