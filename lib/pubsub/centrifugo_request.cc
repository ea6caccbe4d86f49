// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_request.h"

#include <array>
#include <limits>
#include <utility>

#include "broker/topic.h"
#include "core/json.h"
#include "pubsub/json_text.h"

namespace wskit::pubsub {
namespace {

using Wanted = decltype(CentrifugoCommand::what);

std::unexpected<Error> no_command(std::string why) {
  return fail(ErrorCode::usage, std::move(why));
}

/// One command's parameters. Members that are not there, or null, have the value that the protocol
/// gives them; one of another type makes it no command.
class Parameters {
 public:
  Parameters(std::string_view text, const Json& json) : text_(text), json_(json) {}

  [[nodiscard]] std::string text(const char* name) {
    const Json* const member = find(name);
    const auto* const string = member == nullptr ? nullptr : member->get_ptr<const std::string*>();
    good_ = good_ && (member == nullptr || string != nullptr);
    return string == nullptr ? std::string() : *string;
  }
  [[nodiscard]] bool flag(const char* name) {
    const Json* const member = find(name);
    good_ = good_ && (member == nullptr || member->is_boolean());
    return member != nullptr && *member == true;
  }
  [[nodiscard]] std::uint64_t number(const char* name) {
    const Json* const member = find(name);
    const bool is_number = member != nullptr && member->is_number_unsigned();
    good_ = good_ && (member == nullptr || is_number);
    return is_number ? member->get<std::uint64_t>() : 0;
  }
  [[nodiscard]] std::int64_t limit() {
    const Json* const member = find("limit");
    const bool is_number = member != nullptr && member->is_number_integer();
    good_ = good_ && (member == nullptr || is_number);
    return is_number ? member->get<std::int64_t>() : 0;
  }
  /// As the client wrote it: numbers keep all their digits. Empty when there is none.
  [[nodiscard]] std::string data() {
    const auto data = json_.find("data");
    if (data == json_.end()) {
      return {};
    }
    const std::string_view written = json_member_text(text_, "data");
    return written.empty() ? dump_json(*data) : std::string(written);
  }
  [[nodiscard]] const Json* find(const char* name) const {
    const auto member = json_.find(name);
    return member == json_.end() || member->is_null() ? nullptr : &*member;
  }
  /// All that was asked for was of its type.
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::string_view text_;
  const Json& json_;
  bool good_ = true;
};

broker::TopicState position_of(Parameters& parameters) {
  return {.epoch = parameters.text("epoch"), .offset = parameters.number("offset")};
}

/// Nothing, or why there is no such channel.
std::optional<CentrifugoRefused> refuse_channel(const std::string& channel) {
  if (channel.empty()) {
    return CentrifugoRefused{CentrifugoError::bad_request};
  }
  if (!broker::check_topic(channel)) {
    return CentrifugoRefused{CentrifugoError::unknown_channel};
  }
  return std::nullopt;
}

template <class Command>
Wanted in_channel(Command command) {
  if (const auto refused = refuse_channel(command.channel)) {
    return *refused;
  }
  return command;
}

Wanted subscribe(Parameters& parameters) {
  CentrifugoSubscribe command{.channel = parameters.text("channel"),
                              .token = parameters.text("token"),
                              .recover = std::nullopt,
                              .join_leave = parameters.flag("join_leave")};
  broker::TopicState position = position_of(parameters);
  if (parameters.flag("recover")) {
    command.recover = std::move(position);
  }
  // Another kind of subscription, and publications by their tags.
  if (parameters.number("type") != 0 || parameters.find("tf") != nullptr) {
    return CentrifugoRefused{CentrifugoError::not_available};
  }
  return in_channel(std::move(command));
}

Wanted publish(Parameters& parameters) {
  CentrifugoPublish command{.channel = parameters.text("channel"), .data = parameters.data()};
  if (parameters.number("type") != 0) {
    return CentrifugoRefused{CentrifugoError::not_available};
  }
  if (command.data.empty()) {
    return CentrifugoRefused{CentrifugoError::bad_request};
  }
  return in_channel(std::move(command));
}

Expected<Wanted> history(Parameters& parameters) {
  CentrifugoHistory command{.channel = parameters.text("channel"),
                            .limit = parameters.limit(),
                            .since = std::nullopt,
                            .reverse = parameters.flag("reverse")};
  if (const Json* const since = parameters.find("since")) {
    if (!since->is_object()) {
      return no_command("'since' is an object");
    }
    Parameters position({}, *since);
    command.since = position_of(position);
    if (!position.good()) {
      return no_command("'since' has an offset and an epoch");
    }
  }
  return in_channel(std::move(command));
}

Wanted connect(Parameters& parameters) {
  return CentrifugoConnect{.token = parameters.text("token")};
}

Wanted unsubscribe(Parameters& parameters) {
  return in_channel(CentrifugoLeave{.channel = parameters.text("channel")});
}

Wanted presence(Parameters& parameters) {
  return in_channel(
      CentrifugoPresence{.channel = parameters.text("channel"), .only_numbers = false});
}

Wanted presence_stats(Parameters& parameters) {
  return in_channel(
      CentrifugoPresence{.channel = parameters.text("channel"), .only_numbers = true});
}

Wanted refresh(Parameters& parameters) {
  return CentrifugoRefresh{.token = parameters.text("token")};
}

Wanted sub_refresh(Parameters& parameters) {
  // Keys to follow are of another kind of subscription.
  if (parameters.number("type") != 0) {
    return CentrifugoRefused{CentrifugoError::not_available};
  }
  return in_channel(CentrifugoSubRefresh{.channel = parameters.text("channel"),
                                         .token = parameters.text("token")});
}

struct Method {
  const char* name;
  Expected<Wanted> (*parse)(Parameters& parameters);
};

/// Of several in one command, the first in this order counts.
constexpr std::array kMethods{
    Method{"connect", [](Parameters& p) -> Expected<Wanted> { return connect(p); }},
    Method{"subscribe", [](Parameters& p) -> Expected<Wanted> { return subscribe(p); }},
    Method{"unsubscribe", [](Parameters& p) -> Expected<Wanted> { return unsubscribe(p); }},
    Method{"publish", [](Parameters& p) -> Expected<Wanted> { return publish(p); }},
    Method{"presence", [](Parameters& p) -> Expected<Wanted> { return presence(p); }},
    Method{"presence_stats", [](Parameters& p) -> Expected<Wanted> { return presence_stats(p); }},
    Method{"history", [](Parameters& p) { return history(p); }},
    Method{"ping", [](Parameters& /*p*/) -> Expected<Wanted> { return CentrifugoPing{}; }},
    Method{"send", [](Parameters& /*p*/) -> Expected<Wanted> { return CentrifugoSend{}; }},
    // There is no handler behind this server.
    Method{"rpc",
           [](Parameters& /*p*/) -> Expected<Wanted> {
             return CentrifugoRefused{CentrifugoError::method_not_found};
           }},
    Method{"refresh", [](Parameters& p) -> Expected<Wanted> { return refresh(p); }},
    Method{"sub_refresh", [](Parameters& p) -> Expected<Wanted> { return sub_refresh(p); }},
};

Expected<Wanted> what_is(std::string_view text, const Json& command) {
  for (const Method& method : kMethods) {
    const auto member = command.find(method.name);
    if (member == command.end() || member->is_null()) {
      continue;
    }
    if (!member->is_object()) {
      return no_command("the parameters of a command are an object");
    }
    Parameters parameters(json_member_text(text, method.name), *member);
    auto what = method.parse(parameters);
    if (what && !parameters.good()) {
      return no_command("a parameter is not of its type");
    }
    return what;
  }
  return CentrifugoRefused{CentrifugoError::method_not_found};
}

Expected<std::uint32_t> id_of(const Json& command) {
  const auto id = command.find("id");
  if (id == command.end() || id->is_null()) {
    return 0;
  }
  if (!id->is_number_unsigned() ||
      id->get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) {
    return no_command("the id of a command is a number of 32 bits");
  }
  return id->get<std::uint32_t>();
}

}  // namespace

Expected<CentrifugoCommand> parse_centrifugo_command(std::string_view text) {
  const auto command = parse_json(text);
  if (!command) {
    return std::unexpected(command.error());
  }
  if (!command->is_object()) {
    return no_command("a command is a JSON object");
  }
  if (command->empty()) {
    return CentrifugoCommand{.what = CentrifugoPong{}, .id = 0};
  }
  const auto id = id_of(*command);
  if (!id) {
    return std::unexpected(id.error());
  }
  auto what = what_is(text, *command);
  if (!what) {
    return std::unexpected(std::move(what.error()));
  }
  if (*id == 0 && !std::holds_alternative<CentrifugoSend>(*what)) {
    return no_command("a command that is answered has an id");
  }
  return CentrifugoCommand{.what = std::move(*what), .id = *id};
}

}  // namespace wskit::pubsub
